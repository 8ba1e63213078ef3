# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Acceptors that can not be right: smaller or larger than the origin, no device-mapper device, the origin itself,
# claimed by a file system, or standing on the origin above the hook, which would be a loop.
DESCRIPTION="see wrong acceptors refused with the reason"

test() {
	local sectors
	make_null_blk nb size=64
	make_null_blk nc size=128
	sectors=$(blockdev --getsz /dev/nb)
	load_module
	make_dm small "0 $((sectors - 8)) linear /dev/nc 0"
	refuses 1 'small|size|sectors' blki remap start small /dev/nb
	dmsetup remove small
	make_dm large "0 $((sectors + 8)) linear /dev/nc 0"
	refuses 1 'large|size|sectors' blki remap start large /dev/nb
	dmsetup remove large
	refuses 1 'device-mapper|acceptor' blki remap start /dev/nc /dev/nb
	refuses 1 'itself|loop|device-mapper|acceptor' blki remap start /dev/nb /dev/nb
	make_dm above "0 $sectors linear /dev/nb 0"
	refuses 1 'loop|stands on|above' blki remap start above /dev/nb
	dmsetup remove above
	make_dm used "0 $sectors linear /dev/nc 0"
	mount_fs ext4 /dev/mapper/used "$TEST_DIR/mnt"
	refuses 1 'use|claimed|busy|mounted' blki remap start used /dev/nb
	unmount "$TEST_DIR/mnt"
	dmsetup remove used
	equal "interposers left" "$(nr_attached)" 0
	verify --ios 50 /dev/nb
}
