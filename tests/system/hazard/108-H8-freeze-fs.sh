# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# H8: device-mapper freezes the file system of its own bdev, and the live one is on the origin: a remap started with
# --freeze-fs must take over a consistent one. The acceptor is suspended, so the first write after the switch, which
# is the file system's own at the thaw, waits in it: what is on the disk then is what the freeze left. It must hold
# every file that was written before, though nobody has synced, and nothing to recover.
DESCRIPTION="see what --freeze-fs leaves on the disk at the moment of the switch (H8)"

requires() {
	need_program debugfs dumpe2fs
}

# needs_recovery IMAGE
needs_recovery() {
	dumpe2fs -h "$1" 2>/dev/null | grep -q needs_recovery
}

thaw_waits() {
	(($(status_of "$part" nr_in_flight 2>/dev/null || echo 0) > 0))
}

test() {
	local part sum start_pid
	make_null_blk nb size=96
	make_partitions nb 16 64
	part=$(partition nb 2)
	mount_fs ext4 "$part" "$TEST_DIR/mnt"
	load_module
	make_noexcl nx "$part"
	head -c 3000000 /dev/urandom >"$TEST_DIR/mnt/file"
	sum=$(sha256sum <"$TEST_DIR/mnt/file")
	needs_recovery "$part" || fail "the check can not tell a live file system from a frozen one"
	dmsetup suspend --nolockfs --noflush nx
	blki remap start --freeze-fs nx "$part" &
	start_pid=$!
	wait_until 30 thaw_waits
	dd if=/dev/nb of="$TEST_DIR/image" bs=1M skip=$(($(start_bytes "$part") >> 20)) count=64 iflag=direct
	dmsetup resume nx
	wait "$start_pid" || fail "remap start --freeze-fs exits with $?"
	! needs_recovery "$TEST_DIR/image" || fail "the file system was not frozen at the switch"
	e2fsck -fn "$TEST_DIR/image"
	equal "content of the file" "$(debugfs -R 'cat /file' "$TEST_DIR/image" 2>/dev/null | sha256sum)" "$sum"
	verify --ios 50 --create 4M "$TEST_DIR/mnt/other"
	blki remap stop --freeze-fs nx
	unmount "$TEST_DIR/mnt"
	e2fsck -fn "$part"
}
