# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Mapped accesses of a DAX device make no bio that a hook could see, so it is refused as an origin, in words. The host
# gives the guest a piece of memory that is persistent in name.
DESCRIPTION="see a DAX device refused as an origin"

requires() {
	need_module nd_e820 nd_pmem
	grep -q "Persistent Memory (legacy)" /proc/iomem || SKIP_REASONS+=("the host gave the guest no persistent memory")
}

test() {
	modprobe nd_e820
	modprobe nd_pmem
	wait_until 10 [ -b /dev/pmem0 ]
	equal "DAX of the disk" "$(</sys/block/pmem0/queue/dax)" 1
	load_module
	refuses 1 'pmem0.*DAX' blki filter attach null /dev/pmem0
	equal "interposers left" "$(nr_attached)" 0
}
