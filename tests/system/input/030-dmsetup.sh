# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The dmsetup front-end: what is ours is refused in words, what is not reaches the real dmsetup unchanged, its exit
# status and its messages included.
DESCRIPTION="give the dmsetup front-end bad input, and pass on what is not its own"

# The PATH behind the front-end's folder: what finds the real dmsetup.
readonly REAL_PATH=${PATH#/blki/bin:}

test() {
	local ours_rc=0 real_rc=0
	make_null_blk nb
	load_module
	[[ $(command -v dmsetup) == /blki/bin/dmsetup ]] || fail "the front-end is not first in the PATH"
	refuses 2 'start|stop|usage' dmsetup remap
	refuses 2 'frobnicate' dmsetup remap frobnicate
	refuses 2 'ORIGIN|DEV|argument|usage' dmsetup remap start nb
	refuses 1 'no-such-dm' dmsetup remap start no-such-dm /dev/nb
	refuses 2 'start|stop|usage' dmsetup filter
	refuses 1 'no-such-filter' dmsetup filter start no-such-filter /dev/nb
	refuses 1 'zero: none of .* block device' dmsetup create bad --table "0 8 zero noexcl"
	refuses 1 'no-such-device' dmsetup create bad --table "0 8 linear /dev/no-such-device 0 noexcl"
	! dm_exists bad || fail "a refused table left a device"

	equal "version" "$(dmsetup version)" "$(env "PATH=$REAL_PATH" dmsetup version)"
	dmsetup info no-such-dm >"$TEST_DIR/ours" 2>&1 || ours_rc=$?
	env "PATH=$REAL_PATH" dmsetup info no-such-dm >"$TEST_DIR/real" 2>&1 || real_rc=$?
	equal "exit status of dmsetup info" "$ours_rc" "$real_rc"
	equal "message of dmsetup info" "$(<"$TEST_DIR/ours")" "$(<"$TEST_DIR/real")"
	make_dm plain "0 1024 linear /dev/nb 0"
	equal "table of a stock device" "$(dmsetup table plain)" "$(env "PATH=$REAL_PATH" dmsetup table plain)"
}
