# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The same runs and checks on a disk whose flush lies: both must find damage, or they would not find it where it
# matters. A state has one write of the run missing and all behind it, up to some point, durable.
DESCRIPTION="find the damage of a disk whose flush lies"
DEADLINE=180

requires() {
	need_module ublk_drv
	need_program mkfs.ext4 e2fsck sqlite3
}

# at_least WHAT PER_MILLE: of the covered states are damaged
at_least() {
	local covered damaged
	covered=$(walk_value covered)
	damaged=$(walk_value damaged)
	echo "$1: $damaged of $covered states damaged"
	((damaged * 1000 >= covered * $2)) || fail "$1: only $damaged of $covered states are damaged"
}

test() {
	make_crash_disk 16M --lying-flush
	mkfs.ext4 -q -b 1024 -J size=1 "$UBLK" 15M
	# a journal hides most single losses: about one in twelve is damage
	CRASH_STATES=48 crash_walk fs-run.sh fs-check.sh --reorder 0 --drops
	at_least "ext4" 20
	mkfs.ext4 -q -F -b 1024 -J size=1 "$UBLK" 15M
	crash_walk sqlite-run.sh sqlite-check.sh --reorder 0 --drops
	at_least "SQLite" 100
}
