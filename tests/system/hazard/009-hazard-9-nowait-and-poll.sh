# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Hazard 9: io_uring sends NOWAIT first. Where a stacked device does not support it, every I/O goes to an iou-wrk
# thread; a polled bio that nobody can poll never completes. Plain, NOWAIT and IOPOLL reads, raw, through a filter
# and through a remap: no error, no refusal, no worker, none lost.
DESCRIPTION="read by io_uring with NOWAIT and IOPOLL through filter and remap (hazard 9)"
HOOKS=both

# read_all ARM DEV
read_all() {
	local arm=$1 dev=$2 mode result
	for mode in plain nowait iopoll; do
		result=$(ioring-nowait --ios 500 --deadline $((20 * BLKI_TEST_SCALE)) "$mode" "$dev") ||
			fail "$arm, $mode: a read was lost"
		equal "$arm, $mode: whole reads" "$(jsonq /ok <<<"$result")" 500
		equal "$arm, $mode: iou-wrk worker" "$(jsonq /worker <<<"$result")" false
	done
}

test() {
	local part
	make_null_blk nb size=128 submit_queues=2 poll_queues=1
	make_partitions nb 16 64
	part=$(partition nb 2)
	read_all raw "$part"
	load_module
	blki filter attach null "$part"
	read_all filter "$part"
	equal "bios seen" "$(status_of "$part" nr_seen)" 1500
	blki filter detach null "$part"
	make_noexcl nx "$part"
	blki remap start nx "$part"
	read_all remap "$part"
	equal "bios remapped" "$(status_of "$part" nr_seen)" 1500
	blki remap stop nx
	read_all "after stop" "$part"
}
