# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# H13: an origin that hangs when it is attached to: the freeze has a limit, the error says so, nothing is attached and
# the hook is gone; when the disk answers again, everything goes on. A detach from a disk that hangs: a clear error in
# time, still attached. The same when somebody else waits for the disk's queue to drain meanwhile, and keeps it frozen.
DESCRIPTION="attach to and detach from a disk that hangs (H13)"
HOOKS=both

requires() {
	need_module ublk_drv
}

# in_time PATTERN COMMAND...: refused within the timeout.
in_time() {
	local from=$SECONDS
	refuses 1 "$1" "${@:2}" --timeout 1
	within "seconds of a call with --timeout 1" $((SECONDS - from)) 0 $((6 * BLKI_TEST_SCALE))
}

# server_signal SIGNAL: to the process that serves the disk.
server_signal() {
	kill "-$1" "$(ublk-sim list --json | jsonq /devices pid)"
}

# hang: the server stops, with 16 reads waiting for it.
hang() {
	local i
	server_signal STOP
	for ((i = 0; i < 16; i++)); do
		dd if="$UBLK" of=/dev/null bs=4k count=1 skip=$i iflag=direct 2>/dev/null &
		READERS+=($!)
	done
	wait_until 10 all_in_flight
}

all_in_flight() {
	(($(awk '{ print $1 }' "/sys/block/$(basename "$UBLK")/inflight") == 16))
}

# freeze: somebody changes an attribute of the queue, for which its I/O must drain first.
freeze() {
	echo 256 >"/sys/block/$(basename "$UBLK")/queue/read_ahead_kb" &
	FREEZER=$!
	wait_until 10 freezer_waits
}

freezer_waits() {
	[[ $(awk '{ print $3 }' "/proc/$FREEZER/stat") == D ]]
}

# wake: it goes on, and every read comes back.
wake() {
	local pid
	server_signal CONT
	for pid in "${READERS[@]}"; do
		wait "$pid" || fail "a read failed that waited for the disk"
	done
	READERS=()
}

test() {
	local READERS=() FREEZER
	make_ublk ram -s 16M -q 1 -d 32
	defer server_signal CONT
	load_module
	hang
	in_time 'did not drain' blki filter attach null "$UBLK"
	equal "interposers after a refused attach" "$(nr_attached)" 0
	freeze
	in_time 'I/O stopped' blki filter attach null "$UBLK"
	equal "interposers after a refused attach" "$(nr_attached)" 0
	wake
	wait "$FREEZER"
	blki filter attach null "$UBLK"
	hang
	in_time 'did not drain' blki filter detach null "$UBLK"
	attached "$UBLK" kind=filter state=live || fail "the filter is gone or not live after a refused detach"
	wake
	equal "bios seen" "$(status_of "$UBLK" nr_seen)" 16
	blki filter detach null "$UBLK"
	rmmod blki
	read_direct "$UBLK" 1
}
