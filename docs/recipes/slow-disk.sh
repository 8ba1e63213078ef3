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

# shellcheck source=docs/recipes/common.sh
. "$(dirname "$(readlink -f "$0")")/common.sh"

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

main() {
	local device
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
	switch_for "$seconds" "slow-$$" "$device" delay "$delay_ms"
}

main "$@"
