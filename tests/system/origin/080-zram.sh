# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The hook on a bio-based disk that lives in memory and takes no zero-copy: filter and remap under verified load, see
# exercise_origin.
DESCRIPTION="interpose a zram disk"

requires() {
	need_module zram
}

test() {
	make_zram 64
	exercise_origin "$ZRAM" wrap
}
