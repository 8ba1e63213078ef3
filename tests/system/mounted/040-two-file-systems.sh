# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Two origins at once, ext4 on a partition and xfs on another disk: each remapped to its own acceptor, stopped in
# the other order; neither may see anything of the other.
DESCRIPTION="remap two mounted file systems at once"

requires() {
	need_module xfs
	need_program mkfs.xfs xfs_repair
}

test() {
	local ext4 xfs=/dev/nc
	make_null_blk nb size=128
	make_null_blk nc size=330
	make_partitions nb 16 100
	ext4=$(partition nb 2)
	mount_fs ext4 "$ext4" "$TEST_DIR/ext4"
	mount_fs xfs "$xfs" "$TEST_DIR/xfs"
	load_module
	make_noexcl nx1 "$ext4"
	make_noexcl nx2 "$xfs"
	start_verify one --threads 2 --seed 11 --create 16M "$TEST_DIR/ext4/file"
	start_verify two --threads 2 --seed 12 --create 16M "$TEST_DIR/xfs/file"
	blki remap start nx1 "$ext4"
	blki remap start nx2 "$xfs"
	equal "acceptor" "$(status_of "$xfs" acceptor)" "$(dm_kernel_name nx2)"
	wait_seen "$ext4" 50
	wait_seen "$xfs" 50
	blki remap stop nx1
	wait_seen "$xfs" 50
	blki remap stop nx2
	stop_verify one
	stop_verify two
	unmount "$TEST_DIR/ext4"
	unmount "$TEST_DIR/xfs"
	e2fsck -fn "$ext4"
	xfs_repair -n "$xfs"
}
