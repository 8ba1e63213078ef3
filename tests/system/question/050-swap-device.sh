# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A swap device as an origin: pages that a process has in swap and nowhere else come back right while a filter and a
# remap come and go.
DESCRIPTION="interpose a swap device in use"

requires() {
	need_swap
}

test() {
	local part
	make_null_blk nb size=160
	make_partitions nb 8 140
	part=$(partition nb 2)
	make_swap "$part"
	load_module
	start_in_cgroup load 24
	blki filter attach null "$part"
	wait_seen "$part" 50
	make_noexcl nx "$part"
	blki remap start nx "$part"
	blki filter detach null "$part"
	wait_seen "$part" 50
	blki remap stop nx
	stop_verify load
	dmsetup remove nx
	swapoff "$part"
}
