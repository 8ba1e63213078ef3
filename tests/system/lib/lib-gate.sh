# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The gate's tests need the instruction clock, and beside the module of this clone one with instructions planted into
# every hooked bio: ./x test makes both.

readonly PLANTED_MODULE=/blki-plant/kernel/blki.ko

# Repetitions: with three the smallest change that can be told from noise may exceed the gate's own limit.
readonly GATE_REPS=5

# need_gate_guest: for requires().
need_gate_guest() {
	[[ $(jsonq /clock </blki/host.json 2>/dev/null) == instructions ]] ||
		SKIP_REASONS+=("the guest does not run on the instruction clock")
	[[ -f $PLANTED_MODULE ]] || SKIP_REASONS+=("there is no planted module $PLANTED_MODULE")
}

# gate MODULE: the gate's verdict of MODULE against the one of this clone, interleaved, on the cells where the hook
# and nothing else differs; sets GATE_RC, its words go to the log.
gate() {
	GATE_RC=0
	bench gate --against-dir /blki --module "$1" --device null_blk --arm raw,pass,remap \
		--load randread-4k-qd1,randread-4k-qd32 --reps "$GATE_REPS" \
		--out "$TEST_DIR" || GATE_RC=$?
}
