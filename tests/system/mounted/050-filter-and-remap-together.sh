# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A filter and a remap on one mounted origin: the filter sees every bio before the remap does, in whatever order
# the two were attached, and either may leave first.
DESCRIPTION="attach a filter and a remap to one mounted origin"
HOOKS=both

test() {
	local part
	make_null_blk nb size=128
	make_partitions nb 16 100
	part=$(partition nb 2)
	mount_fs ext4 "$part" "$TEST_DIR/mnt"
	load_module
	make_noexcl nx "$part"
	start_verify load --create 16M "$TEST_DIR/mnt/file"
	blki remap start nx "$part"
	blki filter attach null "$part"
	wait_seen "$part" 50 filter
	wait_seen "$part" 50 remap
	blki remap stop nx
	wait_seen "$part" 50 filter
	blki remap start nx "$part"
	blki filter detach null "$part"
	wait_seen "$part" 50 remap
	blki detach --all
	equal "interposers left" "$(nr_attached)" 0
	stop_verify load
	unmount "$TEST_DIR/mnt"
	e2fsck -fn "$part"
}
