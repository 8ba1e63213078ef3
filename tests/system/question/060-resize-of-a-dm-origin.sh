# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The origin is a bio-based device whose table is replaced by a longer and a shorter one, under a filter and under
# load: what lies in both stays right, the new end is the end.
DESCRIPTION="resize a device-mapper origin under a filter and load"

# resize MIB
resize() {
	dmsetup suspend --nolockfs grow
	dmsetup load grow <<<"0 $(($1 * 2048)) linear /dev/nb 0"
	dmsetup resume grow
	equal "size" "$(size_bytes /dev/mapper/grow)" $(($1 << 20))
	pattern write --seed "$1" -l 1M -o "$(($1 - 1))M" /dev/mapper/grow
	pattern check --seed "$1" -l 1M -o "$(($1 - 1))M" /dev/mapper/grow
	! pattern write -l 1M -o "$1M" /dev/mapper/grow 2>/dev/null || fail "written beyond the end at $1 MiB"
}

test() {
	local dev
	make_null_blk nb
	make_dm grow "0 32768 linear /dev/nb 0"
	dev=/dev/$(dm_kernel_name grow)
	load_module
	start_verify load --threads 2 --length 8M "$dev"
	blki filter attach null "$dev"
	wait_seen "$dev" 20
	resize 32
	wait_seen "$dev" 20
	resize 12
	wait_seen "$dev" 20
	blki filter detach null "$dev"
	stop_verify load
}
