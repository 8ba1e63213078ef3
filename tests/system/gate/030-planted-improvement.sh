# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The other way round: this clone's module against the slower planted one is an improvement, which must pass.
DESCRIPTION="see the gate pass a module that became faster"
DEADLINE=600

requires() {
	need_gate_guest
}

test() {
	bench gate --against-dir /blki-plant --module "$BLKI_MODULE" --device null_blk --arm raw,pass \
		--load randread-4k-qd1 --reps "$GATE_REPS" --out "$TEST_DIR" || fail "the gate exits with $? for an improvement"
}
