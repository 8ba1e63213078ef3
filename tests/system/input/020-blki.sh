# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Wrong use of the blki command: exit 2 for what no machine could do, 1 for what this one refuses, one sentence that
# names the object, and nothing attached afterwards.
DESCRIPTION="give the blki command bad input"

test() {
	make_null_blk nb
	load_module
	refuses 2 'usage|verb|command' blki
	refuses 2 'frobnicate' blki frobnicate
	refuses 2 'frobnicate' blki filter frobnicate null /dev/nb
	refuses 2 'ORIGIN|argument|missing|usage' blki filter attach null
	refuses 2 'extra|too many|argument|usage' blki filter attach null /dev/nb extra
	refuses 2 'colour|option' blki status --colour
	refuses 2 'soon|timeout' blki filter attach null /dev/nb --timeout soon
	refuses 2 'magic|hook' blki filter attach null /dev/nb --hook magic
	refuses 1 'no-such-filter' blki filter attach no-such-filter /dev/nb
	refuses 1 '/dev/no-such-device' blki filter attach null /dev/no-such-device
	refuses 1 'block device' blki filter attach null /dev/null
	refuses 1 'block device' blki filter attach null "$TEST_DIR"
	refuses 1 'no-such-dm' blki remap start no-such-dm /dev/nb
	refuses 1 'no-such-dm' blki remap stop no-such-dm
	refuses 1 'wrap|hook' blki filter attach null /dev/nb --hook wrap
	equal "interposers left" "$(nr_attached)" 0
	blki detach --all
}
