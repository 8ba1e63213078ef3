# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Hazard 1: who enters the origin's queue a second time under the first reference deadlocks against a freeze
# that starts in between. Every write of a queue attribute is a freeze: some hundreds of them under load, with a
# filter and then a remap attached, for the disk below and the partition above.
DESCRIPTION="write queue attributes some hundred times under load while attached (hazard 1)"
HOOKS=both
DEADLINE=360

test() {
	local part nr
	nr=$(rounds 16)
	make_null_blk nb size=128 submit_queues=2
	make_partitions nb 16 100
	part=$(partition nb 2)
	load_module
	make_noexcl nx "$part"
	start_verify load --threads 8 --flush-pct 5 --max 256K "$part"
	blki filter attach null "$part"
	write_attributes nb "$nr"
	wait_seen "$part" 20
	blki remap start nx "$part"
	write_attributes nb "$nr"
	wait_seen "$part" 20 remap
	blki filter detach null "$part"
	write_attributes nb "$nr"
	wait_seen "$part" 20 remap
	blki remap stop nx
	stop_verify load
}
