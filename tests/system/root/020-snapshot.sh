# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The use that the founding document has in mind: a running system whose root file system was never a logical volume.
# The recipe takes its snapshot while programs are started and files written; every file is compared with the state at
# the freeze; the snapshot is dropped and / never noticed.
DESCRIPTION="take a snapshot of the root file system and drop it"
DEADLINE=400

requires() {
	need_root
	need_module dm-snapshot
}

# everything DIR: checksums of all files of the root file system below DIR but those that this test is writing itself.
everything() {
	(cd "$1" && find . -xdev \( -path ./tmp -o -path ./results -o -path ./verify.file -o -path ./var/tmp \) -prune -o \
		-type f -exec sha256sum {} + | sort -k 2)
}

test() {
	local root
	root=$(root_device)
	make_null_blk cow size=256
	defer rm -rf /tree /verify.file
	fill_tree /tree
	sync
	everything / >"$TEST_DIR/wanted"
	load_module
	defer drop_snapshot
	start_verify load --threads 2 --max 128K --create 8M /verify.file

	equal "the snapshot" "$("$RECIPES/snapshot.sh" take / /dev/cow)" /dev/mapper/snap
	change_tree /tree
	echo 3 >/proc/sys/vm/drop_caches
	wait_seen "$root" 50 remap
	mkdir -p "$TEST_DIR/then"
	mount -o ro,noload /dev/mapper/snap "$TEST_DIR/then"
	defer unmount "$TEST_DIR/then"
	everything "$TEST_DIR/then" >"$TEST_DIR/found"
	cmp "$TEST_DIR/wanted" "$TEST_DIR/found" || fail "the snapshot is not the state at the freeze"
	within "files compared" "$(wc -l <"$TEST_DIR/found")" 200 100000
	refuses 1 'the snapshot snap stands on it' blki remap stop "$root"
	unmount "$TEST_DIR/then"
	"$RECIPES/snapshot.sh" drop /
	equal "interposers left" "$(nr_attached)" 0
	stop_verify load
	echo 3 >/proc/sys/vm/drop_caches
	sha256sum /usr/bin/sha256sum >/dev/null
}
