# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The hook on a whole virtio disk: filter and remap under verified load, see exercise_origin.
DESCRIPTION="interpose a whole virtio disk"

requires() {
	need_drive scratch
}

test() {
	find_drive scratch
	exercise_origin "$DRIVE" "$(mq_hook)"
}
