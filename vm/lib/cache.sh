# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The cache outside the clone, the directory of one run, locks, and what is undone at exit.
#
#   packages/  downloaded .deb files       kernels/  unpacked kernels and headers
#   base/      initramfs of host packages  modules/  kernel module builds
#   revisions/ other revisions of the clone
#   logs/      console logs of the guests  tmp/      one directory per run, removed at exit
# Whatever is complete appears under its final name by a rename, so two runs never see half a file.

readonly LOGS_KEPT=20 # console logs that are kept, the newest

BLKI_CACHE_DIR=${BLKI_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/blk-interposer}
RUN_DIR=
RUN_PIDS=() # parts of this run that are shells of their own, beside each other
GUEST_PID=
SAVED_STTY= # the terminal's settings while a guest has it
GUEST_READERS=()
declare -A LOCKS=()

# cache_init: make the cache directory, or say why it cannot be
cache_init() {
	local dir
	for dir in packages kernels base modules revisions logs tmp; do
		mkdir -p -- "$BLKI_CACHE_DIR/$dir" 2>/dev/null ||
			die "cache $BLKI_CACHE_DIR: $dir cannot be created there; make it writable" \
				"or name another directory with BLKI_CACHE=DIR"
	done
	BLKI_CACHE_DIR=$(cd -- "$BLKI_CACHE_DIR" && pwd -P)
}

# cache_need_space MB WHAT: exit 2 unless the cache's file system has MB free
cache_need_space() {
	local free_mb
	free_mb=$(df -Pm -- "$BLKI_CACHE_DIR" | awk 'NR == 2 { print $4 }')
	((free_mb >= $1)) || die "cache $BLKI_CACHE_DIR: $2 needs $1 MB and $free_mb MB are free;" \
		"free some space or name another directory with BLKI_CACHE=DIR"
}

# run_dir_init: the directory of this run, and those of runs that were killed swept away
run_dir_init() {
	local old fd

	[[ $RUN_DIR ]] && return
	cache_init
	lock_take tmp
	RUN_DIR=$(mktemp -d -- "$BLKI_CACHE_DIR/tmp/run.XXXXXX") ||
		die "cache $BLKI_CACHE_DIR/tmp: no directory can be made there; free some space"
	run_traps
	exec {RUN_LOCK}>"$RUN_DIR/.lock"
	flock "$RUN_LOCK"
	for old in "$BLKI_CACHE_DIR"/tmp/run.*; do
		[[ $old != "$RUN_DIR" && -e $old/.lock ]] || continue
		{ exec {fd}<"$old/.lock"; } 2>/dev/null || continue
		flock -n "$fd" && rm -rf -- "$old"
		exec {fd}<&-
	done
	lock_drop tmp
}

# run_dir_below DIR: the same for a part of this run, in a shell of its own (RUN_PIDS): a directory below the run's,
# undone when that shell ends, and what the run itself has started is left to it
run_dir_below() {
	RUN_DIR=$1
	mkdir -p -- "$RUN_DIR"
	RUN_PIDS=()
	run_traps
}

run_traps() {
	trap on_exit EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	trap 'exit 129' HUP
}

# on_exit: end the processes of this run by their pid, then remove its directory
on_exit() {
	local status=$? pid

	trap - EXIT INT TERM HUP
	[[ -z $STEP_PID ]] || kill -TERM -- "-$STEP_PID" 2>/dev/null || true
	for pid in $GUEST_PID "${GUEST_READERS[@]}" "${RUN_PIDS[@]}"; do
		kill -TERM "$pid" 2>/dev/null || true
	done
	wait 2>/dev/null || true
	[[ -z $SAVED_STTY ]] || stty "$SAVED_STTY"
	[[ $RUN_DIR ]] && rm -rf -- "$RUN_DIR"
	exit "$status"
}

# lock_take NAME: wait until no other run holds NAME, then hold it
lock_take() {
	local fd
	exec {fd}>"$BLKI_CACHE_DIR/.lock-$1"
	if ! flock -n "$fd"; then
		say "  waiting for another run of ./x that holds '$1'"
		flock "$fd"
	fi
	LOCKS[$1]=$fd
}

# lock_drop NAME: the other half of lock_take
lock_drop() {
	local fd=${LOCKS[$1]}
	exec {fd}>&-
	unset "LOCKS[$1]"
}

# file_sha256 FILE
file_sha256() {
	sha256sum -- "$1" | cut -d ' ' -f 1
}

# text_sha256: of stdin, the first 16 digits
text_sha256() {
	sha256sum | cut -c 1-16
}

# log_path: a name for this run's console log; older logs beyond LOGS_KEPT are removed
log_path() {
	local old
	find "$BLKI_CACHE_DIR/logs" -maxdepth 1 -name '*.log' -printf '%T@ %p\n' | sort -rn |
		tail -n +"$((LOGS_KEPT + 1))" | cut -d ' ' -f 2- | while IFS= read -r old; do
		rm -f -- "$old"
	done
	printf '%s/%s-%s.log\n' "$BLKI_CACHE_DIR/logs" "$(date -u +%Y%m%dT%H%M%SZ)" "$BASHPID"
}
