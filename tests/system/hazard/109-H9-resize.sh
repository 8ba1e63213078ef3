# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# H9: the remainder of a split bio of a whole disk is held against the size of the bdev it names. A loop device grows
# and shrinks under a filter and under a remap, with bios that are split: all of the new size can be read and written,
# nothing beyond it.
DESCRIPTION="grow and shrink a whole disk under a filter and a remap (H9)"

requires() {
	need_module loop
}

# resize MIB
resize() {
	truncate -s "$1M" "$TEST_DIR/image"
	losetup -c "$LOOP"
	equal "size" "$(size_bytes "$LOOP")" $(($1 << 20))
}

# ends_at MIB: the last MiB is there, the next is not.
ends_at() {
	pattern write --seed "$1" -l 1M -o "$(($1 - 1))M" "$LOOP"
	pattern check --seed "$1" -l 1M -o "$(($1 - 1))M" "$LOOP"
	! pattern write -l 1M -o "$1M" "$LOOP" 2>/dev/null || fail "written beyond the end at $1 MiB"
}

test() {
	make_loop "$TEST_DIR/image" 16
	echo 8 >"/sys/block/$(basename "$LOOP")/queue/max_sectors_kb"
	load_module
	blki filter attach null "$LOOP"
	ends_at 16
	resize 48
	ends_at 48
	resize 8
	ends_at 8
	blki filter detach null "$LOOP"

	make_noexcl nx "$LOOP"
	blki remap start nx "$LOOP"
	ends_at 8
	resize 4
	ends_at 4
	resize 32
	pattern check --seed 4 -l 1M -o 3M "$LOOP"
	! pattern write -l 1M -o 8M "$LOOP" 2>/dev/null || fail "written beyond the acceptor's end"
	blki remap stop nx
	ends_at 32
}
