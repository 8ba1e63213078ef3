# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# This runner itself: an unknown group exits 2 with the valid ones; a test that fails, one that a deadline ends, one
# that makes the kernel complain and one that leaves something behind are each "not ok", and the exit status is 1. What
# was left behind is gone before the next test; after a complaint, and where something can not be taken away, the others
# are left out and named, and do not count as failures.
DESCRIPTION="see the runner refuse bad input and notice every kind of failure"

# add NAME BODY: a test of the copied runner.
add() {
	printf 'DESCRIPTION="be %s"\nDEADLINE=%s\nrequires() { :; }\ntest() {\n%s\n}\n' "$1" \
		$((${3:-30} * BLKI_TEST_SCALE)) "$2" >"$TEST_DIR/system/planted/$1.sh"
}

# says LINE: the copied runner printed it.
says() {
	grep -qE "^$1" "$TEST_DIR/out" || fail "the runner does not say '$1': $(head -n 3 "$TEST_DIR/out")"
}

# plant_dmesg: a dmesg that shows $TEST_DIR/complaints behind the kernel's log, which stays as it is.
plant_dmesg() {
	mkdir -p "$TEST_DIR/bin"
	: >"$TEST_DIR/complaints"
	printf '#!/bin/sh\n%s\ncat %s/complaints\n' "$(command -v dmesg)" "$TEST_DIR" >"$TEST_DIR/bin/dmesg"
	chmod +x "$TEST_DIR/bin/dmesg"
}

# stuck: what can not be taken away by force ends the run, too.
stuck() {
	local rc=0
	rm "$TEST_DIR/system/planted"/*
	: >"$TEST_DIR/complaints"
	add 010-wreck 'true'
	echo 'left_behind() { echo "left behind: a wreck"; }' >>"$TEST_DIR/system/planted/010-wreck.sh"
	add 020-after-the-wreck 'true'
	"$TEST_DIR/system/run" --results "$TEST_DIR/results" planted >"$TEST_DIR/out" || rc=$?
	equal "exit status of a run with a wreck" "$rc" 1
	says 'not ok planted/010-wreck - left behind: a wreck'
	says '# not run, .* planted/020-after-the-wreck$'
	equal "failures in tests.json" "$(jsonq /failed <"$TEST_DIR/results/tests.json")" 1
}

test() {
	local rc=0
	mkdir -p "$TEST_DIR/system/planted"
	cp -R "$HERE/run" "$HERE/lib" "$TEST_DIR/system/"
	add 010-right 'true'
	add 020-wrong 'equal "one" 1 2'
	add 030-false 'false; true'
	add 040-slow 'sleep 1000' 2
	add 050-skipped 'true'
	echo 'requires() { SKIP_REASONS+=("no reason"); }' >>"$TEST_DIR/system/planted/050-skipped.sh"
	add 060-untidy 'mkdir /sys/kernel/config/nullb/untidy'
	add 065-after-the-untidy '[[ ! -e /sys/kernel/config/nullb/untidy ]]'
	add 070-complaint "echo 'WARNING: planted by a test' >$TEST_DIR/complaints"
	add 080-after-the-complaint 'true'
	plant_dmesg
	modprobe null_blk nr_devices=0
	defer remove_null_blk untidy
	refuses 2 'no-such-group.*planted' "$TEST_DIR/system/run" no-such-group
	refuses 2 '040-slow' "$TEST_DIR/system/run" planted/no-such-test
	refuses 2 'colour' "$TEST_DIR/system/run" --colour
	PATH=$TEST_DIR/bin:$PATH BLKI_TEST_SCALE=1 "$TEST_DIR/system/run" --results "$TEST_DIR/results" planted >"$TEST_DIR/out" || rc=$?
	equal "exit status of a run with failures" "$rc" 1
	says 'ok planted/010-right '
	says 'not ok planted/020-wrong - one is 1 instead of 2'
	says 'not ok planted/030-false - .*false'
	says 'not ok planted/040-slow - longer than'
	says 'skip planted/050-skipped - no reason'
	says 'not ok planted/070-complaint - .*kernel log: WARNING: planted by a test'
	says 'not ok planted/060-untidy - left behind: null_blk untidy'
	equal "failures in tests.json" "$(jsonq /failed <"$TEST_DIR/results/tests.json")" 5
	says 'ok planted/065-after-the-untidy '
	says '# not run, .* planted/080-after-the-complaint$'
	! grep -q 'ok planted/080' "$TEST_DIR/out" || fail "the runner goes on after the kernel's complaint"
	equal "tests in not_run" "$(tail -n 1 "$TEST_DIR/results/tests.json")" '],"not_run":["planted/080-after-the-complaint"]}'
	equal "skips in tests.json" "$(jsonq /tests name=planted/050-skipped status <"$TEST_DIR/results/tests.json")" skip
	stuck
}
