# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# After random calls of the control ABI nobody knows which aliases there are.

# remove_all_aliases: whatever aliases exist; those of device-mapper devices hold them.
remove_all_aliases() {
	local path name
	for path in /sys/block/blki!*; do
		[[ -e $path ]] || continue
		name=$(basename "$path")
		remove_alias "/dev/${name//!//}"
	done
}
