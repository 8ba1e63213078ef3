# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A module that executes 50 instructions more per hooked bio, measured in turns with the one of this clone: the gate
# must call it a regression (1), not "inconclusive" and not a pass. The module's own count must have been planted,
# or the gate would be right to pass.
DESCRIPTION="see the gate call 50 planted instructions a regression"
DEADLINE=600

requires() {
	need_gate_guest
}

test() {
	! cmp -s "$PLANTED_MODULE" "$BLKI_MODULE" || fail "nothing is planted in $PLANTED_MODULE"
	gate "$PLANTED_MODULE"
	equal "exit status of the gate" "$GATE_RC" 1
}
