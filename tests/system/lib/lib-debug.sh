# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What only a debug kernel has: failing allocations, the search for leaked memory and that for data races. Which reports
# of a race fail a test is kcsan.awk's.

readonly FAULTS=/sys/kernel/debug
readonly KCSAN=/sys/kernel/debug/kcsan
readonly KMEMLEAK=/sys/kernel/debug/kmemleak
readonly LEAK_AGE_S=6 # more than MSECS_MIN_AGE of mm/kmemleak.c

# debug_variant: which of the debug kernels this is; nothing on any other.
debug_variant() {
	if [[ -e $KMEMLEAK ]]; then
		echo kasan
	elif [[ -e $KCSAN ]]; then
		echo kcsan
	fi
}

# kcsan_counter NAME: one of KCSAN's numbers; "enabled" is 1 or 0.
kcsan_counter() {
	sed -n "s/^$1: *//p" "$KCSAN"
}

# need_faults: for requires().
need_faults() {
	[[ -d $FAULTS/failslab && -e /proc/self/fail-nth ]] ||
		SKIP_REASONS+=("this kernel can not inject faults; ./x test debug-kasan has one that can")
}

# faults_quiet: allocations that may sleep fail as well, and no fault prints its stack.
faults_quiet() {
	local kind
	for kind in failslab fail_page_alloc; do
		echo 0 >"$FAULTS/$kind/verbose"
		echo N >"$FAULTS/$kind/ignore-gfp-wait"
	done
	echo 0 >"$FAULTS/fail_page_alloc/min-order"
}

# faults_never: no allocation of anybody fails any more.
faults_never() {
	[[ ! -d $FAULTS/failslab ]] || echo 0 >"$FAULTS/failslab/probability"
}

# leaks_of MODULE: objects that nobody refers to any more and whose allocation has the module in its stack. The kernel
# calls an object lost only when it is LEAK_AGE_S old and unchanged between two scans.
leaks_of() {
	sleep "$LEAK_AGE_S"
	echo scan >"$KMEMLEAK"
	echo scan >"$KMEMLEAK"
	awk -v module="[$1]" '/^unreferenced object/ { object = $0 } index($0, module) && object { print object; object = "" }' \
		"$KMEMLEAK"
}

# torture_faults: one in ten allocations of a process that asks for it fails.
torture_faults() {
	faults_quiet
	defer faults_never
	echo Y >"$FAULTS/failslab/task-filter"
	echo 10 >"$FAULTS/failslab/probability"
	echo -1 >"$FAULTS/failslab/times"
}
