# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The use that the founding document promises: a snapshot of a mounted ext4 on a plain partition. A freeze empties the
# journal, which the superblock of the snapshot tells.
DESCRIPTION="take a snapshot of a mounted ext4 and drop it, writes going on"
DEADLINE=400

requires() {
	need_module dm-snapshot
}

frozen_ext4() {
	! dumpe2fs -h "$1" 2>/dev/null | grep -q needs_recovery && e2fsck -fn "$1"
}

test() {
	snapshot_lives ext4 noload frozen_ext4
	e2fsck -fn "$(partition nb 2)"
}
