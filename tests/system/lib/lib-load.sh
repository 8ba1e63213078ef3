# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Load in the background: verified writers, and storms of queue attribute writes.

# start_verify NAME ARGUMENT...: verify in the background; returns when its extent is filled.
start_verify() {
	local name=$1
	shift
	verify --ready "$TEST_DIR/$name.ready" "$@" >"$TEST_DIR/$name.json" 2>"$TEST_DIR/$name.err" &
	echo $! >"$TEST_DIR/$name.pid"
	wait_until 40 verify_ready_or_dead "$name"
	[[ -e $TEST_DIR/$name.ready ]] || fail "verify $name did not start: $(cat "$TEST_DIR/$name.err")"
}

verify_ready_or_dead() {
	[[ -e $TEST_DIR/$1.ready ]] || ! kill -0 "$(cat "$TEST_DIR/$1.pid")" 2>/dev/null
}

# end_verify NAME: stop the load and read everything back; sets VERIFY_RC.
end_verify() {
	local pid
	pid=$(cat "$TEST_DIR/$1.pid")
	kill -TERM "$pid" 2>/dev/null || true
	VERIFY_RC=0
	wait "$pid" || VERIFY_RC=$?
	cat "$TEST_DIR/$1.json" "$TEST_DIR/$1.err"
}

# stop_verify NAME: as end_verify, and everything must have been right.
stop_verify() {
	end_verify "$1"
	((VERIFY_RC == 0)) || fail "verify $1: $(head -n 1 "$TEST_DIR/$1.err") ($(cat "$TEST_DIR/$1.json"))"
	(($(verify_field "$1" ios) > 0)) || fail "verify $1 did no I/O"
}

# verify_field NAME FIELD: a number of its summary.
verify_field() {
	jsonq "/$2" <"$TEST_DIR/$1.json"
}

# wait_ios DEV NR: until the device has completed NR more reads and writes.
wait_ios() {
	local from
	from=$(stat_ios "$1")
	wait_until 30 ios_reached "$1" $((from + $2))
}

ios_reached() {
	(($(stat_ios "$1") >= $2))
}

# write_attributes DISK NR: write the queue attributes of a disk NR times each; every write freezes the queue.
write_attributes() {
	local queue=/sys/block/$1/queue i
	for ((i = 0; i < $2; i++)); do
		echo $((64 - i % 2 * 32)) >"$queue/nr_requests"
		echo $((128 + i % 2 * 128)) >"$queue/read_ahead_kb"
		echo $((i % 2 ? 1024 : 512)) >"$queue/max_sectors_kb"
		write_optional "$queue/wbt_lat_usec" $((i % 2 * 2000))
		((i % 10)) || write_optional "$queue/scheduler" "$( ((i % 20)) && echo none || echo mq-deadline)"
	done
}

# write_optional FILE VALUE: for attributes that not every disk has.
write_optional() {
	[[ ! -e $1 ]] || echo "$2" >"$1" 2>/dev/null || true
}
