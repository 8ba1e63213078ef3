# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Hazard 3: between the test of the flag and the load of the disk's operations a late caller must never find a
# NULL ->submit_bio. Two partitions share one disk's operations: many submitters with small I/Os on both while
# filters come and go on each, so that the operations are restored with callers on their way.
DESCRIPTION="attach and detach 2 siblings 8 times each under 16 submitters (hazard 3)"
HOOKS=both
DEADLINE=360

flip() {
	local i nr
	nr=$(rounds 6)
	for ((i = 0; i < nr; i++)); do
		blki filter attach null "$1"
		blki filter detach null "$1"
	done
}

test() {
	local one two pid
	make_null_blk nb size=128 submit_queues=2
	make_partitions nb 32 32
	one=$(partition nb 1)
	two=$(partition nb 2)
	load_module
	start_verify one --threads 8 --max 8K --flush-pct 0 "$one"
	start_verify two --threads 8 --max 8K --flush-pct 0 "$two"
	flip "$one" &
	pid=$!
	flip "$two"
	wait "$pid" || fail "a filter could not be attached or detached on $one"
	stop_verify one
	stop_verify two
	rmmod blki
}
