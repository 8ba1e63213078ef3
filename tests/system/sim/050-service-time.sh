# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A profile is delivered: no answer comes before it is due, four lanes serve I/Os side by side, the status
# says what was asked for and how late it was, and a profile that the host is too slow for is refused, or
# served by force and marked.
DESCRIPTION="deliver the service times of a profile"

requires() {
	need_module ublk_drv
}

# profile NAME LANES US: every I/O takes US microseconds.
profile() {
	local time='{"quantiles_us":[[0,'$3'],[100,'$3']]}'
	cat >"$TEST_DIR/$1.json" <<-JSON
	{"schema":"ublk-sim-profile/1","name":"$1","summary":"$3 us for everything","lanes":$2,
	 "read":$time,"write":$time,"flush":$time,
	 "sources":[{"figures":"all","source":"chosen for this test"}]}
	JSON
}

# took_ms COMMAND...
took_ms() {
	local from=${EPOCHREALTIME/./}
	"$@"
	TOOK_MS=$(((${EPOCHREALTIME/./} - from) / 1000))
}

# timing FIELD: of the reads, by the status.
timing() {
	ublk-sim status --json "$UBLK" | jsonq "/timing/ops/read/$1"
}

# read_many LANES: 64 reads, 16 in flight, on that many lanes; sets TOOK_MS, and MEAN_MS to what was asked for on the
# average, the wait for a lane included. What it took says how busy this host is, too.
read_many() {
	local ios sum
	profile lanes "$1" 20000
	ublk-sim set --profile "$TEST_DIR/lanes.json" "$UBLK"
	ios=$(timing ios)
	sum=$((ios * $(timing requested_mean_ns)))
	took_ms verify --ios 64 --threads 1 --depth 16 --length 64K --max 4K --read-pct 100 --flush-pct 0 "$UBLK" >/dev/null
	MEAN_MS=$((($(timing ios) * $(timing requested_mean_ns) - sum) / ($(timing ios) - ios) / 1000000))
}

test() {
	local timing ios one_ms
	profile slow 1 20000
	make_ublk ram -s 16M --profile "$TEST_DIR/slow.json"
	took_ms dd if="$UBLK" of=/dev/null bs=4k count=20 iflag=direct
	((TOOK_MS >= 400)) || fail "20 reads of 20 ms each took $TOOK_MS ms"
	timing=$(ublk-sim status --json "$UBLK")
	within "I/Os with a service time" "$(jsonq /timing/ops/read/ios <<<"$timing")" 20 40
	# the one lane may still be busy when an I/O's way here was shorter than the trip, which is a median
	within "requested, ns" "$(jsonq /timing/ops/read/requested_mean_ns <<<"$timing")" 20000000 25000000
	equal "delivered" "$(jsonq /timing/delivered <<<"$timing")" true
	ios=$(jsonq /timing/ops/read/ios <<<"$timing")
	ublk-sim set --profile none "$UBLK"
	dd if="$UBLK" of=/dev/null bs=4k count=20 iflag=direct
	ublk-sim set --profile "$TEST_DIR/slow.json" "$UBLK"
	equal "I/Os with a service time, after 20 without a profile" "$(timing ios)" "$ios"
	read_many 1
	((TOOK_MS >= 1280)) || fail "64 reads of 20 ms on one lane took $TOOK_MS ms"
	one_ms=$MEAN_MS
	read_many 16
	within "mean of reads on 16 lanes, ms" "$MEAN_MS" 19 21
	((one_ms > 2 * MEAN_MS)) || fail "reads take $one_ms ms on one lane and $MEAN_MS ms on 16"
	timing=$(ublk-sim status --json "$UBLK")
	within "late at the mean, ns" "$(jsonq /timing/ops/read/late_mean_ns <<<"$timing")" 0 1000000000
	profile fast 1 1
	refuses 2 'fast.*this host takes.*--force' ublk-sim add -t ram --profile "$TEST_DIR/fast.json"
	refuses 2 'fast.*--force' ublk-sim set --profile "$TEST_DIR/fast.json" "$UBLK"
	equal "devices" "$(ublk-sim list --json | jsonq /devices id | wc -l)" 1
	ublk-sim set --force --profile "$TEST_DIR/fast.json" "$UBLK"
	equal "delivered, by force" "$(ublk-sim status --json "$UBLK" | jsonq /timing/delivered)" false
}
