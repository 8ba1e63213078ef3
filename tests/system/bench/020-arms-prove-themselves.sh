# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Every arm of remap-overhead, few I/Os: what its layers counted and reported must be what the arm says. On this
# guest's clock the figures mean nothing, and other tasks may run: the check for those is left out.
# (pass-ftrace is not measured here: QEMU's multi-threaded TCG does not bear live patching of kernel text.)
DESCRIPTION="see every arm of the benchmark prove what it measures"
DEADLINE=240

readonly ARMS=raw,dm-linear,dm-linear-2,dm-linear-alias,idle,pass,pass-list,pass-fast,remap,remap-fast,remap-alias,\
remap-native,remap-native-other
readonly LOADS=randread-4k-qd32,randwrite-4k-qd1,randread-128k-qd1

requires() {
	need_module null_blk brd
}

test() {
	local rc=0 failed arm
	bench run remap-overhead --device null_blk,brd --arm "$ARMS" --load "$LOADS" --reps 1 --ios 256 --no-attach \
		--out "$TEST_DIR" >"$TEST_DIR/table" 2>"$TEST_DIR/err" || rc=$?
	((rc <= 1)) || fail "bench exits with $rc: $(tail -n 3 "$TEST_DIR/err")"
	failed=$(grep '^check failed: ' "$TEST_DIR/err" | grep -v '/no-other-load: ') || true
	[[ -z $failed ]] || fail "$failed"
	for arm in ${ARMS//,/ }; do
		grep -q "\"null_blk/$arm/data\"" "$TEST_DIR/result.json" || fail "the data through $arm was not checked"
		grep -q "^  $arm  " "$TEST_DIR/table" || fail "the table has no row for $arm"
	done
	! grep -q '"brd/pass-fast/' "$TEST_DIR/result.json" || fail "pass-fast was measured on a bio-based disk"
}
