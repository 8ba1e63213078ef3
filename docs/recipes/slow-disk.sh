#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# slow-disk.sh: make one disk slow for a while, mounted and in use, and give it back.
#
# dm-delay is made on the alias of the device, the device is switched to it, and after the time, or a signal, or
# any failure, switched back. No unmount; the programs on it only wait. Needs blki and its dmsetup front-end first in
# PATH.
set -euo pipefail

delay_ms=100
seconds=30
name=slow-$$
device=
switched=false

usage() {
	cat <<-'HELP'
	Usage: slow-disk.sh [--delay MS] [--seconds S] DEVICE|MOUNTPOINT

	  --delay MS     every read and write waits that long (default 100)
	  --seconds S    for that long (default 30)

	Examples:
	  slow-disk.sh /srv
	  slow-disk.sh --delay 500 --seconds 10 /dev/sdb1
	  slow-disk.sh --delay 20 --seconds 3600 / &
	HELP
}

die() {
	echo "slow-disk.sh: $1" >&2
	exit "${2:-1}"
}

device_of() {
	local number
	if [[ -b $1 ]]; then
		echo "$1"
		return
	fi
	number=$(mountpoint -d "$1" 2>/dev/null) || die "$1 is neither a block device nor a mount point"
	[[ -e /sys/dev/block/$number ]] || die "$1 is on no single block device ($number); name the device"
	echo "/dev/$(basename "$(readlink "/sys/dev/block/$number")")"
}

have() {
	dmsetup info "$1" >/dev/null 2>&1
}

# give_back: whatever has been done by now.
give_back() {
	[[ -z ${sleeper:-} ]] || kill "$sleeper" 2>/dev/null || true
	have "$name" || return 0
	if $switched; then
		blki remap stop "$name" || die "$device is still slow; try again: blki remap stop $name"
	fi
	dmsetup remove "$name"
	blki alias del "$device" 2>/dev/null || true
}

main() {
	while [[ ${1:-} == -* ]]; do
		case $1 in
		--delay) delay_ms=${2:?a number of milliseconds is missing} ;;
		--seconds) seconds=${2:?a number of seconds is missing} ;;
		-h | --help)
			usage
			exit 0
			;;
		*) die "unknown option $1; see slow-disk.sh --help" 2 ;;
		esac
		shift 2
	done
	if (($# != 1)); then
		usage >&2
		exit 2
	fi
	device=$(device_of "$1")
	trap give_back EXIT
	trap 'exit 130' INT TERM
	dmsetup create "$name" --table "0 $(blockdev --getsz "$device") delay $device 0 $delay_ms noexcl"
	blki remap start "$name" "$device"
	switched=true
	# a sleep in the foreground would keep a signal waiting
	sleep "$seconds" &
	sleeper=$!
	wait "$sleeper"
}

main "$@"
