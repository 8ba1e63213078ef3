# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The control ABI under random calls, structured and not, one caller and then four at once, with readers on the
# origins. One caller is held to the header's promises after every call: see tests/helpers/abifuzz.c. It prints its
# seed; longer, or the same again:
#   ./x vm run -- env BLKI_FUZZ_SECONDS=300 BLKI_FUZZ_SEED=1 /blki/tests/system/run input/070-abi-fuzz
DESCRIPTION="call the control device at random and see it keep its promises"
DEADLINE=400

readonly SEED=${BLKI_FUZZ_SEED:-$((EPOCHSECONDS * 100 + $$ % 100))}
readonly FUZZ_SECONDS=${BLKI_FUZZ_SECONDS:-20}

# fuzz WORKERS SECONDS NAME: no promise may break.
fuzz() {
	local out=$TEST_DIR/$3.out rc=0
	abifuzz --seed "$SEED" --seconds "$2" --workers "$1" /dev/nb "$PART1" "$PART2" /dev/nc /dev/ram0 \
		/dev/mapper/nx /dev/mapper/ny >"$out" || rc=$?
	cat "$out"
	((rc == 0)) || fail "seed $SEED, $1 callers: $(head -n 1 "$out")"
}

# nr_done COMMAND: successful calls of both runs. A fuzzer whose calls are all refused has tested little.
nr_done() {
	local name nr=0
	for name in alone four; do
		nr=$((nr + $(tail -n 1 "$TEST_DIR/$name.out" | jsonq "/$1_done")))
	done
	echo "$nr"
}

# second_cpu 0|1: take it away, or give it back, where there is one.
second_cpu() {
	local file=/sys/devices/system/cpu/cpu1/online
	[[ ! -e $file ]] || echo "$1" >"$file"
}

# Readers whose data nobody compares: what they read changes with every remap.
start_readers() {
	local dev
	for dev in "$@"; do
		while [[ ! -e $TEST_DIR/stop ]]; do
			dd if="$dev" of=/dev/null bs=64k count=64 iflag=direct 2>/dev/null || true
		done &
	done
}

test() {
	make_null_blk nb size=64
	make_partitions nb 16 16
	PART1=$(partition nb 1) PART2=$(partition nb 2)
	make_null_blk nc size=16
	make_brd 16
	load_module
	make_noexcl nx "$PART1"
	make_dm ny "0 $(blockdev --getsz /dev/nc) linear /dev/nc 0"
	defer remove_all_aliases
	defer second_cpu 1
	# some of what is attached was said to be stateful
	defer blki detach --all --clean
	start_readers "$PART1" "$PART2" /dev/ram0
	# on one CPU it asks for the hook ftrace, too: QEMU does not bear that text is patched under another one
	second_cpu 0
	fuzz 1 $((FUZZ_SECONDS / 2)) alone
	blki detach --all --clean
	second_cpu 1
	fuzz 4 $((FUZZ_SECONDS / 2)) four
	touch "$TEST_DIR/stop"
	wait
	blki detach --all --clean
	equal "interposers left" "$(nr_attached)" 0
	within "attaches" "$(nr_done attach)" 1 1000000000
	within "detaches" "$(nr_done detach)" 1 1000000000
	within "aliases" "$(nr_done alias-add)" 1 1000000000
	verify --ios 50 "$PART1"
	verify --ios 50 /dev/ram0
}
