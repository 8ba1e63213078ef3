# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A stateful acceptor under a live ext4: dm-writecache keeps blocks back on another disk. It is attached live, and a
# detach under load makes it clean first: afterwards the origin alone has everything, while the writers go on.
DESCRIPTION="put a writecache under a mounted file system and take it off clean"
DEADLINE=300

requires() {
	need_module dm-writecache
}

# kept_back: blocks in the cache, by the status of the target.
kept_back() {
	dmsetup status cached | awk '{ print $5 - $6 + $7 }'
}

keeps_some() {
	(($(kept_back) > 0))
}

test() {
	local part sectors
	make_null_blk nb size=128 cache_size=4
	make_null_blk fast size=64
	make_partitions nb 16 64
	part=$(partition nb 2)
	sectors=$(blockdev --getsz "$part")
	mount_fs ext4 "$part" "$TEST_DIR/mnt"
	load_module
	defer remove_alias /dev/blki/nb2
	start_verify load --create 16M "$TEST_DIR/mnt/file"

	defer remove_dm cached
	dmsetup create cached --table "0 $sectors writecache s $part /dev/fast 512 0 noexcl"
	blki remap start cached "$part"
	equal "class" "$(status_of "$part" class)" stateful
	wait_seen "$part" 100 remap
	wait_until 20 keeps_some
	blki remap stop "$part"
	equal "blocks kept back" "$(kept_back)" 0
	dmsetup remove cached
	stop_verify load
	unmount "$TEST_DIR/mnt"
	e2fsck -fn "$part"
}
