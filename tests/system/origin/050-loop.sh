# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The hook on a loop device: filter and remap under verified load, see exercise_origin.
DESCRIPTION="interpose a loop device"

requires() {
	need_module loop
}

test() {
	make_loop "$TEST_DIR/image" 64
	exercise_origin "$LOOP" "$(mq_hook)"
}
