# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The two commands of the document that started the project, character for character, on a mounted partition
# in use; and the way back.
DESCRIPTION="run the founding document's commands verbatim on a mounted partition"

founding_commands() {
	local DEV=$1
	# shellcheck disable=SC2006,SC2086,SC2046
	echo "0 `blockdev --getsz $1` linear $DEV 0 noexcl" | dmsetup create dm-noexcl
	# shellcheck disable=SC2086
	dmsetup remap start dm-noexcl $1
}

test() {
	local part
	make_null_blk nb size=128
	make_partitions nb 16 100
	part=$(partition nb 2)
	mount_fs ext4 "$part" "$TEST_DIR/mnt"
	load_module
	start_verify load --create 16M "$TEST_DIR/mnt/file"
	defer remove_dm dm-noexcl
	founding_commands "$part"
	equal "kind" "$(status_of "$part" kind)" remap
	wait_seen "$part" 50
	dmsetup remap stop dm-noexcl
	equal "interposers left" "$(nr_attached)" 0
	dmsetup filter start null "$part"
	wait_seen "$part" 50 filter
	dmsetup filter stop null "$part"
	dmsetup remove dm-noexcl
	stop_verify load
	unmount "$TEST_DIR/mnt"
	e2fsck -fn "$part"
}
