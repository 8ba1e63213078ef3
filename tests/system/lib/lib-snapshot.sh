# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Snapshots of mounted devices, by the recipe that users keep.

readonly RECIPES=${BLKI_RECIPES:-/blki/recipes}

# fill_tree DIR: files of many sizes.
fill_tree() {
	local i
	mkdir -p "$1"
	cp -R /blki/tests "$1/"
	for ((i = 1; i <= 40; i++)); do
		head -c $((i * i * 97)) /dev/urandom >"$1/file-$i"
	done
}

# change_tree DIR: change, remove, add and rename what fill_tree made.
change_tree() {
	local i
	for ((i = 1; i <= 40; i += 4)); do
		head -c 20000 /dev/urandom >"$1/file-$i"
		rm "$1/file-$((i + 1))"
		mv "$1/file-$((i + 2))" "$1/renamed-$i"
		head -c 5000 /dev/urandom >>"$1/file-$((i + 3))"
	done
	rm -r "$1/tests"
	sync
}

# checksums DIR: every file of the tree with its contents.
checksums() {
	(cd "$1" && find . -type f -exec sha256sum {} + | sort -k 2)
}

# drop_snapshot: what a test that failed has left.
drop_snapshot() {
	remove_dm snap
	[[ ! -d /sys/module/blki ]] || blki detach --all || true
	remove_dm snap-base
	remove_dm snap-merge
}

# snapshot_lives TYPE OPTIONS CLEAN-COMMAND...: a mounted file system of the type is switched, its snapshot compared
# with the state at the freeze while writes go on, removed, and everything given back without an unmount. The
# command must find the snapshot as a freeze leaves a file system of the type.
snapshot_lives() {
	local type=$1 options=$2 mnt=$TEST_DIR/mnt part later
	shift 2
	make_null_blk nb size=512
	make_null_blk cow size=128
	make_partitions nb 16 400
	part=$(partition nb 2)
	mount_fs "$type" "$part" "$mnt"
	fill_tree "$mnt/tree"
	sync
	checksums "$mnt/tree" >"$TEST_DIR/wanted"
	load_module
	defer drop_snapshot
	start_verify load --create 8M "$mnt/load"

	equal "the snapshot" "$("$RECIPES/snapshot.sh" take "$mnt" /dev/cow)" /dev/mapper/snap
	equal "class" "$(status_of "$part" class)" identity
	change_tree "$mnt/tree"
	wait_seen "$part" 100 remap
	"$@" /dev/mapper/snap || fail "the snapshot is not what a freeze leaves"
	mkdir -p "$TEST_DIR/then"
	mount -o "ro,$options" /dev/mapper/snap "$TEST_DIR/then"
	defer unmount "$TEST_DIR/then"
	checksums "$TEST_DIR/then/tree" >"$TEST_DIR/found"
	cmp "$TEST_DIR/wanted" "$TEST_DIR/found" || fail "the snapshot is not the state at the freeze"
	checksums "$mnt/tree" >"$TEST_DIR/now"
	! cmp -s "$TEST_DIR/wanted" "$TEST_DIR/now" || fail "nothing was changed after the snapshot"
	refuses 1 'the snapshot snap stands on it' blki remap stop "$part"
	refuses 1 'the snapshot snap stands on it' blki detach "$(status_of "$part" id)"
	attached "$part" || fail "the refused detach detached"

	unmount "$TEST_DIR/then"
	"$RECIPES/snapshot.sh" drop "$mnt"
	equal "interposers left" "$(nr_attached)" 0
	equal "aliases left" "$(blki alias list --json | jsonq /aliases name | wc -l)" 0
	stop_verify load
	later=$(checksums "$mnt/tree")
	[[ $later == "$(<"$TEST_DIR/now")" ]] || fail "the tree changed when the snapshot was dropped"
	unmount "$mnt"
}
