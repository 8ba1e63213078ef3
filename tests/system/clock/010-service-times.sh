# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Each shipped profile's reads and writes take the times that the profile says: 10,000 of them, by the instruction
# clock, are at a Kolmogorov-Smirnov distance of at most 0.02 from it, as the server delivers them and as a program
# sees them. What is below this guest's floor must be marked so, and is measured for the log alone. That the
# distance finds what is wrong is shown by a profile that is a microsecond off, and by the trip not being taken off.
DESCRIPTION="deliver the service times of every profile, to a distance of 0.02"
DEADLINE=400

readonly IOS=10000
readonly DISTANCE_MAX=0.02

requires() {
	need_module ublk_drv
	[[ $(jsonq /clock </blki/host.json 2>/dev/null) == instructions ]] ||
		SKIP_REASONS+=("the guest does not run on the instruction clock")
}

# above A B: whether A > B, of decimal fractions
above() {
	awk -v a="$1" -v b="$2" 'BEGIN { exit !(a > b) }'
}

# pause_us PROFILE: between two I/Os of it; cloud-volume gives a program no more than 3,000 a second, which is no
# part of its service time
pause_us() {
	[[ $1 != cloud-volume ]] && echo 0 || echo 400
}

# measure IOS PROFILE OP PAUSE_US [DISK_PROFILE]: a disk with DISK_PROFILE (PROFILE) against PROFILE; sets TIMES, and of its
# status DELIVERED and TRIP_NS
measure() {
	local status
	UBLK=$(ublk-sim add -t null -s 1G --force --profile "${5:-$2}")
	defer ublk-sim del "$UBLK"
	status=$(ublk-sim status --json "$UBLK")
	DELIVERED=$(jsonq "/timing/ops/$3/delivered" <<<"$status")
	TRIP_NS=$(jsonq "/timing/ops/$3/trip_ns" <<<"$status")
	TIMES=$(service-times "$UBLK" "$3" "$1" "$2" "$TRIP_NS" "$4")
	echo "$2 $3: delivered $DELIVERED, shortest $(jsonq "/timing/ops/$3/shortest_ns" <<<"$status") ns," \
		"floor $(jsonq "/timing/ops/$3/floor_ns" <<<"$status") ns: $TIMES"
	status=$(ublk-sim status --json "$UBLK")
	equal "$2 $3: I/Os with a service time" "$(jsonq "/timing/ops/$3/ios" <<<"$status")" "$1"
	ublk-sim del "$UBLK"
}

# distance WHICH: of the last measurement
distance() {
	jsonq "/d_$1" <<<"$TIMES"
}

# keeps PROFILE OP: it is delivered, or marked
keeps() {
	local which
	measure "$IOS" "$1" "$2" "$(pause_us "$1")"
	if [[ $DELIVERED != true ]]; then
		BELOW+=" $1:$2"
		return
	fi
	for which in server program; do
		! above "$(distance $which)" $DISTANCE_MAX ||
			fail "$1: ${2}s, $which: D is $(distance $which), more than $DISTANCE_MAX"
	done
}

test() {
	local profile BELOW=
	modprobe ublk_drv
	# what a boot leaves to be done in the background
	sleep 5
	for profile in nvme-tlc sata-ssd cloud-volume hdd-7200; do
		keeps $profile read
		keeps $profile write
	done
	# 12 us are less than the way to the server and back
	equal "below the floor" "$BELOW" " nvme-tlc:write"
	# for the log: by a program that pauses before each
	measure $((IOS / 4)) nvme-tlc read 400
	measure $((IOS / 4)) sata-ssd read 0
	above "$(distance untaken)" $DISTANCE_MAX ||
		fail "the trip of $TRIP_NS ns, not taken off, makes no difference: D is $(distance untaken)"
	ublk-sim profiles nvme-tlc | sed 's/\[50, 50\]/[50, 51]/' >"$TEST_DIR/off.json"
	measure $((IOS / 4)) nvme-tlc read 0 "$TEST_DIR/off.json"
	above "$(distance program)" $DISTANCE_MAX ||
		fail "reads of a profile that is 1 us off at the median: D is $(distance program)"
}
