# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The hook on a SCSI disk: filter and remap under verified load, see exercise_origin.
DESCRIPTION="interpose a SCSI disk"

requires() {
	need_module scsi_debug
}

test() {
	make_scsi_debug 64 delay=0
	exercise_origin "$SCSI" "$(mq_hook)"
}
