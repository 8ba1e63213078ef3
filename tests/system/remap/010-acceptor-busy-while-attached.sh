# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The acceptor of a live remap must not be removed, mounted or claimed by anybody else.
DESCRIPTION="see dmsetup remove of an acceptor in use refused"

test() {
	make_null_blk nb
	load_module
	make_noexcl nx /dev/nb
	blki remap start nx /dev/nb
	! dmsetup remove nx || fail "the acceptor was removed under a live remap"
	! mkfs.ext4 -q -F /dev/mapper/nx 2>/dev/null || fail "the acceptor is not claimed"
	verify --ios 100 /dev/nb
	blki remap stop nx
	dmsetup remove nx
}
