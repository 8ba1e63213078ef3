# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# H1: submitters that saw the hook's flag clear and then sleep in queue entry, because the queue is frozen, must
# not go on to the raw disk after attach has returned. 64 submitters, a disk that takes 20 ms for everything and a
# storm of attribute writes keep many of them asleep there; the acceptor is suspended, so that after attach nothing
# may reach the disk at all: all 64 bios must end up inside the acceptor, and the disk's count must stand still.
DESCRIPTION="attach under 64 blocked submitters: no bio reaches the disk past the hook (H1)"
HOOKS=both
DEADLINE=300

storm() {
	local i=0
	while :; do
		echo $((128 - i++ % 2 * 32)) >/sys/block/nb/queue/nr_requests
	done
}

all_inside() {
	(($(status_of /dev/nb nr_in_flight) + $(status_of /dev/nb nr_held) == 64))
}

test() {
	local i storm_pid at_return
	make_null_blk nb irqmode=2 completion_nsec=20000000 hw_queue_depth=128
	load_module
	make_noexcl nx /dev/nb
	start_verify load --threads 64 --max 4K --flush-pct 0 --length 4M /dev/nb
	storm &
	storm_pid=$!
	for ((i = 0; i < 2; i++)); do
		dmsetup suspend --nolockfs nx
		blki remap start nx /dev/nb
		at_return=$(stat_ios /dev/nb)
		wait_until 20 all_inside
		equal "I/Os the disk completed after attach returned" $(($(stat_ios /dev/nb) - at_return)) 0
		dmsetup resume nx
		wait_ios /dev/nb 100
		blki remap stop nx
		wait_ios /dev/nb 20
	done
	kill "$storm_pid"
	stop_verify load
}
