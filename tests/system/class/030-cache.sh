# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# dm-cache in writeback mode under a live ext4 is stateful, and a detach waits until nothing is dirty: with the origin's
# bios held, because the writers would make it dirty for ever. In writethrough mode it is identity.
DESCRIPTION="put dm-cache under a mounted file system and take it off clean"
DEADLINE=300

requires() {
	need_module dm-cache dm-cache-smq
}

# dirty: blocks, by the status of the target.
dirty() {
	dmsetup status cached | awk '{ print $14 }'
}

dirty_some() {
	(($(dirty) > 0))
}

test() {
	local part sectors table
	make_null_blk nb size=64 cache_size=4
	make_null_blk fast size=32
	make_null_blk meta size=8
	make_partitions nb 8 48
	part=$(partition nb 2)
	sectors=$(blockdev --getsz "$part")
	mount_fs ext4 "$part" "$TEST_DIR/mnt"
	load_module
	modprobe dm-cache-smq
	defer remove_alias /dev/blki/nb2
	start_verify load --create 8M "$TEST_DIR/mnt/file"
	defer remove_dm cached

	dmsetup create cached --table "0 $sectors cache /dev/meta /dev/fast $part 128 1 writeback smq 0 noexcl"
	blki remap start cached "$part"
	equal "class" "$(status_of "$part" class)" stateful
	wait_until 60 dirty_some
	blki remap stop "$part"
	equal "dirty blocks" "$(dirty)" 0
	dmsetup remove cached

	dd if=/dev/zero of=/dev/meta bs=1M count=8 oflag=direct status=none
	dmsetup create cached --table "0 $sectors cache /dev/meta /dev/fast $part 128 1 writethrough smq 0 noexcl"
	blki remap start cached "$part"
	equal "class" "$(status_of "$part" class)" identity
	wait_seen "$part" 50 remap
	blki remap stop "$part"
	dmsetup remove cached
	stop_verify load
	unmount "$TEST_DIR/mnt"
	e2fsck -fn "$part"
}
