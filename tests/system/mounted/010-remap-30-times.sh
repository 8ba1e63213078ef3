# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The main job: an ext4 file system in use. Verified writers run on a partition while remap to a noexcl linear
# device is started and stopped 30 times; not one error, every block right, the file system clean.
DESCRIPTION="start and stop a remap 30 times under a mounted ext4 with verified writers"
HOOKS=both
DEADLINE=480

test() {
	local part i nr
	nr=$(rounds 30)
	make_null_blk nb size=256
	make_partitions nb 32 200
	part=$(partition nb 2)
	mount_fs ext4 "$part" "$TEST_DIR/mnt"
	load_module
	make_noexcl nx "$part"
	start_verify load --threads 4 --flush-pct 5 --create 64M "$TEST_DIR/mnt/file"
	for ((i = 0; i < nr; i++)); do
		blki remap start nx "$part"
		wait_seen "$part" 5
		blki remap stop nx
		((i % 10)) || wait_ios "$part" 20
	done
	stop_verify load
	unmount "$TEST_DIR/mnt"
	e2fsck -fn "$part"
}
