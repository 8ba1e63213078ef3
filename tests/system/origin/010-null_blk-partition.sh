# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The hook on a partition of a blk-mq disk: filter and remap under verified load, see exercise_origin.
DESCRIPTION="interpose a partition of a blk-mq disk"
HOOKS=both

requires() {
	:
}

test() {
	make_null_blk nb size=128
	make_partitions nb 32 64
	exercise_origin "$(partition nb 2)" "$(mq_hook)"
}
