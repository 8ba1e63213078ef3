# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A native remap to another disk: what is written through the origin is there, at the offset, and not on the origin.
# Not while the origin is in use, unless it is forced; not beyond the acceptor's end; not to a disk with larger
# blocks, which no bio of the origin is made for (H10).
DESCRIPTION="remap a partition natively to another disk, and what is refused of it (H10)"

test() {
	local part
	make_null_blk nb size=64
	make_null_blk nc size=64
	make_null_blk n4 size=64 blocksize=4096
	make_partitions nb 16 32
	part=$(partition nb 2)
	load_module
	pattern write --seed 1 -l 32M "$part"
	pattern write --seed 2 -l 32M -o 8M --base 0 /dev/nc
	refuses 1 'end|sectors|small' blki remap start --native --offset 131000 /dev/nc "$part"
	refuses 1 'block' blki remap start --native /dev/n4 "$part"
	blki remap start --native --offset 16384 /dev/nc "$part"
	pattern check --seed 2 -l 32M "$part"
	pattern write --seed 3 -l 16M "$part"
	blki remap stop "$part"
	pattern check --seed 1 -l 32M "$part"
	pattern check --seed 3 -l 16M -o 8M --base 0 /dev/nc
	mkfs.ext4 -q -F "$part"
	mount_existing "$part" "$TEST_DIR/mnt"
	refuses 1 'use|held|mounted|force' blki remap start --native --offset 16384 /dev/nc "$part"
	equal "interposers left" "$(nr_attached)" 0
}
