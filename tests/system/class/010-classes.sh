# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The class of an acceptor is found in its table. On a mounted origin a transforming one is refused with what makes
# it so: a target that changes bytes, one at another offset, one on another disk. Unmounted it is taken, and can not be
# taken off while it is mounted. Whoever knows better says so with --class.
DESCRIPTION="refuse transforming acceptors on a mounted origin, by name"

readonly KEY=0000000000000000000000000000000000000000000000000000000000000000

requires() {
	need_module dm-crypt
}

test() {
	local part sectors
	make_null_blk nb size=128
	make_null_blk other size=128
	make_partitions nb 16 64
	part=$(partition nb 2)
	sectors=$(blockdev --getsz "$part")
	mount_fs ext4 "$part" "$TEST_DIR/mnt"
	load_module
	defer remove_alias /dev/blki/nb2

	defer remove_dm crypt
	dmsetup create crypt --table "0 $sectors crypt aes-cbc-plain64 $KEY 0 $part 0 noexcl"
	refuses 1 'mounted or claimed.*crypt.*does not leave the bytes' blki remap start crypt "$part"
	make_dm elsewhere "0 $sectors linear /dev/other 0"
	refuses 1 'ends on other, which is not the origin' blki remap start elsewhere "$part"
	defer remove_dm shifted
	dmsetup create shifted --table "0 8 linear $part 8 noexcl
		8 $((sectors - 8)) linear $part 8 noexcl"
	refuses 1 'maps sector 0 to sector 8' blki remap start shifted "$part"
	equal "interposers" "$(nr_attached)" 0

	unmount "$TEST_DIR/mnt"
	blki remap start --class identity shifted "$part"
	equal "class" "$(status_of "$part" class)" identity
	blki remap stop "$part"
	blki remap start crypt "$part"
	equal "class" "$(status_of "$part" class)" transforming
	mount_fs ext4 "$part" "$TEST_DIR/mnt"
	echo secret >"$TEST_DIR/mnt/file"
	refuses 1 'mounted or claimed' blki remap stop "$part"
	equal "the file" "$(cat "$TEST_DIR/mnt/file")" secret
	unmount "$TEST_DIR/mnt"
	blki remap stop "$part"
	! mount "$part" "$TEST_DIR/mnt" 2>/dev/null || fail "the origin has the bytes of the file system"
}
