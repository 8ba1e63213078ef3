# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# noexcl on a target that is not linear: the device that ext4 holds becomes its alias, one that is free stays; the
# table round-trips through dmsetup; load takes the word too; the word means nothing without a device.
DESCRIPTION="make, load and round-trip tables of any target with noexcl"

# table_device NAME N: the Nth argument of its first target.
table_device() {
	dmsetup table "$1" | awk -v n="$2" 'NR == 1 { print $(n + 3) }'
}

# number DEV: MAJOR:MINOR.
number() {
	cat "/sys/class/block/$(basename "$1")/dev"
}

test() {
	local part sectors
	make_null_blk nb size=128
	make_partitions nb 16 64 32
	part=$(partition nb 2)
	sectors=$(blockdev --getsz "$part")
	mount_fs ext4 "$part" "$TEST_DIR/mnt"
	load_module
	defer remove_alias /dev/blki/nb2
	start_verify load --create 8M "$TEST_DIR/mnt/file"

	defer remove_dm slow
	echo "0 $sectors delay $part 0 1 noexcl" | dmsetup create slow
	equal "the delayed device" "$(table_device slow 1)" "$(number 'blki!nb2')"
	blki remap start slow "$part"
	wait_seen "$part" 50
	dmsetup load slow --table "0 $sectors flakey $part 0 3600 0 noexcl"
	dmsetup suspend slow
	dmsetup resume slow
	equal "the target after the load" "$(table_device slow 0)" flakey
	equal "the flaky device" "$(table_device slow 1)" "$(number 'blki!nb2')"
	wait_seen "$part" 50
	blki remap stop slow
	stop_verify load

	defer remove_dm again
	dmsetup table slow | dmsetup create again
	equal "the table of the copy" "$(dmsetup table again)" "$(dmsetup table slow)"

	make_null_blk cow size=16
	defer remove_dm snap
	dmsetup create snap --table "0 $sectors snapshot $part /dev/cow N 8 noexcl"
	equal "the origin of the snapshot" "$(table_device snap 1)" "$(number 'blki!nb2')"
	equal "its COW device" "$(table_device snap 2)" "$(number cow)"

	refuses 1 'zero: none of .* is a block device' dmsetup create bad --table "0 8 zero noexcl"
	refuses 1 'no such device|does not exist|can not be made|load' \
		dmsetup load absent --table "0 8 delay $part 0 1 noexcl"
}
