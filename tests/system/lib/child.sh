# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# child.sh FILE DIR: one test, in a process of its own started by run.
#
# Sources the library and the test's file, asks requires() for reasons to skip, and calls test(). Why it
# failed or was skipped goes to DIR/why. Exit status: 0 passed, 77 skipped, else failed.
set -Eeuo pipefail

echo $$ >"$2/pid"

# shellcheck source=tests/system/lib/load.sh
. "$(dirname "${BASH_SOURCE[0]}")/load.sh"

SKIP_REASONS=()
requires() { :; }
# shellcheck source=/dev/null
. "$TEST_FILE"

requires
if ((${#SKIP_REASONS[@]})); then
	printf '%s\n' "${SKIP_REASONS[@]}" >"$TEST_DIR/why"
	exit 77
fi

on_error() {
	local rc=$?
	[[ -s $TEST_DIR/why ]] || printf '%s line %s: %s: exit status %s\n' \
		"$(basename "${BASH_SOURCE[1]}")" "$1" "$2" "$rc" >"$TEST_DIR/why"
	exit "$rc"
}
trap 'on_error "$LINENO" "$BASH_COMMAND"' ERR
# the trace stays in the log where a test reads what a command says
exec {BASH_XTRACEFD}>&2
set -x
test
