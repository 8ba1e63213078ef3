# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# slow-disk.sh on a mounted disk: reads take as long as asked while it runs, and as before afterwards, also when it is
# ended by a signal; nothing is left.
DESCRIPTION="slow a mounted disk down by the recipe, and end it early"

requires() {
	need_module dm-delay
}

# took_ms: a direct read of the partition.
took_ms() {
	local from=${EPOCHREALTIME/./}
	dd if="$part" of=/dev/null bs=4k count=1 iflag=direct status=none
	echo $(((${EPOCHREALTIME/./} - from) / 1000))
}

slow() {
	(($(took_ms) >= 900))
}

nothing_left() {
	equal "interposers left" "$(nr_attached)" 0
	equal "aliases left" "$(blki alias list --json | jsonq /aliases name | wc -l)" 0
	! compgen -G '/sys/block/dm-*' >/dev/null || fail "a device-mapper device is left"
}

test() {
	local part pid
	make_null_blk nb size=128
	make_partitions nb 16 100
	part=$(partition nb 2)
	mount_fs ext4 "$part" "$TEST_DIR/mnt"
	load_module
	"$RECIPES/slow-disk.sh" --delay 900 --seconds 600 "$TEST_DIR/mnt" &
	pid=$!
	wait_until 30 slow
	kill -TERM "$pid"
	wait "$pid" || true
	nothing_left
	"$RECIPES/slow-disk.sh" --delay 1 --seconds 1 "$part"
	nothing_left
	refuses 1 'neither a block device nor a mount point' "$RECIPES/slow-disk.sh" /dev/null
	unmount "$TEST_DIR/mnt"
	e2fsck -fn "$part"
}
