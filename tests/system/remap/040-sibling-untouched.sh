# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A partition next to the remapped one, and the gaps of the disk, are no business of the remap: the sibling's bios
# are not seen and its blocks stay right.
DESCRIPTION="see a sibling partition of a remapped one unseen and untouched"

test() {
	local one two seen
	make_null_blk nb size=128
	make_partitions nb 32 32
	one=$(partition nb 1)
	two=$(partition nb 2)
	load_module
	pattern write --seed 5 -l 32M "$two"
	make_noexcl nx "$one"
	blki remap start nx "$one"
	pattern check --seed 5 -l 32M "$two"
	equal "bios seen of the sibling" "$(status_of "$one" nr_seen)" 0
	verify --ios 300 "$one"
	seen=$(status_of "$one" nr_seen)
	pattern check --seed 5 -l 32M "$two"
	equal "bios seen after reading the sibling" "$(status_of "$one" nr_seen)" "$seen"
	blki remap stop nx
}
