# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Wrong use of bench: exit 2, the wrong name and the valid ones.
DESCRIPTION="give bench bad input"

test() {
	refuses 2 'usage|verb|command' bench
	refuses 2 'frobnicate' bench frobnicate
	refuses 2 'no-such.*remap-overhead|remap-overhead.*no-such' bench run no-such
	refuses 2 'floppy.*null_blk|null_blk.*floppy' bench run remap-overhead --device floppy
	refuses 2 'sideways.*raw|raw.*sideways' bench run remap-overhead --arm sideways
	refuses 2 'heavy.*randread|randread.*heavy' bench run remap-overhead --load heavy
	refuses 2 'many|reps' bench run remap-overhead --reps many
	refuses 2 'colour|option' bench run remap-overhead --colour
	refuses 2 'pass-fast.*blk-mq' bench run remap-overhead --device brd --arm pass-fast
	refuses 2 'null_blk' bench run attach-pause --device brd
	refuses 2 'floppy' bench check run remap-overhead --device floppy
	refuses 2 'run, gate, profile' bench check list
	refuses 2 'no-such-file' bench gate --baseline /no-such-file
	echo '{"schema":"something/1"}' >"$TEST_DIR/bad.json"
	refuses 2 'schema|blki-bench-result' bench gate --baseline "$TEST_DIR/bad.json" --result "$TEST_DIR/bad.json"
	echo '{"schema":' >"$TEST_DIR/cut.json"
	refuses 2 'cut.json' bench gate --baseline "$TEST_DIR/cut.json" --result "$TEST_DIR/cut.json"
}
