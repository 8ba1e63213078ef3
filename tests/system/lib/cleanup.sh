# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# cleanup.sh FILE DIR: undo what the test of FILE registered in DIR/cleanup, newest first, then see that nothing is left.
#
# Started by run after every test, whatever became of it. What is left behind is written to DIR/leftover and
# makes the exit status 1.
set -uo pipefail

# shellcheck source=tests/system/lib/load.sh
. "$(dirname "${BASH_SOURCE[0]}")/load.sh"
# what it registered may be functions of its own
# shellcheck source=/dev/null
. "$TEST_FILE"

set -x
if [[ -f $TEST_DIR/cleanup ]]; then
	mapfile -t commands <"$TEST_DIR/cleanup"
	for ((i = ${#commands[@]} - 1; i >= 0; i--)); do
		(eval "${commands[i]}") || echo "cleanup: ${commands[i]}: failed"
	done
fi

left_behind >"$TEST_DIR/leftover"
[[ ! -s $TEST_DIR/leftover ]]
