# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# H12: memory is reclaimed by writing to the very device that is being attached to, and swap bios live on a stack.
# Attach and detach again and again on the swap device while most of the memory is taken, so that the calls themselves
# have to wait for the reclaim; a bio that was passed must not be touched again.
DESCRIPTION="attach and detach on the swap device while memory is short (H12)"
DEADLINE=240

readonly FREE_MB=96 # what is left to everybody else

requires() {
	need_swap
}

# take_memory: files in memory until little is left, rewritten again and again.
take_memory() {
	local free_mb
	mkdir "$TEST_DIR/hog"
	mount -t tmpfs -o size=100% tmpfs "$TEST_DIR/hog"
	defer unmount "$TEST_DIR/hog"
	free_mb=$(awk '$1 == "MemAvailable:" { print int($2 / 1024) }' /proc/meminfo)
	dd if=/dev/zero of="$TEST_DIR/hog/file" bs=1M count=$((free_mb - FREE_MB))
}

test() {
	local i nr
	make_null_blk nb size=200
	load_module
	make_swap /dev/nb
	make_noexcl nx /dev/nb
	start_in_cgroup load 24
	take_memory
	nr=$(rounds 6)
	for ((i = 0; i < nr; i++)); do
		blki filter attach null /dev/nb
		wait_seen /dev/nb 20 filter
		blki remap start nx /dev/nb
		wait_seen /dev/nb 20 remap
		blki filter detach null /dev/nb
		blki remap stop nx
	done
	stop_verify load
	rm "$TEST_DIR/hog/file"
	dmsetup remove nx
	swapoff /dev/nb
}
