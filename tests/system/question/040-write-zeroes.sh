# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Write-zeroes carries a range and no pages: through a filter and through a remap exactly that range is zero
# afterwards, its neighbours are not, and the origin still says how much it can take at once.
DESCRIPTION="zero a range through a filter and a remap"

requires() {
	need_program blkdiscard cmp
}

# zero_range DEV: in a disk full of blocks 4 MiB become zeros.
zero_range() {
	pattern write -l 16M "$1"
	blkdiscard -z -o 4M -l 4M "$1"
	pattern check -l 4M "$1"
	pattern check -l 8M -o 8M "$1"
	cmp -n $((4 << 20)) -i $((4 << 20)):0 "$1" /dev/zero || fail "not all of the range is zero"
}

test() {
	local part
	make_null_blk nb size=64
	make_partitions nb 8 32
	part=$(partition nb 2)
	zero_range "$part"
	load_module
	blki filter attach null "$part"
	zero_range "$part"
	(($(status_of "$part" nr_seen) > 0)) || fail "the filter saw nothing"
	blki filter detach null "$part"
	make_noexcl nx "$part"
	blki remap start nx "$part"
	zero_range "$part"
	equal "bios in flight" "$(status_of "$part" nr_in_flight)" 0
	blki remap stop nx
}
