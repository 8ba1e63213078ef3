# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Discard and write-zeroes on ram and file: exactly the range reads as zero, its neighbours stay, and a
# discard gives the file's blocks back while write-zeroes without unmapping keeps them.
DESCRIPTION="discard and zero exactly the range asked for"

requires() {
	need_module ublk_drv
}

readonly MIB=1048576

# blocks_of FILE: 512-byte blocks that it takes.
blocks_of() {
	sync "$1"
	stat -c %b "$1"
}

# range_is_zero NODE MIB: whether the MiB there reads as zero.
range_is_zero() {
	cmp -n "$MIB" -i "$(($2 * MIB)):0" "$1" /dev/zero
}

# clear_range NODE: discard one MiB and zero another, between MiBs that stay.
clear_range() {
	pattern write "$1" --length 8M
	blkdiscard -o $((2 * MIB)) -l $MIB "$1"
	blkdiscard -z -o $((5 * MIB)) -l $MIB "$1"
	range_is_zero "$1" 2 || fail "$1: what was discarded does not read as zero"
	range_is_zero "$1" 5 || fail "$1: what was zeroed does not read as zero"
	pattern check "$1" --length 2M
	pattern check "$1" --offset 3M --length 2M
	pattern check "$1" --offset 6M --length 2M
}

test() {
	local file=$TEST_DIR/mnt/disk.img before
	make_ublk ram -s 256M
	clear_range "$UBLK"
	mount_fs ext4 "$UBLK" "$TEST_DIR/mnt"
	truncate -s 64M "$file"
	make_ublk file --file "$file"
	clear_range "$UBLK"
	pattern write "$UBLK" --length 8M
	before=$(blocks_of "$file")
	blkdiscard -o $((2 * MIB)) -l $MIB "$UBLK"
	equal "blocks given back by a discard" $((before - $(blocks_of "$file"))) 2048
}
