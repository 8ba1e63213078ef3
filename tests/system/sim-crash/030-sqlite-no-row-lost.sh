# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# SQLite in WAL mode with synchronous=FULL on ext4 on a disk with a volatile cache: whatever prefix of the writes
# reached the disk, or with one write overtaking, no row is lost whose commit was answered.
DESCRIPTION="lose no committed row of SQLite at any power cut"
DEADLINE=120

requires() {
	need_module ublk_drv
	need_program mkfs.ext4 sqlite3
}

test() {
	make_crash_disk 16M
	# the last MiB belongs to the mark
	mkfs.ext4 -q -b 1024 -J size=1 "$UBLK" 15M
	crash_walk sqlite-run.sh sqlite-check.sh --reorder 1
	within "crash states" "$(walk_value total)" 500 1000000
	equal "damaged states" "$(walk_value damaged)" 0
}
