# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A partition and the whole disk around it are attached at once, in both orders: a bio goes through the interposers of
# the node it was sent to, once, and through no others; either may leave first.
DESCRIPTION="attach to a partition and to the disk around it at once"
HOOKS=both

# seen_apart PART: 20 reads of each are 20 bios of each.
seen_apart() {
	local part=$1 of_part of_disk
	of_part=$(status_of "$part" nr_seen)
	of_disk=$(status_of /dev/nb nr_seen)
	read_direct "$part" 20
	equal "bios of the partition" $(($(status_of "$part" nr_seen) - of_part)) 20
	equal "bios of the disk" $(($(status_of /dev/nb nr_seen) - of_disk)) 0
	read_direct /dev/nb 20
	equal "bios of the partition" $(($(status_of "$part" nr_seen) - of_part)) 20
	equal "bios of the disk" $(($(status_of /dev/nb nr_seen) - of_disk)) 20
}

test() {
	local part
	make_null_blk nb
	make_partitions nb 16 16
	part=$(partition nb 2)
	load_module
	blki filter attach null "$part"
	blki filter attach null /dev/nb
	seen_apart "$part"
	blki filter detach null "$part"
	make_noexcl nx "$part"
	blki remap start nx "$part"
	seen_apart "$part"
	blki filter detach null /dev/nb
	read_direct "$part" 20
	blki filter attach null /dev/nb
	blki remap stop nx
	read_direct /dev/nb 20
	blki filter detach null /dev/nb
}
