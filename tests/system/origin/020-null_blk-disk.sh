# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The hook on a whole blk-mq disk: filter and remap under verified load, see exercise_origin.
DESCRIPTION="interpose a whole blk-mq disk"

requires() {
	:
}

test() {
	make_null_blk nb
	exercise_origin /dev/nb "$(mq_hook)"
}
