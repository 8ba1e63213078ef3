# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ./x test [GROUP…]: unit tests on the host, system tests in the guest, one closing line.
#
# Groups are "unit", the folders of tests/system/, and the debug kernels' "debug-kasan" and
# "debug-kcsan". The groups "gate" and "clock" run in a guest of their own on the instruction clock, with a
# module of this clone that has PLANT instructions planted into every hooked bio in /blki-plant. The group
# "root" runs in a guest whose root is on a disk, and ends with two guests that go down while it is
# remapped. The groups "debug" and "torture" run only in the debug kernels, or when named; so does "long", of
# tests that take minutes.

readonly TEST_DEADLINE_S=2700
readonly TEST_MEM_MB=2048
readonly TEST_GUESTS=2 # at once; a functional guest leaves its CPUs idle for half of its time
readonly TEST_PLANT=50 # what the gate must notice, instructions per bio
readonly TEST_HOST_GROUPS="unit debug-kasan debug-kcsan"
readonly TEST_INSTRUCTION_GROUPS="clock gate"
readonly TEST_ROOT_GROUPS="root"
readonly TEST_ON_REQUEST_GROUPS="debug long torture"
# disks that tests ask for by their serial number (lib-devices.sh)
readonly TEST_DRIVES="scratch=64 shared=64:multipath"
readonly TEST_FIO_WORDS="sim sim/130-fio-verify" # what runs fio in the guest
# what a test of these takes in tests of the others, for sharing them out among the guests
readonly TEST_WORTH_ROOT=2 TEST_WORTH_INSTRUCTIONS=3
readonly TEST_APPEND="memmap=16M!1G" # memory that poses as persistent, for the DAX test
readonly TEST_TORTURE_DRIVES="torture=640 truth=8"

# Debug kernels run 10 to 20 times slower: fewer tests, each with a part of its rounds, longer deadlines
readonly TEST_DEBUG_WORDS="module/010-load-unload module/030-busy-while-attached
	hazard/001-hazard-1-nested-queue-enter:fast hazard/003-hazard-3-detach-window:list
	hazard/004-hazard-4-remove-acceptor-after-stop hazard/008-hazard-8-unplug:fast
	hazard/009-hazard-9-nowait-and-poll:fast hazard/101-H1-attach-escape:fast
	hazard/103-H3-split-order:list hazard/111-H11-unload-under-load:fast input/070-abi-fuzz
	debug torture/010-everything:fast"
readonly TEST_DEBUG_SCALE=6
readonly TEST_DEBUG_BRIEF=5
readonly TEST_DEBUG_DEADLINE_S=1800 # the whole guest; on two free cores it takes ten minutes
readonly TEST_DEBUG_MEM_MB=2048
readonly TEST_SCALE_MAX=8

TEST_PASSED=0
TEST_FAILED=0
TEST_SKIPPED=0
TEST_WORDS=()
TEST_LOAD=() # by lane: what it has to do, in tests
declare -A TEST_DEBUG=() # by variant: words
TEST_BRIEF=${BLKI_TEST_BRIEF:-1}

test_usage() {
	cat <<-HELP
	Usage: ./x test [OPTION…] [GROUP | GROUP/TEST]…

	Unit tests on the host, system tests in the guest; all of them but the debug kernels' and the
	groups $TEST_ON_REQUEST_GROUPS when no group is named. debug-kasan and debug-kcsan build
	that kernel once (ten minutes) and run a selection under it, or what stands behind a slash.
	On two CPUs or more, $TEST_GUESTS guests run at once. The last line is "N passed, N failed, N
	skipped". Exit: 0 all well, 1 a test failed, 2 usage or environment.

	Groups: $(test_groups | paste -sd ' ')
	The options of the guest: ./x vm --help.

	Examples:
	  ./x test
	  ./x test unit mounted
	  ./x test hazard/111-H11-unload-under-load
	  ./x test debug-kasan/remap
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
		word=${word#debug-*/}
		[[ " $groups " == *" ${word%%/*} "* ]] ||
			die "./x test $word: there is no such group; the groups are $groups"
		[[ $word != */* || -f $BLKI_ROOT/tests/system/${word%:*}.sh ]] ||
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

# test_guest WORDS…: the guest's runner with these groups; what it could not run, in a new guest
test_guest() {
	local words=("$@")
	while ((${#words[@]})); do
		TEST_LEFT=()
		test_guest_once "${words[@]}"
		words=("${TEST_LEFT[@]}")
		((${#words[@]} == 0)) || say "  the guest is no longer fit for tests: a new one for the other ${#words[@]}"
	done
}

# test_guest_once WORDS…: counts from the runner's tests.json; sets TEST_LEFT to the tests that it left out
test_guest_once() {
	local status=0 counts passed failed skipped
	GUEST_RESULTS=$RUN_DIR/results
	rm -rf -- "$GUEST_RESULTS"
	guest_run env "BLKI_TEST_SCALE=$TEST_SCALE" "BLKI_TEST_BRIEF=$TEST_BRIEF" \
		/blki/tests/system/run "$@" || status=$?
	counts=$(sed -n '1s/.*"passed":\([0-9]*\),"failed":\([0-9]*\),"skipped":\([0-9]*\).*/\1 \2 \3/p' \
		"$GUEST_RESULTS/tests.json" 2>/dev/null) || true
	if [[ -z $counts ]]; then
		test_count 0 1 0
		return
	fi
	read -r passed failed skipped <<<"$counts"
	test_count "$passed" "$failed" "$skipped"
	mapfile -t TEST_LEFT < <(test_not_run "$GUEST_RESULTS/tests.json")
	test_logs_keep
	# the guest itself failed, or its runner did, and no test tells so
	if ((failed == 0)) && { [[ $GUEST_FAILURE ]] || ((status > 1)); }; then
		test_count 0 1 0
	fi
}

# test_not_run FILE: the tests that the runner which wrote FILE left out, one a line; it has run one at least
test_not_run() {
	sed -n 's/.*"not_run":\[\(.*\)\].*/\1/p' "$1" | tr -d '"' | tr ',' '\n' | sed '/^$/d'
}

# test_logs_keep: the logs of the tests, for reading; the outcome by the name of the guest's console log
test_logs_keep() {
	local logs=$BUILD_DIR/test-logs
	mkdir -p -- "$logs"
	mv -- "$GUEST_RESULTS/tests.json" "$logs/$(basename -- "$GUEST_LOG" .log).json"
	cp -R -- "$GUEST_RESULTS/." "$logs/"
	say "  logs of the tests: $logs"
}

# test_guest_wall WORDS…: the same in the functional guest, with fio if one of them runs it
test_guest_wall() {
	local word GUEST_LAYERS=("${GUEST_LAYERS[@]}")
	for word in "$@"; do
		[[ " $TEST_FIO_WORDS " == *" $word "* && " ${GUEST_LAYERS[*]} " != *" fio "* ]] || continue
		deps_ensure fio
		GUEST_LAYERS+=(fio)
	done
	test_guest "$@"
}

# test_list WORDS…: the tests they name, one a line
test_list() {
	"$BLKI_ROOT/tests/system/run" --list "$@" | awk '{ print $1 }'
}

# test_lane_least: the lane with the least to do
test_lane_least() {
	local lane least=0
	for ((lane = 1; lane < TEST_AT_ONCE; lane++)); do
		((${TEST_LOAD[lane]:-0} >= ${TEST_LOAD[least]:-0})) || least=$lane
	done
	echo "$least"
}

# test_guests RUNNER WORDS…: RUNNER for the tests of WORDS, spread over the guests that run at once: each to the lane
# with the least to do. Tests that follow each other are about as long, those of the two hooks above all.
test_guests() {
	local runner=$1 test lane
	local -A dealt=()
	shift
	while read -r test; do
		lane=$(test_lane_least)
		dealt[$lane]+=" $test"
		TEST_LOAD[lane]=$((${TEST_LOAD[lane]:-0} + 1))
	done < <(test_list "$@")
	for lane in "${!dealt[@]}"; do
		test_lane "$lane" 0 "$runner" "${dealt[$lane]}"
	done
}

# test_lane NUMBER LOAD RUNNER WORDS…: puts it down for the lane with that number, behind what is there
test_lane() {
	local file=$RUN_DIR/lane$1
	TEST_LOAD[$1]=$((${TEST_LOAD[$1]:-0} + $2))
	shift 2
	printf '%s\n' "$*" >>"$file"
}

# test_lane_whole WORTH RUNNER WORDS…: RUNNER for all of them in one guest, each as long as WORTH others
test_lane_whole() {
	local worth=$1
	shift
	test_lane "$(test_lane_least)" $((worth * $(test_list "${@:2}" | wc -l))) "$@"
}

# test_lanes_run: all lanes at once, each a shell with a run directory of its own; sums up their counts
test_lanes_run() {
	local file counts passed failed skipped
	local -A pids=()
	((TEST_AT_ONCE == 1)) || say "guests at once: $TEST_AT_ONCE; deadlines of the tests times $TEST_SCALE"
	for file in "$RUN_DIR"/lane?; do
		[[ -e $file ]] || continue
		test_lane_run "$file" &
		pids[$file]=$!
		RUN_PIDS+=("$!")
	done
	for file in "${!pids[@]}"; do
		wait "${pids[$file]}" || true
		if counts=$(cat -- "$file.counts" 2>/dev/null); then
			read -r passed failed skipped <<<"$counts"
			test_count "$passed" "$failed" "$skipped"
		else
			say "x: test: a guest's tests came to no end; the message is above"
			test_count 0 1 0
		fi
		rm -f -- "$file" "$file.counts"
	done
	RUN_PIDS=()
}

# test_lane_run FILE: the runs that FILE lists, one after the other
test_lane_run() {
	local file=$1 runs run
	run_dir_below "$file.run"
	TEST_PASSED=0 TEST_FAILED=0 TEST_SKIPPED=0
	mapfile -t runs <"$file"
	for run in "${runs[@]}"; do
		# shellcheck disable=SC2086 # names without blanks
		$run
	done
	printf '%d %d %d\n' "$TEST_PASSED" "$TEST_FAILED" "$TEST_SKIPPED" >"$file.counts"
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
	local GUEST_DRIVES=() GUEST_APPEND=''
	test_guest "$@"
}

# test_guest_root WORDS…: the same with / on a disk; then, for the whole group, two guests that end remapped
test_guest_root() {
	local GUEST_ROOT=y GUEST_DRIVES=("$ROOT_DRIVE=$ROOT_MB") GUEST_APPEND="$GUEST_APPEND blki.root=$ROOT_DRIVE"
	test_guest "$@"
	[[ " $* " == *" root "* ]] || return 0
	test_end_attached 900-reboot-while-remapped "reboot: Restarting system" one
	GUEST_APPEND+=" blki.end=poweroff"
	test_end_attached 910-shutdown-while-remapped "reboot: Power down" two one
}

# test_end_attached NAME SAYS MARK [OLD]: a guest ends while its root is remapped and filtered; the kernel must say that
# it came to the end, and the disk must be clean and hold what was written last
test_end_attached() {
	local name=root/$1 says=$2 why='' status=0
	shift 2
	GUEST_RESULTS=
	guest_run /blki/tests/root/leave-attached "$@" >"$RUN_DIR/out" || status=$?
	if ((status)); then
		why="the guest's command ended with $status: $(tail -n 1 "$RUN_DIR/out")"
	elif ! grep -aqF "$says" "$GUEST_LOG"; then
		why="the guest's kernel never said '$says'"
	elif [[ $(root_file /mark) != "$1" ]]; then
		why="the last file written is not on the disk"
	elif ! root_is_clean; then
		why="the file system is not clean: $(tail -n 1 "$RUN_DIR/fsck.log")"
	fi
	if [[ $why ]]; then
		printf 'not ok %s - %s\n' "$name" "$why"
		test_count 0 1 0
	else
		printf 'ok %s\n' "$name"
		test_count 1 0 0
	fi
}

# test_debug VARIANT WORDS: groups and tests that bear a slow kernel, under it
test_debug() {
	local GUEST_MEM_MB=$TEST_DEBUG_MEM_MB GUEST_DEADLINE_S=$TEST_DEBUG_DEADLINE_S
	local TEST_SCALE=$TEST_DEBUG_SCALE TEST_BRIEF=$TEST_DEBUG_BRIEF
	local GUEST_CPU=$GUEST_CPU GUEST_MACHINE=$GUEST_MACHINE GUEST_APPEND=$GUEST_APPEND
	local KERNEL_RELEASE='' KERNEL_IMAGE='' KERNEL_MODULES='' KERNEL_KDIR='' KERNEL_PACKAGE=''
	local KERNEL_KEY=''

	run_dir_init
	deps_ensure base
	debug_prepare "$1"
	build_all
	# shellcheck disable=SC2206 # lists of words
	local GUEST_DRIVES=($TEST_DRIVES $TEST_TORTURE_DRIVES)
	# shellcheck disable=SC2086 # a list of groups
	test_guest $2
}

# test_scale: the factor of the tests' deadlines; a host with other work, or with other guests, makes a guest slower
test_scale() {
	awk -v cpus="$(nproc)" -v guests="$TEST_AT_ONCE" -v max="$TEST_SCALE_MAX" '{
		scale = guests + int($1 / cpus)
		print (scale > max ? max : scale)
	}' /proc/loadavg
}

# test_at_once: how many guests run beside each other: as many as there are CPUs and memory for
test_at_once() {
	local free_mb
	free_mb=$(awk '$1 == "MemAvailable:" { print int($2 / 1024) }' /proc/meminfo)
	TEST_AT_ONCE=$TEST_GUESTS
	((TEST_AT_ONCE <= $(nproc))) || TEST_AT_ONCE=$(nproc)
	while ((TEST_AT_ONCE > 1 && TEST_AT_ONCE * GUEST_MEM_MB > free_mb)); do
		TEST_AT_ONCE=$((TEST_AT_ONCE - 1))
	done
}

# test_select: what the words ask for, sorted by where it runs
test_select() {
	local word group
	TEST_UNIT='' TEST_WALL=() TEST_ROOT=() TEST_INSTRUCTIONS=()
	if ((${#TEST_WORDS[@]} == 0)); then
		mapfile -t TEST_WORDS < <(test_groups | grep -v '^debug-' |
			grep -vxF -f <(tr ' ' '\n' <<<"$TEST_ON_REQUEST_GROUPS"))
	fi
	for word in "${TEST_WORDS[@]}"; do
		group=${word%%/*}
		if [[ $group == unit ]]; then
			TEST_UNIT=y
		elif [[ $group == debug-* ]]; then
			word=${word#"$group"}
			word=${word#/}
			TEST_DEBUG[${group#debug-}]+=" ${word:-$TEST_DEBUG_WORDS}"
		elif [[ " $TEST_ROOT_GROUPS " == *" $group "* ]]; then
			TEST_ROOT+=("$word")
		elif [[ " $TEST_INSTRUCTION_GROUPS " == *" $group "* ]]; then
			TEST_INSTRUCTIONS+=("$word")
		else
			TEST_WALL+=("$word")
		fi
	done
}

# test_disks: what the guest's tests expect of the host
test_disks() {
	# shellcheck disable=SC2206 # a list of words
	GUEST_DRIVES+=($TEST_DRIVES)
	GUEST_APPEND+=" $TEST_APPEND"
	[[ " ${TEST_WALL[*]}" == *" torture"* ]] || return 0
	# shellcheck disable=SC2206 # a list of words
	GUEST_DRIVES+=($TEST_TORTURE_DRIVES)
}

verb_test() {
	local variant
	GUEST_DEADLINE_S=$TEST_DEADLINE_S
	GUEST_MEM_MB=$TEST_MEM_MB
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

	if [[ $TEST_UNIT ]] || ((${#TEST_WALL[@]} + ${#TEST_ROOT[@]} + ${#TEST_INSTRUCTIONS[@]})); then
		guest_prepare
	fi
	test_disks
	test_at_once
	[[ -z $TEST_UNIT ]] || test_unit
	TEST_SCALE=${BLKI_TEST_SCALE:-$(test_scale)}
	((${#TEST_ROOT[@]} == 0)) || test_lane_whole $TEST_WORTH_ROOT test_guest_root "${TEST_ROOT[@]}"
	((${#TEST_INSTRUCTIONS[@]} == 0)) ||
		test_lane_whole $TEST_WORTH_INSTRUCTIONS test_guest_instructions "${TEST_INSTRUCTIONS[@]}"
	((${#TEST_WALL[@]} == 0)) || test_guests test_guest_wall "${TEST_WALL[@]}"
	test_lanes_run
	for variant in "${!TEST_DEBUG[@]}"; do
		test_debug "$variant" "${TEST_DEBUG[$variant]}"
	done
	printf '%d passed, %d failed, %d skipped\n' "$TEST_PASSED" "$TEST_FAILED" "$TEST_SKIPPED"
	((TEST_FAILED == 0)) || exit 1
}
