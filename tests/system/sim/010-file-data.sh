# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The file target under verified load: by direct I/O on ext4 and by buffered I/O on tmpfs, with small and large
# I/Os, flushes and many in flight. Afterwards the file holds what the disk held.
DESCRIPTION="keep a disk in a file and verify every block"

requires() {
	need_module ublk_drv
}

# load NODE: 3,000 verified I/Os of 4 KiB to 1 MiB, 8 in flight per thread.
load() {
	verify --ios 3000 --threads 2 --depth 8 --length 32M --flush-pct 2 "$1" >"$TEST_DIR/verify.json" ||
		fail "verify $1: $(cat "$TEST_DIR/verify.json")"
}

# on_file FILE OPTION...: the load, then the file read without the disk.
on_file() {
	local file=$1
	shift
	truncate -s 64M "$file"
	make_ublk file --file "$file" -d 32 "$@"
	load "$UBLK"
	pattern write "$UBLK" --offset 40M --length 8M
	ublk-sim del "$UBLK"
	pattern check "$file" --offset 40M --length 8M
}

test() {
	make_ublk ram -s 256M
	mount_fs ext4 "$UBLK" "$TEST_DIR/mnt"
	on_file "$TEST_DIR/mnt/direct.img"
	on_file "$TEST_DIR/buffered.img" --buffered
}
