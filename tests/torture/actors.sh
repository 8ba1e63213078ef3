# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Actors: each repeats a random step of its own list until the time is over, all of them at once.
#
# world.sh -> [this] -> steps.sh. The sequence of an actor's steps comes from the seed and its number alone; how the
# actors' steps fall together does not. A step runs under a shared lock; the actor "module" asks for quiet, takes the
# lock alone, and finds nothing but the file systems in use. A step that fails ends the run.

readonly QUIET=$TEST_DIR/quiet # exists while somebody waits for all others to pause
readonly EPOCH=$TEST_DIR/epoch # counts the times everything was detached under the actors' feet
readonly FAILED=$TEST_DIR/actor-failed

# actor NAME NUMBER SECONDS STEP...: runs in the background; its words are in $TEST_DIR/actor-NAME.log.
actor() {
	local name=$1
	actor_run "$@" >"$TEST_DIR/actor-$name.log" 2>&1 &
	ACTORS+=($!)
}

actor_run() {
	local name=$1 until=$((SECONDS + $3)) step steps=("${@:4}")
	RANDOM=$((SEED * 16 + $2))
	trap 'actor_ended $? "$name" "$step" "$BASH_COMMAND"' EXIT
	ACTOR=$name FILTER='' ACCEPTOR='' MY_EPOCH=0
	unset NAP_FD
	while ((SECONDS < until)) && [[ ! -e $FAILED ]]; do
		step=${steps[RANDOM % ${#steps[@]}]}
		actor_step "$step"
	done
}

# actor_step STEP: beside the other actors' steps, or alone when its name ends in _alone.
actor_step() {
	local lock
	echo "$1" >>"$TEST_DIR/steps-$ACTOR"
	if [[ $1 == *_alone ]]; then
		quietly "$1"
		return
	fi
	while [[ -e $QUIET ]]; do
		nap
	done
	exec {lock}<>"$TEST_DIR/lock"
	flock -s "$lock"
	if [[ $(<"$EPOCH") != "$MY_EPOCH" ]]; then
		MY_EPOCH=$(<"$EPOCH") FILTER='' ACCEPTOR=''
	fi
	echo "== $EPOCHREALTIME $ACTOR: $1"
	"$1"
	exec {lock}>&-
}

# quietly COMMAND: while no actor is inside a step.
quietly() {
	local lock
	exec {lock}<>"$TEST_DIR/lock"
	: >"$QUIET"
	flock -x "$lock"
	"$@"
	rm "$QUIET"
	exec {lock}>&-
}

# actor_ended STATUS NAME STEP COMMAND: the first one that failed is the verdict.
actor_ended() {
	local why="actor $2, $3: $4"
	(($1)) || return 0
	[[ ! -s $TEST_DIR/why ]] || why="actor $2, $3: $(<"$TEST_DIR/why")"
	set -C
	echo "$why" >"$FAILED" || true
}

# actors_wait: until all have ended; a failed one fails the test.
actors_wait() {
	local pid
	for pid in "${ACTORS[@]}"; do
		wait "$pid" || true
	done
	rm -f "$QUIET"
	[[ -e $FAILED ]] || return 0
	tail -n 60 "$TEST_DIR"/actor-*.log
	mv "$FAILED" "$TEST_DIR/why"
	exit 1
}

# steps_report: how often each step was done.
steps_report() {
	sort "$TEST_DIR"/steps-* | uniq -c
}
