# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# run: the device is there for the command and gone after it, whatever became of either; the exit status is
# the command's, and a signal reaches it.
DESCRIPTION="make a device for the time of one command"

requires() {
	need_module ublk_drv
}

no_device() {
	[[ -z $(ublk-sim list --json | jsonq /devices id) ]] && ! compgen -G "/dev/ublkb*" >/dev/null
}

# exits_with CODE ARGUMENT...: ublk-sim run with them; no device is left.
exits_with() {
	local code=$1 rc=0
	shift
	ublk-sim run "$@" || rc=$?
	equal "exit status of run $*" $rc "$code"
	no_device || fail "run $* left a device"
}

# start_sleeper: run with a command that does not end by itself; sets RUNNER.
start_sleeper() {
	ublk-sim run -- sleep 1000 &
	RUNNER=$!
	wait_until 10 pgrep -P $RUNNER sleep
}

test() {
	local rc=0
	modprobe ublk_drv
	# shellcheck disable=SC2016 # the command's own variable
	exits_with 0 -t ram -s 32M -- sh -c '[ "$(blockdev --getsize64 "$UBLK_DEV")" = 33554432 ]'
	exits_with 7 -- sh -c 'exit 7'
	exits_with 127 -- no-such-program
	# shellcheck disable=SC2016
	exits_with 143 -- sh -c 'kill -TERM $$'
	exits_with 2 -t floppy -- true
	exits_with 2 -t ram
	start_sleeper
	kill -TERM $RUNNER
	wait $RUNNER || rc=$?
	equal "exit status after SIGTERM" $rc 143
	no_device || fail "a device is left after SIGTERM"
	start_sleeper
	defer pkill -x sleep
	kill -KILL $RUNNER
	wait_until 20 no_device
}
