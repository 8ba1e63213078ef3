# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# An origin that a device-mapper device stands on: bios that come down from it are seen, in a filter and in a remap,
# attached before and after the device above was made (hazard 12: a hook at submit_bio misses them).
DESCRIPTION="see what a dm device above sends down to an origin (hazard 12)"
HOOKS=both

test() {
	local part
	make_null_blk nb size=128
	make_partitions nb 16 64
	part=$(partition nb 2)
	load_module
	make_dm above "0 $(blockdev --getsz "$part") linear $part 0"
	start_verify load --threads 4 /dev/mapper/above
	blki filter attach null "$part"
	wait_seen "$part" 50 filter
	make_noexcl nx "$part"
	blki remap start nx "$part"
	wait_seen "$part" 50 remap
	blki filter detach null "$part"
	blki remap stop nx
	stop_verify load
	dmsetup remove nx
	dmsetup remove above

	blki filter attach null "$part"
	make_dm above "0 $(blockdev --getsz "$part") linear $part 0"
	read_direct /dev/mapper/above 100
	equal "bios seen" "$(status_of "$part" nr_seen)" 100
	dmsetup remove above
	blki filter detach null "$part"
}
