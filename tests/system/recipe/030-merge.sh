# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A merge puts the device back to its snapshot: refused while it is mounted, by the recipe and by noexcl itself; done
# unmounted, and mounted again the files are those of the freeze.
DESCRIPTION="merge a snapshot into its unmounted device"
DEADLINE=400

requires() {
	need_module dm-snapshot
}

test() {
	local part mnt=$TEST_DIR/mnt sectors
	make_null_blk nb size=256
	make_null_blk cow size=128
	make_partitions nb 16 200
	part=$(partition nb 2)
	sectors=$(blockdev --getsz "$part")
	mount_fs ext4 "$part" "$mnt"
	fill_tree "$mnt/tree"
	sync
	checksums "$mnt/tree" >"$TEST_DIR/wanted"
	load_module
	defer drop_snapshot
	"$RECIPES/snapshot.sh" take "$mnt" /dev/cow
	change_tree "$mnt/tree"

	refuses 1 'is in use, and a merge would change it under its users' \
		"$RECIPES/snapshot.sh" merge "$part" /dev/cow
	refuses 1 'nb2: snapshot-merge would change it under its users; unmount it first' \
		dmsetup create snap-merge --table "0 $sectors snapshot-merge $part /dev/cow P 8 noexcl"
	[[ -b /dev/mapper/snap ]] || fail "the refused merge has removed the snapshot"
	attached "$part" || fail "the refused merge has switched the device back"
	unmount "$mnt"
	"$RECIPES/snapshot.sh" merge "$part" /dev/cow
	equal "interposers left" "$(nr_attached)" 0
	e2fsck -fn "$part"
	mount_existing "$part" "$mnt"
	checksums "$mnt/tree" >"$TEST_DIR/found"
	cmp "$TEST_DIR/wanted" "$TEST_DIR/found" || fail "the merge did not bring the state at the freeze back"
	unmount "$mnt"
}
