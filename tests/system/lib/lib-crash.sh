# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Crash proofs: a run is recorded on a simulated disk with a volatile cache, then one crash state after another
# is put on the disk and checked. The runs and checks are the scripts of sim-crash/ that are no tests.
#
# BLKI_CRASH_STATES says how many states are tried, spread evenly over all: the default keeps a test short,
# "all" tries each one. docs/ublk-crash.md has the command for that.

readonly CRASH_STATES_DEFAULT=24
readonly CRASH_SCRIPTS=$HERE/sim-crash

# make_crash_disk SIZE [OPTION]...: a sparse disk in memory with a volatile cache; sets UBLK. It tears between its
# physical blocks of 4 KiB and not inside: a superblock of ext4, 1 KiB with a checksum, does not survive that.
make_crash_disk() {
	local size=$1
	shift
	make_ublk ram -s "$size" --cache 32M --atomic 4096 "$@"
}

# crash_walk RUN CHECK [OPTION]...: record the script RUN, check the states of the record with the script CHECK;
# both find a directory in $CRASH_MNT and the file system in $CRASH_FS. CRASH_STATES=N before it: another default. The
# shell that ublk-sim starts, bash in the guest, reads them itself: a bash more takes a tenth of a second per state.
# The result stays in $TEST_DIR/walk.json.
crash_walk() {
	local run=$1 check=$2 rc=0 limit=()
	export CRASH_MNT=$TEST_DIR/mnt CRASH_FS=${CRASH_FS:-ext4}
	shift 2
	[[ ${BLKI_CRASH_STATES:-} == all ]] ||
		limit=(--max "${BLKI_CRASH_STATES:-${CRASH_STATES:-$CRASH_STATES_DEFAULT}}")
	mkdir -p "$CRASH_MNT"
	defer unmount "$CRASH_MNT"
	ublk-sim cut --json --run ". $CRASH_SCRIPTS/$run >&2" \
		--enumerate ". $CRASH_SCRIPTS/$check >&2" "${limit[@]}" "$@" "$UBLK" \
		>"$TEST_DIR/walk.json" || rc=$?
	cat "$TEST_DIR/walk.json"
	((rc < 2)) || fail "the walk over the crash states of $run ended with $rc"
	printf '# %s: %s of %s crash states covered, %s damaged, seed %s\n' "$run" "$(walk_value covered)" \
		"$(walk_value total)" "$(walk_value damaged)" "$(ublk-sim status --json "$UBLK" | jsonq /seed)"
	[[ ${BLKI_CRASH_STATES:-} != all ]] || equal "covered states" "$(walk_value covered)" "$(walk_value total)"
}

# walk_value KEY: of the last walk
walk_value() {
	jsonq "/$1" <"$TEST_DIR/walk.json"
}
