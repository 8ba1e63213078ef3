# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Hazard 7: at the hook the sector is absolute, but only for bios with data: a shift too many or too few puts data
# into a neighbour. Blocks that know their place go through the remapped partition, which does not begin at 0, and
# through the remapped whole disk; they are looked for from below, through the node that is not interposed. Two
# neighbours hold other blocks all the time.
DESCRIPTION="look from below for data written through a remap of a partition and of the disk (hazard 7)"
HOOKS=both

test() {
	local mib=$((1 << 20)) start
	make_null_blk nb size=128
	make_partitions nb 16 32 16
	start=$(start_bytes "$(partition nb 2)")
	((start > mib)) || fail "the partition begins at the start of the disk"
	pattern write --seed 100 -l 16M "$(partition nb 1)"
	pattern write --seed 300 -l 16M "$(partition nb 3)"
	load_module

	make_noexcl nx "$(partition nb 2)"
	blki remap start nx "$(partition nb 2)"
	pattern write --seed 200 -l 32M "$(partition nb 2)"
	pattern check --seed 200 -l 32M --offset "$start" --base 0 /dev/nb
	pattern write --seed 201 -l 8M --offset "$start" --base 0 /dev/nb
	pattern check --seed 201 -l 8M "$(partition nb 2)"
	equal "bios remapped and not back" "$(status_of "$(partition nb 2)" nr_in_flight)" 0
	(($(status_of "$(partition nb 2)" nr_seen) >= 40)) || fail "the remap saw nothing"
	blki remap stop nx
	dmsetup remove nx
	pattern check --seed 201 -l 8M "$(partition nb 2)"

	make_noexcl nx /dev/nb
	blki remap start nx /dev/nb
	pattern write --seed 202 -l 32M --offset "$start" --base 0 /dev/nb
	pattern check --seed 202 -l 32M "$(partition nb 2)"
	blki remap stop nx
	pattern check --seed 202 -l 32M --offset "$start" --base 0 /dev/nb
	pattern check --seed 100 -l 16M "$(partition nb 1)"
	pattern check --seed 300 -l 16M "$(partition nb 3)"
}
