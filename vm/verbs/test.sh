# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ./x test [GROUP…]: unit tests on the host, system tests in the guest, one closing line.
#
# Groups are "unit", the folders of tests/system/, and the debug kernels' "debug-kasan" and
# "debug-kcsan". The group "gate" runs in a guest of its own on the instruction clock, with a module
# of this clone that has PLANT instructions planted into every hooked bio in /blki-plant.

readonly TEST_DEADLINE_S=2700
readonly TEST_MEM_MB=2048
readonly TEST_PLANT=50 # what the gate must notice, instructions per bio
readonly TEST_HOST_GROUPS="unit debug-kasan debug-kcsan"
readonly TEST_INSTRUCTION_GROUPS="gate"

# Debug kernels run 10 to 20 times slower: fewer tests, longer deadlines, more memory
readonly TEST_DEBUG_WORDS="module hazard"
readonly TEST_DEBUG_SCALE=6
readonly TEST_DEBUG_MEM_MB=2048
readonly TEST_DEBUG_CPU=max
readonly TEST_SCALE_MAX=8

TEST_PASSED=0
TEST_FAILED=0
TEST_SKIPPED=0
TEST_WORDS=()

test_usage() {
	cat <<-HELP
	Usage: ./x test [OPTION…] [GROUP | GROUP/TEST]…

	Unit tests on the host, system tests in the guest; all of them but the debug kernels' when
	no group is named. The last line is "N passed, N failed, N skipped". Exit: 0 all well, 1 a test
	failed, 2 usage or environment.

	Groups: $(test_groups | paste -sd ' ')
	The options of the guest: ./x vm --help.

	Examples:
	  ./x test
	  ./x test unit mounted
	  ./x test hazard/111-H11-unload-under-load
	HELP
}

# test_groups: every group there is
test_groups() {
	local dir
	tr ' ' '\n' <<<"$TEST_HOST_GROUPS"
	for dir in "$BLKI_ROOT"/tests/system/*/; do
		! compgen -G "${dir}[0-9]*.sh" >/dev/null || basename -- "$dir"
	done
}

# test_words_check: unknown groups and tests are refused before anything runs
test_words_check() {
	local word groups
	groups=$(test_groups | paste -sd ' ')
	for word in "${TEST_WORDS[@]}"; do
		[[ " $groups " == *" ${word%%/*} "* ]] ||
			die "./x test $word: there is no such group; the groups are $groups"
		[[ $word != */* || -f $BLKI_ROOT/tests/system/$word.sh ]] ||
			die "./x test $word: there is no such test; those of the group are" \
				"$(cd -- "$BLKI_ROOT/tests/system" && compgen -G "${word%%/*}/[0-9]*.sh" |
					sed 's/[.]sh$//' | paste -sd ' ')"
	done
}

# test_unit: ctest on the host
test_unit() {
	local report=$RUN_DIR/ctest.xml status=0 counts
	say "unit tests on the host"
	ctest --test-dir "$BUILD_DIR" --output-on-failure --output-junit "$report" \
		-j "$(nproc)" >"$RUN_DIR/ctest.log" 2>&1 || status=$?
	sed -n '/^ *[0-9]*\/[0-9]* Test/p; /^\[ *\(ERROR\|LINE\|FAILED\) *\]/p' "$RUN_DIR/ctest.log"
	counts=$(tr '\n' ' ' <"$report" 2>/dev/null |
		sed -n 's/.*<testsuite[^>]*tests="\([0-9]*\)"[^>]*failures="\([0-9]*\)"[^>]*disabled="\([0-9]*\)"[^>]*skipped="\([0-9]*\)".*/\1 \2 \3 \4/p')
	if [[ -z $counts ]]; then
		tail -n 20 "$RUN_DIR/ctest.log" >&2
		fail "unit: ctest left no report; its last words are above"
	fi
	read -r total failed disabled skipped <<<"$counts"
	test_count $((total - failed - disabled - skipped)) "$failed" $((disabled + skipped))
	((status == 0 || failed > 0)) || test_count 0 1 0
}

# test_count PASSED FAILED SKIPPED
test_count() {
	TEST_PASSED=$((TEST_PASSED + $1))
	TEST_FAILED=$((TEST_FAILED + $2))
	TEST_SKIPPED=$((TEST_SKIPPED + $3))
}

# test_guest WORDS…: the guest's runner with these groups; counts from its tests.json
test_guest() {
	local status=0 file
	GUEST_RESULTS=$RUN_DIR/results
	rm -rf -- "$GUEST_RESULTS"
	guest_run env "BLKI_TEST_SCALE=$TEST_SCALE" /blki/tests/system/run "$@" || status=$?
	file=$GUEST_RESULTS/tests.json
	if [[ ! -s $file ]]; then
		test_count 0 1 0
		return
	fi
	# shellcheck disable=SC2046 # three numbers
	test_count $(sed -n '1s/.*"passed":\([0-9]*\),"failed":\([0-9]*\),"skipped":\([0-9]*\).*/\1 \2 \3/p' \
		"$file")
	test_logs_keep
	# the guest itself failed, or its runner did, and no test tells so
	if [[ $GUEST_FAILURE ]] || ((status > 1)); then
		test_count 0 1 0
	fi
}

# test_logs_keep: the logs of the tests, for reading
test_logs_keep() {
	local logs=$BUILD_DIR/test-logs
	mkdir -p -- "$logs"
	cp -R -- "$GUEST_RESULTS/." "$logs/"
	say "  logs of the tests: $logs"
}

# test_guest_instructions WORDS…: the same on the instruction clock, with a planted module beside
test_guest_instructions() {
	local plant=$RUN_DIR/plant BUILD_PLANT=$TEST_PLANT
	lock_take "build-$(clone_key "$BLKI_ROOT")"
	build_module "$BLKI_ROOT"
	mkdir -p -- "$plant/bin" "$plant/kernel"
	cp -- "$(module_dir "$BLKI_ROOT")/kernel/blki.ko" "$plant/kernel/"
	lock_drop "build-$(clone_key "$BLKI_ROOT")"
	programs_stage "$BUILD_DIR" "$plant" "$plant/bin"
	local GUEST_STAGES=("${GUEST_STAGES[@]}" "$plant:/blki-plant") GUEST_CLOCK=instructions
	test_guest "$@"
}

# test_debug VARIANT: the guest's groups that bear a slow kernel, under it
test_debug() {
	local GUEST_MEM_MB=$TEST_DEBUG_MEM_MB TEST_SCALE=$TEST_DEBUG_SCALE
	# a debug kernel is too slow to find the timer of the model that benchmarks use
	local GUEST_CPU=${GUEST_CPU:-$TEST_DEBUG_CPU}
	# the interrupt routing of the machine "pc" is computed in loops that ACPICA gives 30 s
	local GUEST_MACHINE=q35
	local KERNEL_RELEASE='' KERNEL_IMAGE='' KERNEL_MODULES='' KERNEL_KDIR='' KERNEL_PACKAGE=''
	local KERNEL_KEY=''

	run_dir_init
	deps_ensure base
	debug_kernel "$1"
	build_all
	# shellcheck disable=SC2086 # a list of groups
	test_guest $TEST_DEBUG_WORDS
}

# test_scale: the factor of the tests' deadlines; a host with other work makes the guest slower
test_scale() {
	awk -v cpus="$(nproc)" -v max="$TEST_SCALE_MAX" '{
		scale = 1 + int($1 / cpus)
		print (scale > max ? max : scale)
	}' /proc/loadavg
}

# test_select: what the words ask for, sorted by where it runs
test_select() {
	local word group
	TEST_UNIT='' TEST_DEBUG=() TEST_WALL=() TEST_INSTRUCTIONS=()
	if ((${#TEST_WORDS[@]} == 0)); then
		mapfile -t TEST_WORDS < <(test_groups | grep -v '^debug-')
	fi
	for word in "${TEST_WORDS[@]}"; do
		group=${word%%/*}
		if [[ $group == unit ]]; then
			TEST_UNIT=y
		elif [[ $group == debug-* ]]; then
			TEST_DEBUG+=("$group")
		elif [[ " $TEST_INSTRUCTION_GROUPS " == *" $group "* ]]; then
			TEST_INSTRUCTIONS+=("$word")
		else
			TEST_WALL+=("$word")
		fi
	done
}

verb_test() {
	local group
	GUEST_DEADLINE_S=$TEST_DEADLINE_S
	GUEST_MEM_MB=$TEST_MEM_MB
	TEST_SCALE=${BLKI_TEST_SCALE:-$(test_scale)}
	while (($#)); do
		case $1 in
		-h | --help) test_usage && return ;;
		esac
		vm_option "$@"
		if ((VM_SHIFT)); then
			shift "$VM_SHIFT"
			continue
		fi
		[[ $1 != -* ]] || die "./x test: unknown option $1 (./x test --help)"
		TEST_WORDS+=("$1")
		shift
	done
	vm_options_check
	test_words_check
	test_select

	if [[ $TEST_UNIT ]] || ((${#TEST_WALL[@]} + ${#TEST_INSTRUCTIONS[@]})); then
		guest_prepare
	fi
	[[ -z $TEST_UNIT ]] || test_unit
	((${#TEST_WALL[@]} == 0)) || test_guest "${TEST_WALL[@]}"
	((${#TEST_INSTRUCTIONS[@]} == 0)) || test_guest_instructions "${TEST_INSTRUCTIONS[@]}"
	for group in "${TEST_DEBUG[@]}"; do
		test_debug "${group#debug-}"
	done
	printf '%d passed, %d failed, %d skipped\n' "$TEST_PASSED" "$TEST_FAILED" "$TEST_SKIPPED"
	((TEST_FAILED == 0)) || exit 1
}
