# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A mounted file system moves to another partition and back, with verified writers: frozen, copied, remapped natively
# by force (both hold the same bytes then), thawed; and the other way round. The writers wait and see nothing of it.
DESCRIPTION="move a mounted ext4 to another partition and back by native remaps"
DEADLINE=240

test() {
	local here there i nr
	make_null_blk nb size=80
	make_null_blk nc size=64
	make_partitions nb 64
	here=$(partition nb 1)
	there=/dev/nc
	mount_fs ext4 "$here" "$TEST_DIR/mnt"
	load_module
	start_verify load --threads 2 --flush-pct 5 --create 16M "$TEST_DIR/mnt/file"
	nr=$(rounds 3)
	for ((i = 0; i < nr; i++)); do
		fsfreeze -f "$TEST_DIR/mnt"
		dd if=/dev/nb of="$there" bs=1M skip=1 count=64 iflag=direct oflag=direct
		blki remap start --native --force "$there" "$here"
		fsfreeze -u "$TEST_DIR/mnt"
		wait_seen "$here" 20
		fsfreeze -f "$TEST_DIR/mnt"
		dd if="$there" of=/dev/nb bs=1M seek=1 iflag=direct oflag=direct
		blki remap stop "$here"
		fsfreeze -u "$TEST_DIR/mnt"
		wait_ios "$here" 20
	done
	stop_verify load
	unmount "$TEST_DIR/mnt"
	e2fsck -fn "$here"
}
