# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Everything at once, from a seed: verified load on ext4, xfs and a bare partition of one disk, what must be there kept
# on another disk of the host; meanwhile interposers come and go on each, acceptors change, hang and are reloaded, queue
# attributes are written, file systems frozen, partitions rescanned, disks pulled and resized, memory is taken away,
# allocations fail (debug kernels) and the module is unloaded and loaded. See tests/torture/.
DESCRIPTION="torture three verified origins with everything at once"
HOOKS=both
DEADLINE=3600

# ./x torture sets both
readonly SECONDS_OF_LOAD=${BLKI_TORTURE_SECONDS:-30}
readonly SEED=${BLKI_TORTURE_SEED:-1}
readonly ORIGIN_STEPS="step_filter step_remap step_remap step_other_acceptor step_suspend step_hung_stop step_freeze
	step_sync step_files step_twice"
readonly WEATHER_STEPS="step_attributes step_pressure step_whole_disk step_status step_module_alone"

ACTORS=()
for library in "$HERE"/../torture/*.sh; do
	# shellcheck source=/dev/null
	. "$library"
done

requires() {
	need_module xfs
	need_drive torture
	need_drive truth
}

# reproducer: at the end of whatever this test says when it fails.
reproducer() {
	local variant
	(($1)) || return 0
	variant=$(debug_variant)
	echo "reproduce: ./x torture --seed $SEED --seconds $SECONDS_OF_LOAD --hook $(mq_hook)${variant:+ --debug $variant}" \
		>>"$TEST_DIR/why"
}

# actor_origin NAME NUMBER PARTITION MOUNT [STEP]...: more steps than those of every origin
actor_origin() {
	local ORIGIN MOUNT=$4
	ORIGIN=$(partition "$WORLD_DISK" "$3")
	# shellcheck disable=SC2086 # a list of steps
	actor "$1" "$2" "$SECONDS_OF_LOAD" $ORIGIN_STEPS "${@:5}"
}

test() {
	trap 'reproducer $?' EXIT
	# with failing allocations it is another shell that calls it
	export -f blki
	defer unload_module
	defer aliases_remove
	world_make
	load_module
	defer leave_nothing
	make_null_blk ng size=16
	make_dm grow "0 16384 linear /dev/ng 0"
	mkdir "$TEST_DIR/hog"
	mount -t tmpfs -o size=100% tmpfs "$TEST_DIR/hog"
	defer unmount "$TEST_DIR/hog"
	[[ ! -d $FAULTS/failslab ]] || torture_faults
	echo 0 >"$EPOCH"
	verifiers verifier_start

	actor_origin ext4 1 1 "$TEST_DIR/ext4"
	actor_origin xfs 2 2 "$TEST_DIR/xfs"
	actor_origin raw 3 3 "" step_rescan step_native step_native
	# shellcheck disable=SC2086 # a list of steps
	actor weather 4 "$SECONDS_OF_LOAD" $WEATHER_STEPS
	actor disks 5 "$SECONDS_OF_LOAD" step_unplug step_resize
	actors_wait

	leave_nothing
	aliases_remove
	verifiers verifier_stop
	rmmod blki
	world_check
	steps_report
}
