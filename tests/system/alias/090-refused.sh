# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Each refusal names the object, the cause and the remedy, and leaves nothing behind. A read-only origin has a
# read-only alias.
DESCRIPTION="refuse aliases that can not be, by name"

test() {
	make_null_blk nb
	load_module
	refuses 1 '/dev/nb: has no alias; see blki alias list' blki alias del /dev/nb
	refuses 1 'no-such: no such block device' blki alias add /dev/no-such
	refuses 1 'is no block device' blki alias add /dev/null
	refuses 2 'too few arguments' blki alias add
	make_alias /dev/nb
	refuses 1 'is an alias itself' blki alias add "$ALIAS"
	make_null_blk control
	refuses 1 'control: its alias would take the place' blki alias add /dev/control
	[[ -c /dev/blki/control ]] || fail "the control device is gone"
	make_null_blk zoned zoned=1 zone_size=4
	refuses 1 'zoned: a zoned device can have no alias' blki alias add /dev/zoned
	make_null_blk a-name-that-is-longer-than-26
	refuses 1 'name is too long for an alias, 26 bytes fit' blki alias add /dev/a-name-that-is-longer-than-26

	blockdev --setro /dev/nb
	refuses 1 'read-only' dd if=/dev/zero of="$ALIAS" bs=4k count=1 conv=notrunc
	equal "read-only" "$(blockdev --getro "$ALIAS")" 1
	blockdev --setrw /dev/nb
	dd if=/dev/zero of="$ALIAS" bs=4k count=1 conv=notrunc oflag=direct
	equal "read-only" "$(blockdev --getro "$ALIAS")" 0
}
