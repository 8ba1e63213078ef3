# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A create with noexcl that fails leaves nothing: neither the device nor the alias that was made for it, whether the
# target is unknown, refuses the table, or another line is wrong; an alias that was there before stays, and so does
# one that is in use.
DESCRIPTION="see a failed create leave no device and no alias"

aliases() {
	blki alias list --json | jsonq /aliases name || true
}

requires() {
	need_module dm-delay
}

test() {
	local half
	make_null_blk nb
	make_null_blk nc
	load_module
	half=$(($(blockdev --getsz /dev/nb) / 2))
	refuses 1 'nosuch: unknown target' dmsetup create x --table "0 8 nosuch /dev/nb 0 noexcl"
	equal "aliases after an unknown target" "$(aliases)" ""
	refuses 1 'x: the table was refused' dmsetup create x --table "0 8 delay /dev/nb 0 noexcl"
	equal "aliases after a refused table" "$(aliases)" ""
	refuses 1 'no such block device|none of' dmsetup create x <<-TABLE
		0 $half delay /dev/nb 0 1 noexcl
		$half $half delay /dev/none 0 1 noexcl
	TABLE
	equal "aliases after a line of no device" "$(aliases)" ""
	! dm_exists x || fail "the device of a failed create exists"

	make_alias /dev/nc
	refuses 1 'x: the table was refused' dmsetup create x --table "0 8 delay /dev/nc 0 noexcl"
	equal "the alias that was there" "$(aliases)" blki/nc
	defer remove_alias /dev/blki/nb
	defer remove_dm y
	dmsetup create y --table "0 8 delay /dev/nb 0 0 noexcl"
	refuses 1 'x: the table was refused' dmsetup create x --table "0 8 delay /dev/nb 0 noexcl"
	equal "aliases with one in use" "$(aliases | sort)" "$(printf 'blki/nb\nblki/nc')"
	refuses 1 'a device-mapper device of that name' dmsetup create y --table "0 8 delay /dev/nb 0 0 noexcl"
	dmsetup remove y
}
