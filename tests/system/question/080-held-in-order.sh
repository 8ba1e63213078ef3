# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What a detach holds back is let go in the order in which it came, each bio once: many generations of one block are
# sent while a stop waits for an acceptor that hangs. When the acceptor lets go, they follow to the disk; when the
# stop gives up, they follow to the acceptor; either way the last generation is what is there at the end. The disk
# completes at once, so it does not reorder.
DESCRIPTION="see what a detach held back go on in order, and once"
HOOKS=both

readonly NR=32

# stop_and_hold: a stop that has to wait, and writes held by it.
stop_and_hold() {
	dmsetup suspend --nolockfs --noflush nx
	dd if=/dev/nb of=/dev/null bs=4k count=1 skip=100 iflag=direct &
	wait_until 10 inside 1
	blki remap stop nx --timeout "$1" &
	stop_pid=$!
	wait_until 10 attached /dev/nb state=holding
	overwrite --writes "$NR" --offset 64K /dev/nb &
	overwrite_pid=$!
	wait_until 10 held "$NR"
}

inside() {
	(($(status_of /dev/nb nr_in_flight) >= $1))
}

held() {
	(($(status_of /dev/nb nr_held) == $1))
}

# last_is_there
last_is_there() {
	wait "$overwrite_pid" || fail "a held write failed or came back twice"
	pattern check --generation "$NR" --offset 64K -l 4096 /dev/nb
	pattern write --offset 64K -l 4096 /dev/nb
}

test() {
	local stop_pid overwrite_pid rc=0
	make_null_blk nb irqmode=0 submit_queues=1
	echo none >/sys/block/nb/queue/scheduler
	load_module
	make_noexcl nx /dev/nb
	blki remap start nx /dev/nb
	stop_and_hold $((20 * BLKI_TEST_SCALE))
	dmsetup resume nx
	wait "$stop_pid" || fail "the stop exits with $?"
	last_is_there
	equal "interposers left" "$(nr_attached)" 0

	blki remap start nx /dev/nb
	stop_and_hold $((2 * BLKI_TEST_SCALE))
	wait "$stop_pid" || rc=$?
	equal "exit status of a stop of a hung acceptor" "$rc" 1
	attached /dev/nb state=live || fail "not live after a stop that gave up"
	dmsetup resume nx
	last_is_there
	blki remap stop nx
}
