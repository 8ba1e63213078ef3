# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What an alias is for: the kernel's own dm-linear, made by the system's own dmsetup, opens the alias exclusively
# while ext4 holds the partition, takes its bios under verified load and gives them back.
DESCRIPTION="remap a mounted partition to stock dm-linear on its alias"

test() {
	local part
	make_null_blk nb size=128
	make_partitions nb 16 100
	part=$(partition nb 2)
	mount_fs ext4 "$part" "$TEST_DIR/mnt"
	load_module
	start_verify load --create 16M "$TEST_DIR/mnt/file"
	make_dm direct "0 $(blockdev --getsz "$part") linear $part 0" 2>/dev/null &&
		fail "dm-linear opened the mounted partition itself"
	make_on_alias lin "$part" linear 0
	blki remap start lin "$part"
	wait_seen "$part" 200
	within "bios through the alias" "$(alias_field "$ALIAS" nr_bios)" 200 100000000
	equal "openers of the alias" "$(alias_field "$ALIAS" nr_openers)" 1
	blki remap stop lin
	stop_verify load
	dmsetup remove lin
	equal "openers of the alias" "$(alias_field "$ALIAS" nr_openers)" 0
	blki alias del "$ALIAS"
	[[ ! -e $ALIAS ]] || fail "$ALIAS is still there"
	unmount "$TEST_DIR/mnt"
	e2fsck -fn "$part"
}
