# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The hook on a bio-based disk: filter and remap under verified load, see exercise_origin.
DESCRIPTION="interpose a bio-based disk"

requires() {
	need_module brd
}

test() {
	make_brd 64
	exercise_origin /dev/ram0 wrap
}
