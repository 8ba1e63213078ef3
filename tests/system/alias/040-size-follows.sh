# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The origin grows and shrinks under an open alias: the size follows, what is beyond the end fails with EIO at once,
# though the alias was larger when it was opened, and what is before the end is right.
DESCRIPTION="resize the origin below an open alias"

# resize SECTORS: the origin, a device-mapper device.
resize() {
	dmsetup load origin --table "0 $1 linear /dev/nb 0"
	dmsetup suspend --noflush origin
	dmsetup resume origin
}

size_is() {
	[[ $(cat "/sys/block/$1/size") == "$2" ]]
}

test() {
	local origin name
	make_null_blk nb size=64
	make_dm origin "0 65536 linear /dev/nb 0"
	origin=/dev/$(dm_kernel_name origin)
	load_module
	make_alias "$origin"
	name="blki!$(basename "$origin")"
	exec {held}<"$ALIAS"
	pattern write -l 16M "$ALIAS"

	resize 131072
	dd if="$ALIAS" of=/dev/null bs=4k count=1 iflag=direct status=none
	wait_until 10 size_is "$name" 131072
	pattern write -l 16M -o 32M "$ALIAS"
	pattern check -l 16M -o 32M /dev/nb

	make_dm above "0 131072 linear $ALIAS 0"
	resize 65536
	refuses 1 'input/output error|i/o error' dd if=/dev/mapper/above of=/dev/null bs=4k count=1 skip=8192 iflag=direct
	pattern check -l 16M /dev/mapper/above
	wait_until 10 size_is "$name" 65536
	remove_dm above
	exec {held}<&-
}
