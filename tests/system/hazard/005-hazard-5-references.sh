# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Hazard 5: every bio holds a reference on its cgroup's entry of its queue (the blkg), and the module changes those
# counts itself where a bio of the root cgroup changes its queue. One too many keeps the queue for ever; one too few
# frees it under its users, of which the kernel says something when the disk goes. Disks are made, used through a
# native remap, a noexcl remap and an alias, and removed; the kernel's request queues must be as many as before.
DESCRIPTION="see the request queues freed after every kind of remap (hazard 5)"
HOOKS=both

readonly QUEUES=/sys/kernel/slab/request_queue

requires() {
	[[ -r $QUEUES/objects && -w $QUEUES/shrink ]] || SKIP_REASONS+=("this kernel does not count its slab objects")
}

nr_queues() {
	echo 1 >"$QUEUES/shrink"
	cut -d ' ' -f 1 "$QUEUES/objects"
}

freed() {
	(($(nr_queues) < before + nr))
}

use_once() {
	make_null_blk nb
	make_null_blk nc
	blki remap start --native /dev/nc /dev/nb
	verify --ios 50 /dev/nb
	blki remap stop /dev/nb
	make_noexcl nx /dev/nb
	blki remap start nx /dev/nb
	verify --ios 50 /dev/nb
	blki remap stop nx
	dmsetup remove nx
	make_on_alias lin /dev/nb linear 0
	blki remap start lin /dev/nb
	verify --ios 50 /dev/nb
	blki remap stop lin
	dmsetup remove lin
	blki alias del /dev/nb
	remove_null_blk nb
	remove_null_blk nc
}

test() {
	local before i nr=6
	load_module
	use_once
	before=$(nr_queues)
	for ((i = 0; i < nr; i++)); do
		use_once
	done
	# what is freed goes through RCU and a workqueue
	wait_until 20 freed
}
