# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# mkfs, mount, work, unmount and fsck of ext4 and xfs on ram, on ram with a write cache, and on file by both
# kinds of I/O.
DESCRIPTION="hold file systems on every target that keeps data"
DEADLINE=300

requires() {
	need_module ublk_drv xfs
}

# work DIR: verified I/O in a file, and names made, moved and removed.
work() {
	local i
	verify --create 8M --ios 200 --threads 2 --max 64K "$1/data" >"$TEST_DIR/verify.json" ||
		fail "verify: $(cat "$TEST_DIR/verify.json")"
	for i in {1..40}; do
		mkdir "$1/dir$i"
		echo "$i" >"$1/dir$i/file"
		mv "$1/dir$i/file" "$1/moved$i"
	done
	rm -r "$1"/dir?
	equal "a moved file" "$(cat "$1/moved7")" 7
}

# check_fs TYPE NODE
check_fs() {
	if [[ $1 == ext4 ]]; then
		e2fsck -fn "$2"
	else
		xfs_repair -n "$2"
	fi
}

# hold TYPE: on the disk UBLK.
hold() {
	"mkfs.$1" -q "$UBLK"
	mount_existing "$UBLK" "$TEST_DIR/mnt"
	work "$TEST_DIR/mnt"
	umount "$TEST_DIR/mnt"
	check_fs "$1" "$UBLK"
	mount_existing "$UBLK" "$TEST_DIR/mnt"
	equal "a file after the remount" "$(cat "$TEST_DIR/mnt/moved40")" 40
	umount "$TEST_DIR/mnt"
	ublk-sim del "$UBLK"
}

# new_file: an empty disk image.
new_file() {
	rm -f "$TEST_DIR/disk.img"
	truncate -s 320M "$TEST_DIR/disk.img"
}

test() {
	local type
	for type in ext4 xfs; do
		make_ublk ram -s 320M
		hold "$type"
		make_ublk ram -s 320M --cache 4M --destage random
		hold "$type"
		new_file
		make_ublk file --file "$TEST_DIR/disk.img" --buffered
		hold "$type"
		new_file
		make_ublk file --file "$TEST_DIR/disk.img"
		hold "$type"
	done
}
