# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ./x bench …: the benchmark in a guest on the instruction clock, results brought to results/runs/.
#
# What needs no guest (list, gate of two files, help) runs the host's own build of the same program.

readonly BENCH_DEADLINE_S=3600
readonly BENCH_SCENARIO=remap-overhead # the scenario of gate, when it must measure first

readonly BENCH_BASELINE=ublk-baseline  # the scenario that needs the plugin

BENCH_ARGS=()

bench_usage() {
	cat <<-'HELP'
	Usage: ./x bench run SCENARIO [OPTION…]      measure; table, result.json and report.md
	       ./x bench list                        scenarios, devices, loads, arms
	       ./x bench gate --baseline FILE [--result FILE] [OPTION…]
	       ./x bench gate --against GITREV [OPTION…]
	       ./x bench profile SCENARIO [OPTION…]  instructions per kernel function and I/O

	Runs in a guest on the instruction clock (one vCPU, -icount). Results go to
	results/runs/<UTC>-<scenario>/, and results/runs/latest points to the newest. The options of a
	verb: ./x bench VERB --help. The options of the guest: ./x vm --help; they may stand anywhere.

	Examples:
	  ./x bench run remap-overhead
	  ./x bench run remap-overhead --device null_blk --load randread-4k-qd1
	  ./x bench gate --against HEAD~1
	HELP
}

# bench_host ARGS…: the host's build, for what needs no guest
bench_host() {
	run_dir_init
	deps_ensure base
	BUILD_DIR=$BLKI_ROOT/build/release
	build_programs_locked
	"$BUILD_DIR/bench/bench" "$@"
}

# bench_results_keep SCENARIO: /results of the guest to results/runs/, latest set; prints where
bench_results_keep() {
	local scenario=$1 base name try=1
	base=$(date -u +%Y%m%dT%H%M%SZ)-$scenario
	name=$base
	mkdir -p -- "$BLKI_ROOT/results/runs" 2>/dev/null ||
		die "results: $BLKI_ROOT/results/runs cannot be written; make it writable"
	until mkdir -- "$BLKI_ROOT/results/runs/$name" 2>/dev/null; do
		try=$((try + 1))
		((try < 100)) || die "results: no directory can be made in $BLKI_ROOT/results/runs"
		name=$base-$try
	done
	cp -R -- "$GUEST_RESULTS/." "$BLKI_ROOT/results/runs/$name/"
	ln -s -- "$name" "$RUN_DIR/latest"
	mv -T -- "$RUN_DIR/latest" "$BLKI_ROOT/results/runs/latest"
	BENCH_DIR=$BLKI_ROOT/results/runs/$name
	say "  results: results/runs/$name (results/runs/latest)"
}

# bench_options ARGS…: guest options to their variables, the rest to BENCH_ARGS
bench_options() {
	while (($#)); do
		vm_option "$@"
		if ((VM_SHIFT)); then
			shift "$VM_SHIFT"
		else
			BENCH_ARGS+=("$1")
			shift
		fi
	done
	vm_options_check
}

# bench_guest ARGS…: bench in the guest; its exit status, /results kept when there are any
bench_guest() {
	local status=0
	GUEST_RESULTS=$RUN_DIR/results
	guest_run bench "$@" || status=$?
	if [[ $GUEST_FAILURE ]]; then
		return "$status"
	fi
	if [[ -n $(find "$GUEST_RESULTS" -type f -print -quit 2>/dev/null) ]]; then
		bench_results_keep "$BENCH_SCENARIO_RUN"
	fi
	return "$status"
}

# bench_scenario_of ARGS…: the first word that is no option, for the directory's name
bench_scenario_of() {
	local word
	for word in "$@"; do
		[[ $word == -* ]] || { printf '%s\n' "${word//[^A-Za-z0-9_.-]/_}" && return; }
	done
	printf '%s\n' "$BENCH_SCENARIO"
}

bench_run() {
	# its run is a profile: the plugin tells loader, kernel and server apart
	if [[ $(bench_scenario_of "${@:2}") == "$BENCH_BASELINE" ]]; then
		bench_profile "$@"
		return
	fi
	bench_check "$@"
	guest_prepare
	BENCH_SCENARIO_RUN=$(bench_scenario_of "${@:2}")
	bench_guest "$@"
}

# bench_check VERB ARGS…: wrong words are refused by the host's build, before anything is made or boots
bench_check() {
	local word status=0
	run_dir_init
	deps_ensure base
	BUILD_DIR=$BLKI_ROOT/build/release
	build_programs_locked
	for word in "$@"; do
		if [[ $word == --help || $word == -h || $word == "-?" || $word == --usage ]]; then
			"$BUILD_DIR/bench/bench" "$@"
			exit
		fi
	done
	"$BUILD_DIR/bench/bench" check "$@" || status=$?
	((status == 0)) || exit "$status"
}

bench_gate() {
	local word previous='' against='' baseline='' result='' rest=()
	for word in "$@"; do
		case $previous in
		--against) against=$word ;;
		--baseline) baseline=$word ;;
		--result) result=$word ;;
		*) [[ $word =~ ^--(against|baseline|result)$ ]] || rest+=("$word") ;;
		esac
		previous=$word
		[[ $word =~ ^--(against|baseline|result)= ]] &&
			die "./x bench gate: write '${word%%=*} ${word#*=}', with a space"
	done
	if [[ $against ]]; then
		[[ -z $baseline$result ]] || die "./x bench gate: --against measures both sides itself;" \
			"leave --baseline and --result out"
		bench_gate_against "$against" "${rest[@]}"
		return
	fi
	[[ $baseline || " $* " =~ \ (-h|-\?|--help|--usage)\  ]] || die "./x bench gate: nothing to hold the result against; give --baseline FILE or" \
		"--against GITREV (./x bench gate --help)"
	if [[ $result || -z $baseline ]]; then
		bench_host gate "$@"
		return
	fi
	[[ -r $baseline ]] || die "--baseline $baseline: no such readable file; give a result.json"
	bench_check run "$BENCH_SCENARIO" "${rest[@]}"
	guest_prepare
	BENCH_SCENARIO_RUN=$BENCH_SCENARIO
	bench_guest run "$BENCH_SCENARIO" "${rest[@]}" || return
	"$BUILD_DIR/bench/bench" gate --baseline "$baseline" --result "$BENCH_DIR/result.json"
}

# bench_gate_against REV ARGS…: both revisions in one boot, turn by turn
bench_gate_against() {
	local rev=$1 commit tree
	shift
	commit=$(git -C "$BLKI_ROOT" rev-parse --verify --quiet "$rev^{commit}") ||
		die "--against $rev: git knows no such revision in $BLKI_ROOT"
	bench_check gate --against-dir /blki-base "$@"
	guest_prepare
	tree=$(revision_tree "$commit")
	lock_take "build-$commit"
	revision_build "$commit" "$tree"
	lock_drop "build-$commit"
	revision_stage "$tree" "$RUN_DIR/base"
	GUEST_STAGES+=("$RUN_DIR/base:/blki-base")
	BENCH_SCENARIO_RUN=gate-against-${commit:0:12}
	bench_guest gate --against-dir /blki-base --out /results "$@"
}

# bench_peer_stage: the reference server's programs into the guest, when the host has them
bench_peer_stage() {
	local program path prefix tree=$RUN_DIR/peer found=()
	prefix=$(pkg-config --variable=prefix ublksrv 2>/dev/null || true)
	for program in ublk ublk.null; do
		path=$(PATH=$PATH${prefix:+:$prefix/sbin:$prefix/bin} type -P "$program") || continue
		file_copy "$tree" "$path" "/usr/bin/$program"
		found+=("$path")
	done
	if ((${#found[@]} == 0)); then
		say "  ublksrv is not installed (no program 'ublk' in PATH, no ublksrv.pc):" \
			"the arm peer-ublksrv is left out"
		return
	fi
	libraries_copy "$tree" "${found[@]}"
	GUEST_STAGES+=("$tree:/")
}

bench_profile() {
	local status=0 suffix=-profile
	bench_check "$@"
	guest_prepare
	if [[ $(bench_scenario_of "${@:2}") == "$BENCH_BASELINE" ]]; then
		suffix=
		bench_peer_stage
	else
		GUEST_LAYERS+=(perf)
	fi
	# the kernel of one CPU would patch LOCK prefixes away; left in place they are counted, and the
	# number of instructions is the same
	[[ " $GUEST_APPEND " == *" noreplace-smp "* ]] || GUEST_APPEND+=" noreplace-smp"
	((GUEST_MEM_MB >= 1536)) || GUEST_MEM_MB=1536
	GUEST_PLUGIN="$(qemu_escape "$BUILD_DIR/vm/plugin/libblki-count.so"),out=$(
		qemu_escape "$RUN_DIR/count.txt")"
	BENCH_SCENARIO_RUN=$(bench_scenario_of "${@:2}")$suffix
	bench_guest "$@" || status=$?
	((status == 0)) || return "$status"
	mv -- "$RUN_DIR/count.txt" "$BENCH_DIR/count.txt"
	"$BUILD_DIR/bench/bench" profile --reduce "$BENCH_DIR"
}

verb_bench() {
	local mode=${1:-}
	case $mode in
	-h | --help) bench_usage && return ;;
	"") bench_usage >&2 && exit 2 ;;
	list) bench_host "$@" && return ;;
	run | gate | profile) ;;
	*) die "./x bench $mode: unknown; the verbs are run, list, gate, profile (./x bench --help)" ;;
	esac
	shift
	GUEST_CLOCK=instructions
	GUEST_DEADLINE_S=$BENCH_DEADLINE_S
	bench_options "$@"
	case $mode in
	run) bench_run run "${BENCH_ARGS[@]}" || exit ;;
	gate) bench_gate "${BENCH_ARGS[@]}" || exit ;;
	profile) bench_profile profile "${BENCH_ARGS[@]}" || exit ;;
	esac
}
