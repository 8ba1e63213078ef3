# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Attach twice, detach twice: each second one is refused with what is wrong, and changes nothing.
DESCRIPTION="see the second attach and the second detach refused"

test() {
	make_null_blk nb
	load_module
	blki filter attach null /dev/nb
	refuses 1 'already|exists' blki filter attach null /dev/nb
	equal "interposers" "$(nr_attached)" 1
	blki filter detach null /dev/nb
	refuses 1 'not attached|no .*filter|no such' blki filter detach null /dev/nb

	make_noexcl nx /dev/nb
	make_noexcl ny /dev/nb
	blki remap start nx /dev/nb
	refuses 1 'already|exists' blki remap start ny /dev/nb
	equal "interposers" "$(nr_attached)" 1
	blki remap stop /dev/nb
	refuses 1 '/dev/nb.*neither|not remapped' blki remap stop /dev/nb
	refuses 1 'nx.*(neither|not )' blki remap stop nx
	verify --ios 50 /dev/nb
}
