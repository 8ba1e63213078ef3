# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Hazard 5: a clone that goes through submit_bio_noacct again is throttled and counted a second time. Under io.max
# with riops and with wbps, through remap and a noexcl linear device, the measured rate must be the limit's and
# io.stat must count each I/O once. Raw is measured in the same way, so that the test knows its own error.
DESCRIPTION="see io.max and io.stat count remapped I/O once (hazard 5)"
DEADLINE=300

readonly RIOPS=50 READS=100
readonly WBPS=2097152 WRITTEN=4194304

requires() {
	[[ -e /sys/fs/cgroup/cgroup.controllers ]] || SKIP_REASONS+=("there is no cgroup2 mounted")
	grep -qw io /sys/fs/cgroup/cgroup.controllers 2>/dev/null || SKIP_REASONS+=("cgroup2 has no io controller")
}

remove_cgroup() {
	[[ ! -d $1 ]] || rmdir "$1"
}

# io_stat FIELD: of the disk, in the test's cgroup.
io_stat() {
	awk -v dev="$disk_number" -v field="$1=" '$1 == dev {
		for (i = 2; i <= NF; i++) if (index($i, field) == 1) print substr($i, length(field) + 1)
	}' "$group/io.stat" | grep . || echo 0
}

# in_group COMMAND...: sets took_ms.
in_group() {
	local from=${EPOCHREALTIME/./}
	bash -c 'echo $$ >"$0/cgroup.procs"; exec "$@"' "$group" "$@"
	took_ms=$(((${EPOCHREALTIME/./} - from) / 1000))
}

# throttled WHAT MS COMMAND...: unlimited it would take no time at all, counted twice at least twice as long. Another
# load of the machine only ever adds time, so the shortest of three runs counts.
throttled() {
	local what=$1 ms=$2 i
	shift 2
	for i in 1 2 3; do
		in_group "$@"
		((took_ms > ms * 16 / 10)) || break
	done
	within "$what: ms taken" "$took_ms" $((ms * 6 / 10)) $((ms * 16 / 10))
	nr_runs=$i
}

# measure ARM: rate and counts of reads and writes.
measure() {
	local before
	echo "$disk_number riops=$RIOPS wbps=max" >"$group/io.max"
	before=$(io_stat rios)
	throttled "$1: $READS reads at $RIOPS per second" $((READS * 1000 / RIOPS)) \
		ioring-nowait --ios "$READS" plain /dev/nb
	equal "$1: reads in io.stat" $(($(io_stat rios) - before)) $((READS * nr_runs))
	echo "$disk_number riops=max wbps=$WBPS" >"$group/io.max"
	before=$(io_stat wbytes)
	throttled "$1: $WRITTEN bytes at $WBPS per second" $((WRITTEN * 1000 / WBPS)) \
		pattern write -l "$WRITTEN" /dev/nb
	equal "$1: bytes written in io.stat" $(($(io_stat wbytes) - before)) $((WRITTEN * nr_runs))
}

test() {
	local group=/sys/fs/cgroup/blki-test disk_number took_ms nr_runs
	make_null_blk nb
	disk_number=$(cat /sys/block/nb/dev)
	echo +io >/sys/fs/cgroup/cgroup.subtree_control
	mkdir "$group"
	defer remove_cgroup "$group"
	measure raw
	load_module
	blki filter attach null /dev/nb
	measure pass
	blki filter detach null /dev/nb
	make_noexcl nx /dev/nb
	blki remap start nx /dev/nb
	measure remap
	blki remap stop nx
	measure "after stop"
}
