# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Without the module every command must say in one sentence that it is not loaded, and exit 2 or 1, not crash.
DESCRIPTION="see the commands name the missing module"

test() {
	make_null_blk nb
	[[ ! -d /sys/module/blki ]] || fail "the module is loaded before the test"
	refuses 2 'load' blki status
	refuses 2 'load' blki filter attach null /dev/nb
	refuses 2 'load' dmsetup remap start nb /dev/nb
}
