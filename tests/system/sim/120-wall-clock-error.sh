# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# How far from its service time an I/O is where the clock is the host's: it depends on the host, so it is reported and not
# judged (clock/010 judges, by the instruction clock). That no answer is early, and none is forgotten, is judged.
DESCRIPTION="report how far from their service times the I/Os of every profile are by the wall clock"
DEADLINE=240

readonly IOS=1000

requires() {
	need_module ublk_drv
}

# error_of PROFILE OP: delivered minus requested, as the server and as a program sees it
error_of() {
	local status times
	UBLK=$(ublk-sim add -t null -s 1G --force --profile "$1")
	defer ublk-sim del "$UBLK"
	status=$(ublk-sim status --json "$UBLK")
	times=$(service-times "$UBLK" "$2" $IOS "$1" "$(jsonq "/timing/ops/$2/trip_ns" <<<"$status")" 0)
	echo "# $1 $2, delivered $(jsonq "/timing/ops/$2/delivered" <<<"$status")," \
		"server late p50 $(jsonq /server_error_p50_ns <<<"$times") p99 $(jsonq /server_error_p99_ns <<<"$times") ns," \
		"program p50 $(jsonq /program_error_p50_ns <<<"$times") p99 $(jsonq /program_error_p99_ns <<<"$times") ns"
	within "$1 $2: earliest answer, ns" "$(jsonq /server_error_p1_ns <<<"$times")" 0 1000000000
	equal "$1 $2: I/Os with a service time" \
		"$(ublk-sim status --json "$UBLK" | jsonq "/timing/ops/$2/ios")" $IOS
	ublk-sim del "$UBLK"
}

test() {
	local profile
	modprobe ublk_drv
	for profile in nvme-tlc sata-ssd cloud-volume hdd-7200; do
		error_of $profile read
		error_of $profile write
	done
}
