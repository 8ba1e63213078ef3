# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Two neighbours without a gap, both remapped at once: I/O that ends with the last block of the one and begins with
# the first of the other stays where it belongs, seen from above and from below, and one bio of the whole disk across
# both is whole.
DESCRIPTION="remap two adjacent partitions and write on both sides of their border"

test() {
	local one two border
	make_null_blk nb size=64
	make_partitions nb 16 16
	one=$(partition nb 1)
	two=$(partition nb 2)
	border=$(start_bytes "$two")
	equal "end of the first" $(($(start_bytes "$one") + $(size_bytes "$one"))) "$border"
	load_module
	make_noexcl nx1 "$one"
	make_noexcl nx2 "$two"
	blki remap start nx1 "$one"
	blki remap start nx2 "$two"
	pattern write --seed 1 -l 1M -o 15M --base 0 "$one"
	pattern write --seed 2 -l 1M -o 0 --base 0 "$two"
	pattern check --seed 1 -l 1M -o $((border - (1 << 20))) --base 0 /dev/nb
	pattern check --seed 2 -l 1M -o "$border" --base 0 /dev/nb
	! dd if=/dev/zero of="$one" bs=4k count=1 seek=$((16 << 8)) oflag=direct 2>/dev/null || fail "written behind the first"
	pattern write --seed 3 -l 1M -o $((border - (1 << 19))) --base 0 /dev/nb
	pattern check --seed 3 -l 512K -o $(((16 << 20) - (1 << 19))) --base 0 "$one"
	pattern check --seed 3 -l 512K -o 0 --base 512K "$two"
	blki remap stop nx1
	blki remap stop nx2
	pattern check --seed 3 -l 1M -o $((border - (1 << 19))) --base 0 /dev/nb
}
