# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# fs-run.sh, with $CRASH_MNT: a bounded run of changes to a file system's metadata, recorded. What stands in kept/ was made
# durable before it got its name, so fs-check.sh may insist on its content.
set -euo pipefail

mnt=$CRASH_MNT
readonly ROUNDS=6

mount "$UBLK_DEV" "$mnt"
cd "$mnt"
mkdir -p kept other/deep
for ((i = 1; i <= ROUNDS; i++)); do
	printf '%0600d\n' "$i" >new
	sync new
	mv new "kept/$i"
	ln "kept/$i" "other/deep/link$i"
	mkdir "other/dir$i"
	mv "other/dir$i" "other/deep/$i"
	((i % 2)) || rm "kept/$((i - 1))" "other/deep/link$((i - 1))"
	((i % 3)) || rmdir "other/deep/$((i - 1))"
done
cd /
umount "$mnt"
