# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# An acceptor that is larger than the origin is refused unless it is asked for; then what lies beyond the origin's end
# is never used.
DESCRIPTION="remap to an acceptor that is larger than the origin"

test() {
	local sectors
	make_null_blk nb size=32
	make_null_blk nc size=48
	sectors=$(blockdev --getsz /dev/nb)
	load_module
	make_dm large "0 $((sectors + 16384)) linear /dev/nc 0"
	refuses 1 'larger' blki remap start large /dev/nb
	pattern write --seed 4 -l 8M -o 32M /dev/mapper/large
	blki remap start --larger large /dev/nb
	verify --ios 100 /dev/nb
	! dd if=/dev/zero of=/dev/nb bs=4k count=1 seek=$((32 << 8)) oflag=direct 2>/dev/null || fail "written beyond the origin's end"
	blki remap stop large
	pattern check --seed 4 -l 8M -o 32M /dev/mapper/large
}
