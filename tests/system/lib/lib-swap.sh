# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A swap device and load that lives on it: a file in memory in a cgroup that may hold half of it.

# need_swap: for requires().
need_swap() {
	grep -qw memory /sys/fs/cgroup/cgroup.controllers 2>/dev/null || SKIP_REASONS+=("cgroup2 has no memory controller")
	need_program mkswap swapon swapoff
}

# make_swap DEV
make_swap() {
	mkswap -q "$1"
	swapon "$1"
	defer end_swap "$1"
}

end_swap() {
	! grep -q "^$1 " /proc/swaps || swapoff "$1"
}

# start_in_cgroup NAME MIB: verified load on a file in memory that is twice as large as the memory it may take.
start_in_cgroup() {
	local group=/sys/fs/cgroup/blki-test
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
	mkdir "$group"
	defer remove_group "$group"
	echo "$2M" >"$group/memory.high"
	mkdir "$TEST_DIR/tmpfs"
	mount -t tmpfs tmpfs "$TEST_DIR/tmpfs"
	defer unmount "$TEST_DIR/tmpfs"
	# not by fallocate: the kernel gives that up when its pages go to swap at once
	truncate -s $(($2 * 2))M "$TEST_DIR/tmpfs/file"
	bash -c 'echo $$ >"$0/cgroup.procs"; exec verify "$@"' "$group" --ready "$TEST_DIR/$1.ready" --threads 2 --max 64K \
		--flush-pct 0 "$TEST_DIR/tmpfs/file" >"$TEST_DIR/$1.json" 2>"$TEST_DIR/$1.err" &
	echo $! >"$TEST_DIR/$1.pid"
	wait_until 60 verify_ready_or_dead "$1"
	[[ -e $TEST_DIR/$1.ready ]] || fail "verify $1 did not start: $(cat "$TEST_DIR/$1.err")"
}

remove_group() {
	[[ ! -d $1 ]] || rmdir "$1"
}
