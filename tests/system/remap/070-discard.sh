# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Discard and write-zeroes through a filter and a remap: they carry sectors but no pages, and must hit exactly their
# range.
DESCRIPTION="discard a range through a filter and a remap"
HOOKS=both

# discard_range DEV: in a disk full of blocks, 4 MiB of zeros appear and their neighbours stay.
discard_range() {
	pattern write -l 16M "$1"
	blkdiscard -o 4M -l 4M "$1"
	pattern check -l 4M "$1"
	pattern check -l 8M -o 8M "$1"
	! pattern check -l 1M -o 4M "$1" 2>/dev/null || fail "nothing was discarded"
}

requires() {
	need_program blkdiscard
}

test() {
	local part
	make_null_blk nb size=64 discard=1
	make_partitions nb 8 32
	part=$(partition nb 2)
	discard_range "$part"
	load_module
	blki filter attach null "$part"
	discard_range "$part"
	blki filter detach null "$part"
	make_noexcl nx "$part"
	blki remap start nx "$part"
	discard_range "$part"
	blki remap stop nx
}
