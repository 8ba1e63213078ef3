# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Every kind of operation through the alias of a partition: data lands on the partition's sectors and nowhere else,
# discards and write-zeroes hit their range, empty flushes and FUA writes reach the disk, each once.
DESCRIPTION="read, write, discard, zero and flush through an alias"

# flushes DEV: what its disk serves of 7 empty flushes and 5 FUA writes, which it turns into a write and a flush.
flushes() {
	flushcount --flushes 7 --fua 5 --offset 1M "$1" nb | jsonq /served
}

test() {
	local part base wanted
	make_null_blk nb size=128 discard=1 max_sectors=64 cache_size=4 fua=0
	make_partitions nb 16 64 16
	part=$(partition nb 2)
	base=$(start_bytes "$part")
	wanted=$(flushes "$part")
	within "flushes of the partition itself" "$wanted" 12 100
	pattern write -l 16M "$(partition nb 1)"
	pattern write -l 16M "$(partition nb 3)"
	load_module
	make_alias "$part"

	pattern write -l 64M "$ALIAS"
	pattern check -l 64M "$part"
	pattern check -l 64M -o "$base" --base 0 /dev/nb
	blkdiscard -o 4M -l 4M "$ALIAS"
	cmp -n 4194304 -i 4194304:0 "$part" /dev/zero
	pattern check -l 4M "$part"
	pattern check -l 56M -o 8M "$part"
	blkdiscard -z -o 16M -l 4M "$ALIAS"
	cmp -n 4194304 -i 16777216:0 "$part" /dev/zero
	pattern check -l 8M -o 8M "$part"
	pattern check -l 44M -o 20M "$part"
	pattern check -l 16M "$(partition nb 1)"
	pattern check -l 16M "$(partition nb 3)"

	equal "flushes that the disk served" "$(flushes "$ALIAS")" "$wanted"
}
