# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The origin is pulled while a target on its alias is under load: I/O ends with EIO, nothing hangs, target and alias go
# away; a new disk of the same name gets an alias of its own, also while the old one is still there.
DESCRIPTION="pull the origin of an alias in use"

test() {
	make_null_blk nb
	load_module
	make_on_alias lin /dev/nb linear 0
	start_verify load --threads 4 /dev/mapper/lin
	wait_ios /dev/nb 50
	echo 0 >"$NULLB_CONFIG/nb/power"
	end_verify load
	((VERIFY_RC == 1)) || fail "the load saw no error of a disk that is gone (exit status $VERIFY_RC)"
	(($(verify_field load mismatches) == 0)) || fail "wrong blocks, not only errors"
	remove_null_blk nb

	make_null_blk nb
	refuses 1 'belongs to a disk that is gone, and is in use' blki alias add /dev/nb
	dmsetup remove lin
	refuses 1 'no such device|not open' dd if="$ALIAS" of=/dev/null count=1
	equal "the new alias" "$(blki alias add /dev/nb)" "$ALIAS"
	verify --seed 5 --ios 100 "$ALIAS"
	echo 0 >"$NULLB_CONFIG/nb/power"
	remove_null_blk nb
	blki alias del "$ALIAS"
	rmmod blki
}
