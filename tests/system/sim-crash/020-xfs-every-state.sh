# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# As 010 with xfs and xfs_repair. mkfs.xfs makes no file system below 300 MiB; the disk is sparse.
DESCRIPTION="recover xfs from the crash states of a recorded run"
DEADLINE=120

requires() {
	need_module ublk_drv xfs
	need_program mkfs.xfs xfs_repair
}

test() {
	make_crash_disk 320M
	mkfs.xfs -q "$UBLK"
	CRASH_FS=xfs crash_walk fs-run.sh fs-check.sh --reorder 1 --drops --torn
	within "crash states" "$(walk_value total)" 100 1000000
	equal "damaged states" "$(walk_value damaged)" 0
}
