# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# flaky-disk.sh on a mounted disk: reads fail while it runs, and none does afterwards.
DESCRIPTION="make a mounted disk flaky by the recipe"

requires() {
	need_module dm-flakey
}

read_one() {
	dd if="$part" of=/dev/null bs=4k count=1 iflag=direct status=none 2>/dev/null
}

fails() {
	! read_one
}

test() {
	local part pid
	make_null_blk nb size=128
	make_partitions nb 16 100
	part=$(partition nb 2)
	mount_fs ext4 "$part" "$TEST_DIR/mnt"
	mount -o remount,ro "$TEST_DIR/mnt"
	load_module
	"$RECIPES/flaky-disk.sh" --up 1 --down 1 --seconds 600 "$TEST_DIR/mnt" &
	pid=$!
	wait_until 30 fails
	wait_until 30 read_one
	kill -TERM "$pid"
	wait "$pid" || true
	equal "interposers left" "$(nr_attached)" 0
	for _ in {1..20}; do
		read_one || fail "the disk is still flaky"
	done
	refuses 2 'writes is error or drop' "$RECIPES/flaky-disk.sh" --writes never "$part"
	unmount "$TEST_DIR/mnt"
	e2fsck -fn "$part"
}
