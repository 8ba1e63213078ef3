# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# status shows the whole path of a mounted partition: its mount, the filter, the remap, and what the acceptor stands
# on, down to the origin below its hook; list has a line for each. Fields are compared in JSON, the drawing by its
# order alone.
DESCRIPTION="see the path from the mount to the disk in status"

# line_of PATTERN: number of the first line of the drawing that matches.
line_of() {
	local line
	line=$(grep -nE -m 1 -- "$1" "$TEST_DIR/drawing") || fail "the drawing has no line '$1'"
	echo "${line%%:*}"
}

test() {
	local part last=0 line pattern
	make_null_blk nb size=96
	make_null_blk nc size=64
	make_partitions nb 16 64
	part=$(partition nb 2)
	mount_fs ext4 "$part" "$TEST_DIR/mnt"
	load_module
	equal "status without interposers" "$(blki status)" "nothing is attached"
	make_noexcl nx "$part"
	make_dm above "0 $(blockdev --getsz "$part") linear /dev/mapper/nx 0"
	defer blki detach --all
	blki filter attach null "$part"
	blki remap start above "$part"
	dd if="$part" of=/dev/null bs=4k count=10 iflag=direct 2>/dev/null
	blki status >"$TEST_DIR/drawing"
	cat "$TEST_DIR/drawing"
	for pattern in "^$(basename "$part") " "program: ext4 on $TEST_DIR/mnt" 'hook list' 'filter null' \
		'remap to dm-[0-9]+ \(above' 'dm-[0-9]+ \(above\): linear' 'dm-[0-9]+ \(nx\): blki-linear' \
		"$(basename "$part"), below its hook"; do
		line=$(line_of "$pattern")
		((line > last)) || fail "'$pattern' comes in line $line of the drawing, not after line $last"
		last=$line
	done
	blki status --json >"$TEST_DIR/status.json"
	equal "schema" "$(jsonq /schema <"$TEST_DIR/status.json")" blki-status/1
	equal "mount" "$(jsonq /interposers/1/used_by/0/where <"$TEST_DIR/status.json")" "$TEST_DIR/mnt"
	equal "top of the stack" "$(jsonq /interposers/1/stack/0/dm_name <"$TEST_DIR/status.json")" above
	equal "its target" "$(jsonq /interposers/1/stack/0/targets <"$TEST_DIR/status.json")" linear
	equal "below it" "$(jsonq /interposers/1/stack/0/below/0/dm_name <"$TEST_DIR/status.json")" nx
	equal "the end" "$(jsonq /interposers/1/stack/0/below/0/below/0/kind <"$TEST_DIR/status.json")" below
	equal "class" "$(status_of "$part" class kind=remap)" identity
	within "bios of the filter" "$(status_of "$part" nr_seen kind=filter)" 10 100000
	equal "lines of list" "$(blki list | wc -l)" 3
	equal "list as JSON" "$(blki list --json | jsonq /interposers kind=remap acceptor_name)" above
}
