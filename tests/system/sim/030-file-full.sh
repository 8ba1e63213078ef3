# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A full file system below the file target: the write fails with ENOSPC, the server lives, what was written
# before is right, and when there is room again writes succeed.
DESCRIPTION="survive a full file system below the disk"

requires() {
	need_module ublk_drv
}

# write_at NODE MIB: one MiB by direct I/O; its message goes to said.
write_at() {
	dd if=/dev/zero of="$1" bs=1M count=1 seek="$2" oflag=direct 2>"$TEST_DIR/said"
}

test() {
	local small=$TEST_DIR/small
	mkdir "$small"
	mount -t tmpfs -o size=16M tmpfs "$small"
	defer unmount "$small"
	truncate -s 64M "$small/disk.img"
	dd if=/dev/zero of="$small/ballast" bs=1M count=8 2>/dev/null
	make_ublk file --file "$small/disk.img" --buffered
	pattern write "$UBLK" --length 4M
	if write_at "$UBLK" 8 && write_at "$UBLK" 9 && write_at "$UBLK" 10 && write_at "$UBLK" 11 && write_at "$UBLK" 12; then
		fail "twenty MiB fit into sixteen"
	fi
	grep -q 'No space left' "$TEST_DIR/said" || fail "it fails with $(cat "$TEST_DIR/said")"
	equal "state" "$(ublk-sim status --json "$UBLK" | jsonq /state)" live
	pattern check "$UBLK" --length 4M
	rm "$small/ballast"
	write_at "$UBLK" 12 || fail "there is room again and a write fails: $(cat "$TEST_DIR/said")"
	within "failed I/Os" "$(ublk-sim status --json "$UBLK" | jsonq /ios/failed)" 1 100
}
