# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The same module on both sides: the gate must pass (0); what it calls a regression here would be noise.
DESCRIPTION="see the gate pass the same module measured against itself"
DEADLINE=600

requires() {
	need_gate_guest
}

test() {
	gate "$BLKI_MODULE"
	equal "exit status of the gate" "$GATE_RC" 0
}
