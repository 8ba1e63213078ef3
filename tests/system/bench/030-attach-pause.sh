# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# attach-pause: every attach and detach of it happened under load and is proved by what the module reports; the
# windows without one are there, and the file has n and an interval for the longest gap.
DESCRIPTION="measure the pause of an attach under load"
DEADLINE=180

requires() {
	need_module null_blk
}

test() {
	bench run attach-pause --arm pass-list,remap --reps 2 --out "$TEST_DIR" ||
		fail "bench exits with $?"
	equal "n of the first cell" "$(jsonq /cells/0/n <"$TEST_DIR/result.json")" 10
	equal "its unit" "$(jsonq /cells/0/unit <"$TEST_DIR/result.json")" ns
	grep -q '"median_interval_95"' "$TEST_DIR/result.json" || fail "there is no interval"
	grep -q '^| attach | remap ' "$TEST_DIR/report.md" || fail "the report has no row for the remap"
	grep -q '^| detach | raw ' "$TEST_DIR/report.md" || fail "the report has no window without a detach"
}
