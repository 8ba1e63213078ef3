# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Both halves of a mirror are origins, one with a filter, one with a remap: what the array sends down is seen on both,
# and after detach both halves hold the same bytes.
DESCRIPTION="see what an md array above sends down to its members"

requires() {
	need_module md_mod raid1
}

test() {
	make_null_blk na
	make_null_blk nb
	make_md raid1 na nb
	load_module
	make_noexcl nx /dev/nb
	start_verify load --threads 4 "$MD"
	blki filter attach null /dev/na
	blki remap start nx /dev/nb
	wait_seen /dev/na 50
	wait_seen /dev/nb 50
	blki remap stop nx
	blki filter detach null /dev/na
	stop_verify load
	remove_md
	cmp /dev/na /dev/nb || fail "the halves of the mirror differ"
}
