# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Hazard 10: a mounted file system claims its device, so a stock linear device can not open it; the noexcl one must,
# in read mode and without a holder, and must leave the claim where it is.
DESCRIPTION="make a noexcl device on a mounted partition where a stock one is refused (hazard 10)"

test() {
	local part sectors
	make_null_blk nb size=128
	make_partitions nb 16 64
	part=$(partition nb 2)
	sectors=$(blockdev --getsz "$part")
	mount_fs ext4 "$part" "$TEST_DIR/mnt"
	load_module
	if make_dm stock "0 $sectors linear $part 0"; then
		fail "a stock linear device opens a mounted partition: the test proves nothing"
	fi
	make_noexcl nx "$part"
	equal "sectors of the device" "$(blockdev --getsz /dev/mapper/nx)" "$sectors"
	if make_dm stock "0 $sectors linear $part 0"; then
		fail "the noexcl device took the claim of the file system away"
	fi
	! mkfs.ext4 -q -F "$part" 2>/dev/null || fail "mkfs finds the partition unclaimed"
	unmount "$TEST_DIR/mnt"
	dmsetup remove nx
	e2fsck -fn "$part"
}
