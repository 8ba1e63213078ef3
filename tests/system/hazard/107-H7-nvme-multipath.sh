# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The NVMe driver tells the head of a multipath disk from its paths by the operations table, which the hook replaces:
# both are refused, in words. The host gives the guest a namespace with two paths.
DESCRIPTION="see an NVMe multipath head refused as an origin (H7)"

# head_disk: the node of the shared namespace; its paths have names like nvme0c1n1 and no node.
head_disk() {
	local path
	for path in /sys/class/nvme-subsystem/*/nvme[0-9]*n[0-9]*; do
		[[ -e $path && $(basename "$path") != *c*n* ]] || continue
		echo "/dev/$(basename "$path")"
		return
	done
	echo /dev/no-nvme
}

requires() {
	[[ -b $(head_disk) ]] || SKIP_REASONS+=("the guest has no NVMe disk with two paths")
}

test() {
	load_module
	refuses 1 '(operations table|multipath)' blki filter attach null "$(head_disk)"
	equal "interposers left" "$(nr_attached)" 0
	read_direct "$(head_disk)" 10
}
