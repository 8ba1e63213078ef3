# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# force-clean.sh FILE DIR: take away what the test of FILE left behind, whoever holds it.
#
# Started by run when a test's own cleanup has not undone everything. What stands on something else goes first; a
# second and a third round take what was held in the first. Exit status: 0 the guest is as before the test, else 1.
set -uo pipefail

# shellcheck source=tests/system/lib/load.sh
. "$(dirname "${BASH_SOURCE[0]}")/load.sh"
# it may have a left_behind() of its own
# shellcheck source=/dev/null
. "$TEST_FILE"

readonly ROUNDS=3

# mounts_drop: the newest first.
mounts_drop() {
	local dir
	awk -v below="$TEST_DIR/" 'index($2, below) == 1 { print $2 }' /proc/mounts | tac |
		while read -r dir; do
			umount "$dir" || umount --lazy "$dir"
		done
}

# interposers_drop: a remap only comes off when its acceptor is awake.
interposers_drop() {
	local file
	for file in /sys/block/dm-*/dm/name; do
		[[ ! -e $file ]] || dmsetup resume --noudevsync "$(<"$file")"
	done
	[[ ! -d /sys/module/blki ]] || blki detach --all
}

dm_drop() {
	local file
	for file in /sys/block/dm-*/dm/name; do
		[[ ! -e $file ]] || dmsetup --noudevsync remove "$(<"$file")"
	done
}

# disks_drop: of every driver that lib-devices.sh makes disks of.
disks_drop() {
	local path
	for path in /sys/block/loop*/loop/backing_file; do
		[[ ! -e $path ]] || losetup -d "/dev/$(cut -d / -f 4 <<<"$path")"
	done
	for path in /sys/block/ublkb*; do
		[[ ! -e $path ]] || ublk-sim del "${path##*/ublkb}"
	done
	remove_md
	remove_zram
	for path in "$NULLB_CONFIG"/*/; do
		[[ ! -d $path ]] || remove_null_blk "$(basename "$path")"
	done
	remove_brd
	remove_scsi_debug
}

udev_stop() {
	[[ ! -e /run/udev/control ]] || udevadm control --exit
	rm -f /run/udev/control
}

module_drop() {
	local alias
	[[ -d /sys/module/blki ]] || return 0
	for alias in /dev/blki/*; do
		[[ ! -b $alias ]] || blki alias del "$alias"
	done
	rmmod blki
}

set -x
# each in a process of its own: a helper of the tests ends it where it fails
for ((round = 0; round < ROUNDS; round++)); do
	for step in mounts_drop interposers_drop dm_drop module_drop disks_drop udev_stop; do
		("$step") || echo "force-clean: $step: failed"
	done
	[[ $(left_behind) ]] || break
done
left_behind | tee "$TEST_DIR/leftover"
[[ ! -s $TEST_DIR/leftover ]]
