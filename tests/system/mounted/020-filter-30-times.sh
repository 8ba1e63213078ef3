# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# As 010-remap-30-times with the null filter attached and detached.
DESCRIPTION="attach and detach the null filter 30 times under a mounted ext4 with verified writers"
DEADLINE=480

test() {
	local part i nr
	nr=$(rounds 30)
	make_null_blk nb size=256
	make_partitions nb 32 200
	part=$(partition nb 2)
	mount_fs ext4 "$part" "$TEST_DIR/mnt"
	load_module
	start_verify load --threads 4 --flush-pct 5 --create 64M "$TEST_DIR/mnt/file"
	for ((i = 0; i < nr; i++)); do
		blki filter attach null "$part"
		wait_seen "$part" 5
		blki filter detach null "$part"
		((i % 10)) || wait_ios "$part" 20
	done
	stop_verify load
	unmount "$TEST_DIR/mnt"
	e2fsck -fn "$part"
}
