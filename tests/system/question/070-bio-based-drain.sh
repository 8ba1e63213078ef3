# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A queue freeze does not wait for the bios of a bio-based disk: its count is held across ->submit_bio only. The
# origin is a dm-delay device that keeps every bio for a while; still, when a remap stop has returned, nothing of it
# may be inside the acceptor, which is removed at once.
DESCRIPTION="stop a remap of a bio-based origin whose bios take long"

requires() {
	need_module dm_delay
}

test() {
	local i nr dev
	make_null_blk nb size=32
	make_dm slow "0 65536 delay /dev/nb 0 20"
	dev=/dev/$(dm_kernel_name slow)
	load_module
	start_verify load --threads 8 --max 16K --flush-pct 0 --length 1M "$dev"
	nr=$(rounds 6)
	for ((i = 0; i < nr; i++)); do
		make_noexcl nx "$dev"
		blki remap start nx "$dev"
		wait_seen "$dev" 20
		blki remap stop nx
		dmsetup remove nx || fail "the acceptor is busy after remap stop (round $i)"
	done
	stop_verify load
}
