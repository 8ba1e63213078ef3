# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# fs-check.sh DIR: mount what a power cut left, insist on every file of kept/, unmount, and have the file
# system's own checker look at all of it. Exit 0: whole.
set -uo pipefail

mnt=$1

damaged() {
	echo "state ${UBLK_STATE:-?}: $*"
	exit 1
}

mount "$UBLK_DEV" "$mnt" || damaged "it cannot be mounted"
read -r type < <(while read -r dev dir fs rest; do [[ $dir != "$mnt" ]] || echo "$fs"; done </proc/mounts)
found=
for file in "$mnt"/kept/*; do
	[[ -e $file ]] || continue
	line=
	read -r line <"$file"
	printf -v wanted '%0600d' "${file##*/}"
	[[ $line == "$wanted" ]] || found+=" ${file##*/}"
done
umount "$mnt" || damaged "it cannot be unmounted"
[[ -z $found ]] || damaged "files that were made durable are not:$found"
case $type in
ext4) e2fsck -fn "$UBLK_DEV" || damaged "e2fsck finds errors" ;;
xfs) xfs_repair -n "$UBLK_DEV" || damaged "xfs_repair finds errors" ;;
*) damaged "it is mounted as '$type'" ;;
esac
