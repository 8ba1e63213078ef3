# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The guest whose root is on a disk: ./x test boots it for the group "root".

# root_device: the device of the root file system, nothing where it is no block device.
root_device() {
	local source
	source=$(findmnt -no SOURCE /)
	[[ ! -b $source ]] || echo "$source"
}

# need_root: for requires().
need_root() {
	[[ $(root_device) ]] || SKIP_REASONS+=("the root of this guest is not on a disk")
}
