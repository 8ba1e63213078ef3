# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The same with xfs, which must be told that two devices with one UUID are meant. A frozen xfs leaves a record in its
# log and its free block counters behind on purpose, so that the snapshot is recovered when it is mounted: it is
# mounted once for that, and must be without fault afterwards.
DESCRIPTION="take a snapshot of a mounted xfs and drop it, writes going on"
DEADLINE=400

requires() {
	need_module dm-snapshot xfs
	need_program mkfs.xfs xfs_repair
}

recovers_xfs() {
	mkdir -p "$TEST_DIR/recover"
	mount -o nouuid "$1" "$TEST_DIR/recover" && umount "$TEST_DIR/recover" && xfs_repair -n "$1"
}

test() {
	snapshot_lives xfs nouuid recovers_xfs
	xfs_repair -n "$(partition nb 2)"
}
