# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What every test uses: failing, skipping, cleaning up, waiting, and expecting a refusal.

# fail WHY: end the test as failed; the first reason given stays.
fail() {
	[[ -s $TEST_DIR/why ]] || printf '%s\n' "$*" >"$TEST_DIR/why"
	echo "FAIL: $*" >&2
	exit 1
}

# defer COMMAND...: run it after the test, newest first. It must do no harm when there is nothing to undo.
defer() {
	printf '%q ' "$@" >>"$TEST_DIR/cleanup"
	echo >>"$TEST_DIR/cleanup"
}

# scaled N: N seconds of an ordinary guest in seconds of this one.
scaled() {
	echo $(($1 * BLKI_TEST_SCALE))
}

# rounds N: how often a test repeats what it repeats N times in an ordinary guest; twice at least.
rounds() {
	local n=$(($1 / BLKI_TEST_BRIEF))
	echo $((n < 2 ? 2 : n))
}

# wait_until SECONDS COMMAND...: until the command succeeds; fails the test after SECONDS. It looks again after 20 ms,
# then less and less often: the look itself starts programs, for whose CPU time the others of this host wait.
wait_until() {
	local until=$((SECONDS + $(scaled "$1"))) ms=20
	shift
	until "$@"; do
		((SECONDS < until)) || fail "waited in vain for: $*"
		nap $ms
		((ms >= 100)) || ms=$((ms + ms / 2))
	done
}

# nap [MS]: a short pause between two looks at a condition, without starting a program.
nap() {
	local seconds
	if [[ -z ${NAP_FD:-} ]]; then
		[[ -p $TEST_DIR/nap ]] || mkfifo "$TEST_DIR/nap"
		exec {NAP_FD}<>"$TEST_DIR/nap"
	fi
	printf -v seconds 0.%03d "${1:-20}"
	read -r -t "$seconds" -u "$NAP_FD" || true
}

# refuses CODE PATTERN COMMAND...: it must exit with CODE and say a line on stderr that matches PATTERN.
refuses() {
	local code=$1 pattern=$2 rc=0 said
	shift 2
	said=$("$@" 2>&1 >/dev/null) || rc=$?
	((rc == code)) || fail "'$*' exits with $rc instead of $code, saying: $said"
	grep -qiE -- "$pattern" <<<"$said" || fail "'$*' does not mention '$pattern' but says: $said"
}

# equal WHAT ACTUAL WANTED
equal() {
	[[ $2 == "$3" ]] || fail "$1 is $2 instead of $3"
}

# within WHAT ACTUAL MIN MAX: integers, the ends included.
within() {
	(($2 >= $3 && $2 <= $4)) || fail "$1 is $2, outside of $3 to $4"
}

# have_module NAME: whether the kernel package has it.
have_module() {
	[[ -d /sys/module/$1 ]] || modprobe -n "$1" 2>/dev/null
}

# need_module NAME...: for requires().
need_module() {
	local name
	for name in "$@"; do
		have_module "$name" || SKIP_REASONS+=("this kernel has no module $name")
	done
}

# need_program NAME...: for requires().
need_program() {
	local name
	for name in "$@"; do
		command -v "$name" >/dev/null || SKIP_REASONS+=("there is no program $name in the guest")
	done
}

# left_behind: a line for everything that a test must not leave.
left_behind() {
	local path
	[[ -d /sys/module/blki ]] && echo "left behind: the module is still loaded"
	for path in /sys/block/dm-*; do
		[[ -e $path ]] && echo "left behind: device-mapper device $(cat "$path/dm/name")"
	done
	for path in /sys/kernel/config/nullb/*/; do
		[[ -d $path ]] && echo "left behind: null_blk $(basename "$path")"
	done
	grep -F " $TEST_DIR/" /proc/mounts | sed 's/^/left behind: mount /'
	for path in /sys/block/loop*/loop/backing_file; do
		[[ -e $path ]] && echo "left behind: loop device on $(cat "$path")"
	done
	for path in /sys/block/ublkb*; do
		[[ -e $path ]] && echo "left behind: $(basename "$path")"
	done
	[[ -e /run/udev/control ]] && echo "left behind: udevd"
	return 0
}
