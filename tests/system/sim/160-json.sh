# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Every command whose output is its own prints one JSON object with its schema when asked. `run` has none: what is
# printed there is its command's.
DESCRIPTION="answer in JSON"

requires() {
	need_module ublk_drv
}

# schema NAME ARGUMENT...: of what the command prints with --json; keeps it in RESULT.
schema() {
	local name=$1
	shift
	RESULT=$(ublk-sim "$@" --json)
	equal "schema of $1" "$(jsonq /schema <<<"$RESULT")" "$name"
}

all_objects() {
	local pid
	schema ublk-sim-node/1 add -t file --file "$TEST_DIR/disk.img" --buffered --recovery reissue
	UBLK=$(jsonq /node <<<"$RESULT")
	defer ublk-sim del "$UBLK"
	pid=$(jsonq /pid <<<"$RESULT")
	kill -KILL "$pid"
	schema ublk-sim-node/1 recover "$UBLK"
	equal "the node" "$(jsonq /node <<<"$RESULT")" "$UBLK"
	schema ublk-sim-status/1 set --fault bad:lba=8-15 "$UBLK"
	equal "bad blocks met" "$(jsonq /faults/bad <<<"$RESULT")" 0
	schema ublk-sim-status/1 status "$UBLK"
	schema ublk-sim-list/1 list
	schema ublk-sim-cut/1 cut "$UBLK"
	schema ublk-sim-profiles/1 profiles
	schema ublk-sim-features/1 features
	schema ublk-sim-doctor/1 doctor
	schema ublk-sim-del/1 del "$UBLK"
	equal "deleted" "$(jsonq /deleted <<<"$RESULT" | tr -d " \n")" "[${UBLK##*ublkb}]"
}

test() {
	modprobe ublk_drv
	truncate -s 16M "$TEST_DIR/disk.img"
	all_objects
}
