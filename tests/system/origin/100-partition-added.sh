# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A partition that is added while its whole disk is attached inherits the hook's flag from it: its I/O must
# work at once, be no business of the disk's filter, and go on working after detach and unload.
DESCRIPTION="add partitions to a disk while it is attached"
HOOKS=both

test() {
	local part
	make_null_blk nb size=128
	load_module
	blki filter attach null /dev/nb
	make_partitions nb 32 64
	part=$(partition nb 2)
	start_verify load --threads 4 "$part"
	wait_ios "$part" 100
	blki filter attach null "$part"
	wait_seen "$part" 50
	blki filter detach null "$part"
	wait_ios "$part" 50
	blki filter detach null /dev/nb
	wait_ios "$part" 50
	rmmod blki
	wait_ios "$part" 50
	stop_verify load
}
