# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# io_uring on the alias and on a stock dm-linear that stands on it: NOWAIT is not refused, polled reads complete, no
# iou-wrk worker appears. The same with the origin remapped to that device.
DESCRIPTION="read by io_uring with NOWAIT and IOPOLL through an alias"

# read_all WHAT DEV
read_all() {
	local what=$1 dev=$2 mode result
	for mode in plain nowait iopoll; do
		result=$(ioring-nowait --ios 300 --deadline $((20 * BLKI_TEST_SCALE)) "$mode" "$dev") ||
			fail "$what, $mode: a read was lost"
		equal "$what, $mode: whole reads" "$(jsonq /ok <<<"$result")" 300
		equal "$what, $mode: iou-wrk worker" "$(jsonq /worker <<<"$result")" false
	done
}

test() {
	local part
	make_null_blk nb size=128 submit_queues=2 poll_queues=1
	make_partitions nb 16 64
	part=$(partition nb 2)
	load_module
	make_on_alias lin "$part" linear 0
	read_all alias "$ALIAS"
	read_all "dm-linear on the alias" /dev/mapper/lin
	blki remap start lin "$part"
	read_all "remapped to it" "$part"
	blki remap stop lin
}
