# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# fs-check.sh, with $CRASH_MNT and $CRASH_FS: mount what a power cut left, insist on every file of kept/, unmount, and
# have the file system's own checker look at all of it. Exit 0: whole. Few programs, and those that start fast: each
# is started for hundreds of states, and in an emulated guest busybox mounts in half the time of mount(8).
set -uo pipefail

mnt=$CRASH_MNT

damaged() {
	echo "state ${UBLK_STATE:-?}: $*"
	exit 1
}

busybox mount -t "$CRASH_FS" "$UBLK_DEV" "$mnt" || damaged "it cannot be mounted"
found=
for file in "$mnt"/kept/*; do
	[[ -e $file ]] || continue
	line=
	read -r line <"$file"
	printf -v wanted '%0600d' "${file##*/}"
	[[ $line == "$wanted" ]] || found+=" ${file##*/}"
done
busybox umount "$mnt" || damaged "it cannot be unmounted"
[[ -z $found ]] || damaged "files that were made durable are not:$found"
case $CRASH_FS in
ext4) e2fsck -fn "$UBLK_DEV" || damaged "e2fsck finds errors" ;;
xfs) xfs_repair -n "$UBLK_DEV" || damaged "xfs_repair finds errors" ;;
*) damaged "there is no checker for '$CRASH_FS'" ;;
esac
