# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Hazard 4: freezing the origin does not cover bios that left for the acceptor. When remap stop has returned, not
# one of them may be inside: dmsetup remove, without any retry, must succeed at once, 10 times under load. A slow
# disk keeps bios inside for long.
DESCRIPTION="remove the acceptor right after remap stop returns, 10 times under load (hazard 4)"
DEADLINE=360

test() {
	local i nr
	nr=$(rounds 10)
	make_null_blk nb irqmode=2 completion_nsec=3000000
	load_module
	start_verify load --threads 8 --max 64K --flush-pct 0 /dev/nb
	for ((i = 0; i < nr; i++)); do
		make_noexcl nx /dev/nb
		blki remap start nx /dev/nb
		wait_seen /dev/nb 10
		blki remap stop nx
		dmsetup remove nx || fail "the acceptor is busy after remap stop (round $i)"
		! dm_exists nx || fail "the acceptor is still there"
	done
	stop_verify load
}
