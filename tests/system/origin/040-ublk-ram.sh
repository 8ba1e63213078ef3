# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The hook on a disk served by ublk-sim: filter and remap under verified load, see exercise_origin.
DESCRIPTION="interpose a disk served by ublk-sim"
HOOKS=both

requires() {
	need_module ublk_drv
}

test() {
	make_ublk ram -s 64M -q 2 -d 32
	exercise_origin "$UBLK" "$(mq_hook)"
}
