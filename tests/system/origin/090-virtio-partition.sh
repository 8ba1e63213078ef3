# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The hook on a partition of a virtio disk, the kind a virtual machine boots from: filter and remap under verified
# load, see exercise_origin. What is written before and after must be on the disk.
DESCRIPTION="interpose a partition of a virtio disk"

requires() {
	need_drive scratch
}

test() {
	local disk
	find_drive scratch
	disk=$(basename "$DRIVE")
	defer forget_partitions "$disk"
	make_partitions "$disk" 16 32
	exercise_origin "$(partition "$disk" 2)" "$(mq_hook)"
}
