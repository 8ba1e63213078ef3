# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Bios sent to the whole disk reach a partition without passing its interposers: that can not be prevented, so it must
# be seen: the status says how many there were, of reads and of writes, and of a disk that nobody touches that there
# were none.
DESCRIPTION="count I/O through the whole disk past an interposed partition"

test() {
	local part
	make_null_blk nb
	make_partitions nb 16 16
	part=$(partition nb 2)
	load_module
	blki filter attach null "$part"
	equal "I/Os of the whole disk at first" "$(status_of "$part" nr_whole_disk)" 0
	read_direct "$part" 20
	read_direct "$(partition nb 1)" 20
	equal "I/Os of the whole disk after I/O of partitions" "$(status_of "$part" nr_whole_disk)" 0
	read_direct /dev/nb 30
	pattern write -l 1M /dev/nb
	within "I/Os of the whole disk" "$(status_of "$part" nr_whole_disk)" 31 60
	equal "bios the partition's filter saw" "$(status_of "$part" nr_seen)" 20
	blki filter detach null "$part"
}
