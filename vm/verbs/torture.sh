# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ./x torture: tests/system/torture in a guest for some minutes, then a second guest that judges its disks.

readonly TORTURE_DRIVES="torture=640 truth=8"
readonly TORTURE_MEM_MB=2048
readonly TORTURE_SCALE=4        # of the deadlines
readonly TORTURE_SCALE_DEBUG=8
readonly TORTURE_EXTRA_S=900    # of the guest, beyond the load
readonly TORTURE_MINUTES_MAX=10080

TORTURE_SECONDS=300
TORTURE_SEED=
TORTURE_DEBUG=
TORTURE_HOOK=

torture_usage() {
	cat <<-'HELP'
	Usage: ./x torture [--minutes N | --seconds N] [--seed S] [--hook list|fast] [--debug kasan|kcsan]
	                   [OPTION…]

	Verified load on ext4, xfs and a bare partition, while interposers come and go and everything that
	can happen to a disk happens to it, at random from the seed. Then another guest, without the module,
	judges what is on the disks. The last line says what came of it. Exit: 0 all well, 1 a defect, 2 usage
	or environment.

	  --minutes N        of load (default 5)
	  --seconds N        the same, shorter
	  --seed S           of the steps (default: from the clock, and printed)
	  --hook list|fast   of every interposer on a blk-mq disk (default: list for an even seed, else fast)
	  --debug kasan|kcsan  the kernel; default: Debian's
	The options of the guest: ./x vm --help.

	Examples:
	  ./x torture
	  ./x torture --minutes 60 --debug kasan
	  ./x torture --seed 1700000000 --seconds 90 --hook fast
	HELP
}

torture_option() {
	local value=${2-}
	(($# >= 2)) || die "./x torture: option $1 needs a value (--help)"
	[[ $1 == --debug || $1 == --hook || $value =~ ^[1-9][0-9]{0,9}$ ]] || die "./x torture: $1 $value: not a positive number"
	case $1 in
	--minutes)
		((value <= TORTURE_MINUTES_MAX)) || die "./x torture: --minutes $value: at most $TORTURE_MINUTES_MAX"
		TORTURE_SECONDS=$((value * 60))
		;;
	--seconds) TORTURE_SECONDS=$value ;;
	--seed) TORTURE_SEED=$value ;;
	--hook)
		[[ $value == list || $value == fast ]] ||
			die "./x torture: --hook $value: unknown; the hooks are list and fast"
		TORTURE_HOOK=$value
		;;
	--debug)
		[[ $value == kasan || $value == kcsan ]] ||
			die "./x torture: --debug $value: unknown; the debug kernels are kasan and kcsan"
		TORTURE_DEBUG=$value
		;;
	esac
}

# torture_load: the first guest
torture_load() {
	local status=0 scale=$TORTURE_SCALE
	[[ -z $TORTURE_DEBUG ]] || scale=$TORTURE_SCALE_DEBUG
	GUEST_RESULTS=$RUN_DIR/results
	GUEST_DEADLINE_S=$((TORTURE_SECONDS + TORTURE_EXTRA_S))
	guest_run env "BLKI_TEST_SCALE=$scale" "BLKI_TORTURE_SECONDS=$TORTURE_SECONDS" \
		"BLKI_TORTURE_SEED=$TORTURE_SEED" \
		/blki/tests/system/run "torture/010-everything:$TORTURE_HOOK" || status=$?
	mkdir -p -- "$BUILD_DIR/test-logs"
	[[ ! -d $GUEST_RESULTS ]] || cp -R -- "$GUEST_RESULTS/." "$BUILD_DIR/test-logs/"
	return "$status"
}

# torture_judge: the second guest, of Debian's kernel whatever the first one ran
torture_judge() {
	KERNEL_RELEASE='' GUEST_MACHINE=pc GUEST_CPU='' GUEST_RESULTS='' GUEST_DEADLINE_S=$TORTURE_EXTRA_S
	build_all
	say "  judging the disks in another guest"
	guest_run /blki/tests/torture/after
}

verb_torture() {
	local failed='' reproduce
	while (($#)); do
		case $1 in
		-h | --help) torture_usage && return ;;
		--minutes | --seconds | --seed | --hook | --debug)
			torture_option "$@"
			shift 2
			continue
			;;
		esac
		vm_option "$@"
		((VM_SHIFT)) || die "./x torture $1: unknown (./x torture --help)"
		shift "$VM_SHIFT"
	done
	vm_options_check
	[[ $TORTURE_SEED ]] || TORTURE_SEED=$(date +%s)
	[[ $TORTURE_HOOK ]] || TORTURE_HOOK=$( ((TORTURE_SEED % 2)) && echo fast || echo list)
	reproduce="./x torture --seed $TORTURE_SEED --seconds $TORTURE_SECONDS --hook $TORTURE_HOOK${TORTURE_DEBUG:+ --debug $TORTURE_DEBUG}"
	printf 'torture: %s\n' "$reproduce"
	# shellcheck disable=SC2206 # a list of words
	GUEST_DRIVES+=($TORTURE_DRIVES)
	GUEST_MEM_MB=$TORTURE_MEM_MB

	run_dir_init
	deps_ensure base
	[[ -z $TORTURE_DEBUG ]] || debug_prepare "$TORTURE_DEBUG"
	build_all
	torture_load || failed="the load"
	torture_judge || failed="${failed:+$failed and }what is on the disks"
	if [[ $failed ]]; then
		printf 'torture: FAILED: %s; logs: %s; reproduce: %s\n' "$failed" "$BUILD_DIR/test-logs" "$reproduce"
		exit 1
	fi
	printf 'torture: passed, seed %s, %s s of load\n' "$TORTURE_SEED" "$TORTURE_SECONDS"
}
