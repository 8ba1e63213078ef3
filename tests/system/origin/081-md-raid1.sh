# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The hook on an md array (raid1) over two disks: filter and remap under verified load, see exercise_origin.
DESCRIPTION="interpose an md raid1 array"

requires() {
	need_module md_mod raid1
}

test() {
	make_null_blk na
	make_null_blk nb
	make_md raid1 na nb
	exercise_origin "$MD" wrap
}
