# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Request-based multipath above an origin sends requests, not bios: they would never be seen. An attach below one is
# refused, and names the multipath device.
DESCRIPTION="refuse an origin below request-based multipath, by name"

requires() {
	need_module dm_multipath dm_queue_length
}

test() {
	local said
	make_null_blk nb
	load_module
	make_dm paths "0 $(blockdev --getsz /dev/nb) multipath 0 0 1 1 queue-length 0 1 1 $(cat /sys/block/nb/dev) 128"
	! said=$(blki filter attach null /dev/nb 2>&1) || fail "attached below multipath: $said"
	grep -q "request-based device dm-[0-9]* (multipath)" <<<"$said" || fail "the refusal says: $said"
	dmsetup remove paths
	blki filter attach null /dev/nb || fail "refused without multipath"
	blki filter detach null /dev/nb
}
