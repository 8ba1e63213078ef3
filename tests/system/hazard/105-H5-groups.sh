# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# H5: a bio that changes its device keeps the cgroup it was charged to, but the group's record of the device must be
# the new one's: with the wrong one the throttle meets none and bfq reads a stranger's. Reads of a cgroup with limits
# on both disks, bfq on both, through a filter, a remap and a native remap to the other disk: each is counted once for
# the group on the origin, and the kernel has nothing to say.
DESCRIPTION="read from a cgroup through everything, with bfq and limits on both disks (H5)"

requires() {
	grep -qw io /sys/fs/cgroup/cgroup.controllers 2>/dev/null || SKIP_REASONS+=("cgroup2 has no io controller")
	need_module bfq
	modprobe bfq 2>/dev/null || true
}

remove_group() {
	[[ ! -d $1 ]] || rmdir "$1"
}

# reads_of DISK: in the test's cgroup.
reads_of() {
	awk -v dev="$(cat "/sys/block/$1/dev")" '$1 == dev { for (i = 2; i <= NF; i++) if (sub("^rios=", "", $i)) print $i }' \
		"$group/io.stat" | grep . || echo 0
}

# counted ARM: 100 reads of the origin are 100 reads of the group.
counted() {
	local before
	before=$(reads_of nb)
	bash -c 'echo $$ >"$0/cgroup.procs"; exec dd if=/dev/nb of=/dev/null bs=4k count=100 iflag=direct' "$group"
	equal "$1: reads of the group on the origin" $(($(reads_of nb) - before)) 100
}

test() {
	local group=/sys/fs/cgroup/blki-test disk
	make_null_blk nb
	make_null_blk nc
	echo +io >/sys/fs/cgroup/cgroup.subtree_control
	mkdir "$group"
	defer remove_group "$group"
	for disk in nb nc; do
		echo bfq >"/sys/block/$disk/queue/scheduler"
		echo "$(cat "/sys/block/$disk/dev") riops=100000" >"$group/io.max"
	done
	load_module
	blki filter attach null /dev/nb
	counted filter
	blki filter detach null /dev/nb
	make_noexcl nx /dev/nb
	blki remap start nx /dev/nb
	counted remap
	blki remap stop nx
	dmsetup remove nx
	blki remap start --native /dev/nc /dev/nb
	counted native
	blki remap stop /dev/nb
	counted "after stop"
}
