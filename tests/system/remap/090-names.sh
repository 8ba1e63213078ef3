# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Names of every kind for the same things: stop by origin, by acceptor path, by device-mapper name; detach by the
# kernel's name of the origin.
DESCRIPTION="name origin and acceptor in every way the commands promise"

test() {
	make_null_blk nb
	load_module
	make_noexcl nx /dev/nb
	blki remap start /dev/mapper/nx /dev/nb
	blki remap stop /dev/nb
	blki remap start nx /dev/nb
	blki remap stop /dev/mapper/nx
	blki remap start nx /dev/nb
	blki remap stop "$(dm_kernel_name nx)"
	dmsetup remap start nx /dev/nb
	dmsetup remap stop nx
	equal "interposers left" "$(nr_attached)" 0
}
