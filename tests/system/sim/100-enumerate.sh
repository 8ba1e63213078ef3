# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The crash states of a recorded run: their number is what the record's epochs allow, a flush keeps what came
# before it in every state, without one a later write is seen without the earlier, and afterwards the disk
# holds the whole run.
DESCRIPTION="walk the crash states of a recorded run"

requires() {
	need_module ublk_drv
}

# record_and_walk: the run, checked state by state; sets RESULT and RC.
record_and_walk() {
	RC=0
	blkdiscard "$UBLK"
	RESULT=$(ublk-sim cut --json --run "sh $TEST_DIR/run.sh" --enumerate "sh $TEST_DIR/check.sh" "$UBLK") || RC=$?
}

# check_that LATER EARLIER: a state in which block LATER is there without block EARLIER is damaged.
check_that() {
	cat >"$TEST_DIR/check.sh" <<-CHECK
	has() { pattern check \$UBLK_DEV --offset \$((\$1 * 4096)) --length 4096 2>/dev/null; }
	! has $1 || has $2
	CHECK
}

test() {
	make_ublk ram -s 16M --cache 8M
	# three writes in one epoch, one in the next: 5 prefixes; one overtakes: 0+{1}, 0+{2}, 1+{2}
	cat >"$TEST_DIR/run.sh" <<-'RUN'
	for i in 0 1 2; do pattern write $UBLK_DEV --offset $((i * 4096)) --length 4096; done
	xfs_io -c fsync $UBLK_DEV
	pattern write $UBLK_DEV --offset 12288 --length 4096
	RUN
	check_that 3 0
	record_and_walk
	equal "exit status" $RC 0
	equal "states" "$(jsonq /total <<<"$RESULT")" 8
	equal "covered" "$(jsonq /covered <<<"$RESULT")" 8
	equal "prefixes" "$(jsonq /kinds/prefix <<<"$RESULT")" 5
	equal "damaged" "$(jsonq /damaged <<<"$RESULT")" 0
	pattern check "$UBLK" --length 16K
	check_that 2 0
	record_and_walk
	equal "exit status" $RC 1
	equal "damaged" "$(jsonq /damaged <<<"$RESULT")" 1
	equal "the damaged state" "$(jsonq /damaged_states kind <<<"$RESULT")" reorder
	# when the flush lies, block 3 overtakes block 0 too
	ublk-sim set --lying-flush on "$UBLK"
	check_that 3 0
	record_and_walk
	equal "exit status behind a lie" $RC 1
	equal "damaged behind a lie" "$(jsonq /damaged <<<"$RESULT")" 1
}
