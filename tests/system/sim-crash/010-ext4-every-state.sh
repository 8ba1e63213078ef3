# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# ext4 on a disk with a volatile cache that honours flushes: in every crash state of a run of metadata changes
# (prefixes, one write overtaking or missing, torn writes) it recovers, e2fsck finds nothing, and what was
# made durable is there.
DESCRIPTION="recover ext4 from the crash states of a recorded run"
DEADLINE=120

requires() {
	need_module ublk_drv
	need_program mkfs.ext4 e2fsck
}

test() {
	make_crash_disk 16M
	mkfs.ext4 -q -b 1024 -J size=1 "$UBLK"
	crash_walk fs-run.sh fs-check.sh --reorder 1 --drops --torn
	within "crash states" "$(walk_value total)" 80 1000000
	equal "damaged states" "$(walk_value damaged)" 0
}
