#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# flaky-disk.sh: let one disk fail now and then, mounted and in use, and give it back.
#
# dm-flakey is made on the alias of the device, the device is switched to it, and after the time, or a signal, or
# any failure, switched back. The programs on it see the errors, and a file system may turn itself read-only: that is
# what this is for. Not for the root file system, whose programs could then not even end it. Needs blki and its
# dmsetup front-end first in PATH.
set -euo pipefail

up_s=5
down_s=1
seconds=30
features=

# shellcheck source=docs/recipes/common.sh
. "$(dirname "$(readlink -f "$0")")/common.sh"

usage() {
	cat <<-'HELP'
	Usage: flaky-disk.sh [--up S] [--down S] [--seconds S] [--writes error|drop] DEVICE|MOUNTPOINT

	  --up S           seconds without an error (default 5)
	  --down S         seconds in which every read and write fails (default 1), again and again
	  --seconds S      for that long in all (default 30)
	  --writes error   only writes fail then
	  --writes drop    writes are lost then, and nobody is told

	Examples:
	  flaky-disk.sh /srv
	  flaky-disk.sh --up 20 --down 3 --seconds 120 /dev/sdb1
	  flaky-disk.sh --up 1 --down 1 --writes drop /mnt/test
	HELP
}

main() {
	local device
	while [[ ${1:-} == -* ]]; do
		case $1 in
		--up) up_s=${2:?a number of seconds is missing} ;;
		--down) down_s=${2:?a number of seconds is missing} ;;
		--writes)
			case ${2:-} in
			error | drop) features="1 ${2}_writes" ;;
			*) die "--writes is error or drop" 2 ;;
			esac
			;;
		--seconds) seconds=${2:?a number of seconds is missing} ;;
		-h | --help)
			usage
			exit 0
			;;
		*) die "unknown option $1; see flaky-disk.sh --help" 2 ;;
		esac
		shift 2
	done
	if (($# != 1)); then
		usage >&2
		exit 2
	fi
	device=$(device_of "$1")
	# shellcheck disable=SC2086 # several words, or none
	switch_for "$seconds" "flaky-$$" "$device" flakey "$up_s" "$down_s" $features
}

main "$@"
