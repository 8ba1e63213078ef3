#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# snapshot.sh: a snapshot of a mounted block device that was never a logical volume, the root file system included.
#
# take:  snapshot and snapshot-origin are made on the alias of the device, below every interposer; then one command
#        switches the device to the latter while its file system is frozen. What is on the disk at that moment is
#        the snapshot; every later write copies the old chunk to the COW device first.
# drop:  the snapshot goes, then the switch is undone; no unmount.
# merge: the device gets the snapshot's contents back; it must not be in use.
#
# The device-mapper devices are called NAME (the snapshot) and NAME-base. Needs blki and its dmsetup front-end first
# in PATH. A snapshot does not outlive a reboot: without NAME-base below the file system its COW device is stale.
set -euo pipefail

name=snap
chunk_sectors=8
undo=()

# shellcheck source=docs/recipes/common.sh
. "$(dirname "$(readlink -f "$0")")/common.sh"

usage() {
	cat <<-'HELP'
	Usage: snapshot.sh take  [--name NAME] [--chunk SECTORS] DEVICE|MOUNTPOINT COW-DEVICE
	       snapshot.sh drop  [--name NAME] DEVICE|MOUNTPOINT
	       snapshot.sh merge [--name NAME] [--chunk SECTORS] DEVICE COW-DEVICE

	  take    prints the path of the snapshot, /dev/mapper/NAME
	  drop    unmount the snapshot first
	  merge   puts DEVICE back to the snapshot and ends it; unmount DEVICE and the snapshot first
	  --name NAME       of the device-mapper devices (default snap)
	  --chunk SECTORS   what is copied at a time, a power of two of 512-byte sectors (default 8)

	COW-DEVICE is overwritten. It holds what changes while the snapshot exists; when it is full, the snapshot is
	lost, the device itself goes on. ext4 mounts the snapshot with "-o ro", xfs with "-o ro,nouuid".

	Examples:
	  snapshot.sh take / /dev/sdb1 && mount -o ro /dev/mapper/snap /mnt
	  snapshot.sh take --name before-upgrade --chunk 64 /srv /dev/sdc
	  umount /mnt && snapshot.sh drop /
	HELP
}

# roll_back: after a failure, undo what was done, newest first.
roll_back() {
	local status=$? i
	((status)) || return 0
	for ((i = ${#undo[@]} - 1; i >= 0; i--)); do
		eval "${undo[i]}" || echo "snapshot.sh: could not undo: ${undo[i]}" >&2
	done
}

take() {
	local device cow sectors
	device=$(device_of "$1")
	cow=$2
	[[ -b $cow ]] || die "$cow is no block device; give one that may be overwritten" 2
	! in_use "$cow" || die "$cow is in use; give one that may be overwritten"
	! have "$name" || die "a device-mapper device $name exists; drop it, or choose another --name"
	sectors=$(blockdev --getsz "$device")
	# a COW device that begins with zeros has no snapshot on it
	dd if=/dev/zero of="$cow" bs=4096 count=1 oflag=direct conv=notrunc status=none

	trap roll_back EXIT
	# in this order: when snapshot-origin starts it must know the size of a chunk, or it copies too little
	dmsetup create "$name" --table "0 $sectors snapshot $device $cow P $chunk_sectors noexcl"
	undo+=("dmsetup remove $name")
	dmsetup create "$name-base" --table "0 $sectors snapshot-origin $device noexcl"
	undo+=("dmsetup remove $name-base")
	blki remap start --freeze-fs "$name-base" "$device" >&2
	trap - EXIT
	echo "/dev/mapper/$name"
}

# end_switch DEVICE: nothing stands on the alias any more when this returns.
end_switch() {
	local device=$1
	if have "$name"; then
		dmsetup remove "$name"
	fi
	if have "$name-base"; then
		blki remap stop "$name-base" >&2 || die "$device is still switched; nothing else was changed"
		dmsetup remove "$name-base"
	fi
}

drop() {
	local device
	device=$(device_of "$1")
	have "$name" || have "$name-base" || die "there is no snapshot called $name"
	end_switch "$device"
	end_alias "$device"
}

# merged: whether every exception has been written back; the words are DONE/ALL METADATA.
merged() {
	local status
	status=$(dmsetup status "$name-merge")
	[[ $status != *Invalid* && $status != *failed* ]] || die "the merge has failed: $status"
	awk '{ split($4, sectors, "/"); exit sectors[1] != $5 }' <<<"$status"
}

merge() {
	local device=$1 cow=$2 sectors
	[[ -b $device && -b $cow ]] || die "merge takes two block devices" 2
	have "$name" || die "there is no snapshot called $name"
	sectors=$(blockdev --getsz "$device")
	# before anything is ended, so that everything is as it was
	! in_use "$device" || die "$device is in use, and a merge would change it under its users; unmount it first"
	end_switch "$device"
	trap roll_back EXIT
	dmsetup create "$name-merge" --table "0 $sectors snapshot-merge $device $cow P $chunk_sectors noexcl"
	undo+=("dmsetup remove $name-merge")
	until merged; do
		sleep 0.2
	done
	trap - EXIT
	dmsetup remove "$name-merge"
	end_alias "$device"
}

# in_use DEVICE: whether it is mounted, a swap device, or below another device.
in_use() {
	local number holders
	number=$(cat "/sys/class/block/$(basename "$(readlink -f "$1")")/dev")
	grep -q "^[0-9]* [0-9]* $number " /proc/self/mountinfo && return
	grep -q "^$(readlink -f "$1") " /proc/swaps && return
	holders=$(ls -A "/sys/class/block/$(basename "$(readlink -f "$1")")/holders" 2>/dev/null)
	[[ -n $holders ]]
}

main() {
	local verb=${1:-}
	(($#)) && shift
	while [[ ${1:-} == -* ]]; do
		case $1 in
		--name) name=${2:?a name is missing} ;;
		--chunk) chunk_sectors=${2:?a number of sectors is missing} ;;
		-h | --help)
			usage
			exit 0
			;;
		*) die "unknown option $1; see snapshot.sh --help" 2 ;;
		esac
		shift 2
	done
	case $verb:$# in
	-h:* | --help:*)
		usage
		exit 0
		;;
	take:2 | merge:2 | drop:1) ;;
	*)
		usage >&2
		exit 2
		;;
	esac
	need_front_end
	"$verb" "$@"
}

main "$@"
