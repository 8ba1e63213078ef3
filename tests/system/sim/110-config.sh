# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A device described in one JSON file, overruled by the command line, and files that are refused.
DESCRIPTION="make a device from a configuration file"

requires() {
	need_module ublk_drv
}

# both_queues_served: each of two queues has answered I/Os.
both_queues_served() {
	ublk-sim list --json | jsonq /devices queue_ios | grep -qE '\[ *[1-9][0-9]*, *[1-9]'
}

test() {
	local config=$TEST_DIR/disk.json
	modprobe ublk_drv
	echo '{"target":"ram","size":"32M","block":4096,"queues":2,"cache":"1M","fault":["bad:lba=8-15"]}' >"$config"
	UBLK=$(ublk-sim add --config "$config" -s 16M)
	defer ublk-sim del "$UBLK"
	equal "size" "$(blockdev --getsize64 "$UBLK")" 16777216
	equal "block" "$(blockdev --getss "$UBLK")" 4096
	equal "lies" "$(ublk-sim status --json "$UBLK" | jsonq /cache/lies)" 0
	refuses 1 'Input/output' pattern check "$UBLK" --offset 32K --length 32K
	verify --ios 500 --threads 4 --offset 1M --length 8M --max 64K "$UBLK"
	(($(nproc) == 1)) || both_queues_served || fail "only one of two queues served"
	echo '{"colour":"red"}' >"$config"
	refuses 2 "colour" ublk-sim add --config "$config"
	echo '{"depth":' >"$config"
	refuses 2 "$config" ublk-sim add --config "$config"
	refuses 2 "nowhere.json" ublk-sim add --config "$TEST_DIR/nowhere.json"
}
