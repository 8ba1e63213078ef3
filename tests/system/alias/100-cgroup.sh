# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Hazard 5 for the alias: a remap to a stock dm-linear on the alias counts each I/O once in io.stat of the origin's disk
# and holds it against its io.max once, also bios that the disk splits, whose remainders meet the throttle again.
DESCRIPTION="see io.max and io.stat count once through an alias"

readonly RIOPS=50 READS=100

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

test() {
	local group=/sys/fs/cgroup/blki-test disk_number took_ms before i
	make_null_blk nb max_sectors=64
	disk_number=$(cat /sys/block/nb/dev)
	echo +io >/sys/fs/cgroup/cgroup.subtree_control
	mkdir "$group"
	defer remove_cgroup "$group"
	load_module
	make_on_alias lin /dev/nb linear 0
	blki remap start lin /dev/nb
	echo "$disk_number riops=$RIOPS" >"$group/io.max"
	# other load of the machine only ever adds time
	for i in 1 2 3; do
		before=$(io_stat rios)
		in_group ioring-nowait --ios "$READS" plain /dev/nb
		equal "reads in io.stat" $(($(io_stat rios) - before)) "$READS"
		((took_ms > READS * 1600 / RIOPS)) || break
	done
	within "ms taken by $READS reads at $RIOPS per second" "$took_ms" $((READS * 600 / RIOPS)) \
		$((READS * 1600 / RIOPS))
	# split 32 ways by the disk, below the alias
	echo "$disk_number riops=max rbps=1073741824 wbps=1073741824" >"$group/io.max"
	before=$(io_stat wbytes)
	in_group pattern write -l 16M /dev/nb
	pattern check -l 16M /dev/nb
	equal "bytes written in io.stat" $(($(io_stat wbytes) - before)) 16777216
	blki remap stop lin
}
