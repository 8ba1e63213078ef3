# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# An acceptor on another disk: what is written through the origin must be there, and not on the origin. With a stock
# linear target, so that remap is seen to need no target of our own.
DESCRIPTION="remap a partition to a stock linear device on another disk"

test() {
	local part sectors
	make_null_blk nb size=64
	make_null_blk nc size=64
	make_partitions nb 16 32
	part=$(partition nb 2)
	sectors=$(blockdev --getsz "$part")
	load_module
	pattern write --seed 1 -l 32M "$part"
	make_dm other "0 $sectors linear /dev/nc 2048"
	pattern write --seed 2 -l 32M /dev/mapper/other
	blki remap start other "$part"
	pattern check --seed 2 -l 32M "$part"
	pattern write --seed 3 -l 16M "$part"
	blki remap stop other
	pattern check --seed 1 -l 32M "$part"
	pattern check --seed 3 -l 16M --offset 1M --base 0 /dev/nc
	dmsetup remove other
}
