# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# H11: the last instructions of a submitter below the hook run after our own count went down. Detach and rmmod at
# once, 12 times, with submitters that never pause; the code must be gone only when nobody can be in it.
DESCRIPTION="unload right after detach, 12 times under load (H11)"
HOOKS=both
DEADLINE=480

test() {
	local i nr
	nr=$(rounds 8)
	make_null_blk nb submit_queues=2
	start_verify load --threads 4 --max 16K --flush-pct 2 /dev/nb
	for ((i = 0; i < nr; i++)); do
		load_module
		blki filter attach null /dev/nb
		wait_seen /dev/nb 3
		blki filter detach null /dev/nb
		rmmod blki
	done
	wait_ios /dev/nb 50
	stop_verify load
}
