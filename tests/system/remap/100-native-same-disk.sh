# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A native remap to another partition of the same disk: the bios themselves go there, flushes and discards included,
# each of them once, and none is under way when the stop has returned; what was on the origin is there again.
DESCRIPTION="remap a partition natively to another one of its disk"

test() {
	local one two
	make_null_blk nb size=96 discard=1 cache_size=4
	make_partitions nb 32 32
	one=$(partition nb 1)
	two=$(partition nb 2)
	load_module
	pattern write --seed 1 -l 32M "$one"
	blki remap start --native "$two" "$one"
	equal "kind" "$(status_of "$one" kind)" native
	verify --threads 4 --flush-pct 5 --max 256K --ios 500 --seed 5 "$one"
	(($(status_of "$one" nr_seen) >= 500)) || fail "the remap saw fewer bios than were sent"
	pattern write --seed 9 -l 4M "$one"
	blkdiscard -o 1M -l 1M "$one"
	blki remap stop "$one"
	equal "interposers left" "$(nr_attached)" 0
	pattern check --seed 9 -l 1M "$two"
	! pattern check --seed 9 -l 1M -o 1M "$two" 2>/dev/null || fail "nothing was discarded"
	pattern check --seed 9 -l 2M -o 2M "$two"
	pattern check --seed 1 -l 32M "$one"
}
