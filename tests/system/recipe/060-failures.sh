# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The snapshot recipe undoes what it has done when a step fails: a COW device that is in use, a device that is switched
# already, an unknown option. The mounted file system goes on.
DESCRIPTION="let the snapshot recipe fail at each step, with nothing left"

requires() {
	need_module dm-snapshot
}

nothing_left() {
	equal "interposers" "$(nr_attached)" "$1"
	[[ ! -e /dev/mapper/snap && ! -e /dev/mapper/snap-base ]] || fail "a device-mapper device is left"
}

test() {
	local part
	make_null_blk nb size=128
	make_null_blk cow size=64
	make_partitions nb 16 100
	part=$(partition nb 2)
	mount_fs ext4 "$part" "$TEST_DIR/mnt"
	load_module
	defer drop_snapshot
	defer remove_alias /dev/blki/nb2

	refuses 2 'Usage' "$RECIPES/snapshot.sh"
	refuses 2 'unknown option --deep' "$RECIPES/snapshot.sh" take --deep x "$part" /dev/cow
	refuses 1 'no snapshot called snap' "$RECIPES/snapshot.sh" drop "$part"
	mount_fs ext4 /dev/cow "$TEST_DIR/cow"
	refuses 1 '/dev/cow is in use' "$RECIPES/snapshot.sh" take "$part" /dev/cow
	nothing_left 0
	unmount "$TEST_DIR/cow"
	refuses 1 'chunk size|refused' "$RECIPES/snapshot.sh" take --chunk 7 "$part" /dev/cow
	nothing_left 0
	make_noexcl other "$part"
	blki remap start other "$part"
	refuses 1 'already remapped to .*other' "$RECIPES/snapshot.sh" take "$part" /dev/cow
	nothing_left 1
	blki remap stop other
	unmount "$TEST_DIR/mnt"
	e2fsck -fn "$part"
}
