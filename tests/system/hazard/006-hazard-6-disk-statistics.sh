# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Hazard 6: bios that pass under another bdev leave the origin's own time stamp behind, and the next one that is
# counted adds all the time since: seconds of "busy" in an instant. While a filter and a remap are attached and after
# each has left, a partition and a whole disk must not have been busy for longer than the clock says, and must have
# counted every read.
DESCRIPTION="hold io_ticks and counts of the origin against the clock (hazard 6)"
HOOKS=both

readonly TICK_MS=50 # a jiffy or two on either side

# busy_ms DEV: io_ticks, milliseconds.
busy_ms() {
	stat_field "$1" 10
}

# honest WHAT DEV COMMAND...: the device is busy no longer than the command takes.
honest() {
	local what=$1 dev=$2 from_ms=${EPOCHREALTIME/./} busy took
	shift 2
	busy=$(busy_ms "$dev")
	"$@"
	took=$(((${EPOCHREALTIME/./} - from_ms) / 1000))
	within "$what: busy ms of $took" $(($(busy_ms "$dev") - busy)) 0 $((took + TICK_MS))
}

# some_load DEV: reads, and a pause in which nothing is busy.
some_load() {
	read_direct "$1" 50
	sleep 1
	cat /proc/diskstats >/dev/null
	read_direct "$1" 50
}

# statistics_of DEV
statistics_of() {
	local dev=$1 reads
	reads=$(stat_field "$dev" 1)
	blki filter attach null "$dev"
	honest "filter on $dev" "$dev" some_load "$dev"
	blki filter detach null "$dev"
	honest "after the filter on $dev" "$dev" some_load "$dev"
	make_noexcl nx "$dev"
	blki remap start nx "$dev"
	honest "remap of $dev" "$dev" some_load "$dev"
	blki remap stop nx
	dmsetup remove nx
	honest "after the remap of $dev" "$dev" some_load "$dev"
	(($(stat_field "$dev" 1) - reads >= 400)) || fail "$dev has counted $(($(stat_field "$dev" 1) - reads)) of 400 reads"
}

test() {
	make_null_blk nb
	make_partitions nb 16 16
	load_module
	statistics_of "$(partition nb 2)"
	statistics_of /dev/nb
}
