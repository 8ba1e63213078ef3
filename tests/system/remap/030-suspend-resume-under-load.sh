# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Suspend and resume of the acceptor under load, as a table reload does it: I/O waits and goes on, nothing is lost.
DESCRIPTION="suspend and resume the acceptor 10 times under load"

test() {
	local i
	make_null_blk nb
	load_module
	make_noexcl nx /dev/nb
	start_verify load --threads 4 --max 256K /dev/nb
	blki remap start nx /dev/nb
	for ((i = 0; i < 10; i++)); do
		dmsetup suspend --nolockfs nx
		dmsetup resume nx
		wait_seen /dev/nb 10
	done
	blki remap stop nx
	stop_verify load
}
