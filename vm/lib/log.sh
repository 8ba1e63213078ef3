# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What ./x says while it works, and how a long step is run.
#
# Everything goes to stderr: stdout belongs to the command that runs in the guest. A step shows that
# it is alive (a running clock on a terminal, a line every PROGRESS_S seconds otherwise), keeps its
# output in a log, and shows the end of that log when it fails.

readonly PROGRESS_S=15      # seconds between two signs of life when stderr is not a terminal
readonly STEP_TAIL_LINES=25 # lines of a failed step's log that are shown

STEP_PID= # process group of the step that runs, for on_exit

say() {
	printf '%s\n' "$*" >&2
}

warn() {
	printf 'x: warning: %s\n' "$*" >&2
}

# die SENTENCE: usage or environment; the sentence names the object, the cause and the remedy
die() {
	printf 'x: %s\n' "$*" >&2
	exit 2
}

# fail SENTENCE: the thing that was asked for failed
fail() {
	printf 'x: %s\n' "$*" >&2
	exit 1
}

# elapsed_s START: whole seconds since START, a value of SECONDS
elapsed_s() {
	echo $((SECONDS - $1))
}

# step_wait PID WHAT: wait for PID with signs of life; its exit status
step_wait() {
	local pid=$1 what=$2 start=$SECONDS shown=$SECONDS live=
	[[ -t 2 ]] && live=y

	while kill -0 "$pid" 2>/dev/null; do
		sleep 0.2
		if [[ $live ]]; then
			printf '\r  %s … %d s ' "$what" "$(elapsed_s "$start")" >&2
		elif ((SECONDS - shown >= PROGRESS_S)); then
			shown=$SECONDS
			say "  $what … $(elapsed_s "$start") s"
		fi
	done
	[[ $live ]] && printf '\r\033[K' >&2
	wait "$pid"
}

# step WHAT COMMAND…: run COMMAND, a program or a function, in a process group of its own; returns
# its exit status and shows the end of its output when it fails
step() {
	local what=$1 log start=$SECONDS status=0
	shift
	log=$RUN_DIR/step.log

	set -m
	(
		set -e
		"$@"
	) >"$log" 2>&1 </dev/null &
	STEP_PID=$!
	set +m
	step_wait "$STEP_PID" "$what" || status=$?
	STEP_PID=
	if ((status)); then
		say "  $what: failed, exit status $status; the end of its output:"
		tail -n "$STEP_TAIL_LINES" "$log" | sed 's/^/    /' >&2
	elif (($(elapsed_s "$start") > 1)); then
		say "  $what: done in $(elapsed_s "$start") s"
	fi
	return "$status"
}
