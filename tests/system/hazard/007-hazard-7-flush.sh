# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Hazard 7, the other half: an empty flush carries the partition's mark and an unshifted sector. Flushes and FUA
# writes through filter and remap, of a partition and of the disk, must reach the disk: as many as without.
DESCRIPTION="count flushes and FUA writes that reach the disk through filter and remap (hazard 7)"
HOOKS=both

# served DEV: flushes the disk serves for 20 empty flushes and 10 FUA writes.
served() {
	flushcount --flushes 20 --fua 10 --offset 1M "$1" nb | jsonq /served
}

# flush_through DEV
flush_through() {
	local dev=$1 raw
	raw=$(served "$dev")
	((raw >= 20)) || fail "the disk serves $raw of 20 flushes without the module"
	blki filter attach null "$dev"
	equal "flushes served through the filter of $dev" "$(served "$dev")" "$raw"
	blki filter detach null "$dev"
	make_noexcl nx "$dev"
	blki remap start nx "$dev"
	equal "flushes served through the remap of $dev" "$(served "$dev")" "$raw"
	blki remap stop nx
	dmsetup remove nx
}

test() {
	make_null_blk nb size=128 cache_size=4
	grep -q 'write back' /sys/block/nb/queue/write_cache || fail "the disk has no write cache"
	make_partitions nb 16 64
	load_module
	flush_through "$(partition nb 2)"
	flush_through /dev/nb
}
