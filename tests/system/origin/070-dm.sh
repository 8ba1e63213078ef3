# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The hook on a bio-based device-mapper device: filter and remap under verified load, see exercise_origin.
DESCRIPTION="interpose a bio-based device-mapper device"

requires() {
	:
}

test() {
	make_null_blk nb
	make_dm below "0 $(blockdev --getsz /dev/nb) linear /dev/nb 0"
	exercise_origin "/dev/$(dm_kernel_name below)" wrap
}
