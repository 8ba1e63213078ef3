# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Deleting or re-reading an attached partition would pull it from under the hook: the kernel must refuse it
# because the module holds the partition open.
DESCRIPTION="see an attached partition protected against deletion"

test() {
	make_null_blk nb size=128
	make_partitions nb 32 64
	load_module
	blki filter attach null "$(partition nb 1)"
	! blockdev --rereadpt /dev/nb || fail "the partition table was read again below an origin"
	verify --ios 200 "$(partition nb 1)"
	blki filter detach null "$(partition nb 1)"
	blockdev --rereadpt /dev/nb
}
