# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# H3: device-mapper's clones must leave before its remainders are mapped, or they pile up until its mempool is
# empty and everybody waits for everybody. Bios of 1 MiB through a striped device with chunks of 4 KiB on top of the
# noexcl device, reserved_bio_based_ios=1, 16 threads; then the same with the origin's own limit at 4 KiB.
DESCRIPTION="split 1 MiB bios into 4 KiB chunks with a mempool of one, 16 threads (H3)"
HOOKS=both
DEADLINE=300

readonly RESERVED=/sys/module/dm_mod/parameters/reserved_bio_based_ios

restore_reserved() {
	[[ ! -e $RESERVED ]] || echo "$1" >"$RESERVED"
}

# run_load: 1 MiB bios through the remap.
run_load() {
	verify --threads 16 --min 512K --max 1M --flush-pct 2 --ios 150 /dev/nb
	(($(status_of /dev/nb nr_seen) >= 150)) || fail "the remap saw fewer bios than were sent"
	equal "bios in flight" "$(status_of /dev/nb nr_in_flight)" 0
}

test() {
	make_null_blk nb size=32
	modprobe dm-mod
	modprobe dm-stripe 2>/dev/null || true
	load_module
	defer restore_reserved "$(cat "$RESERVED")"
	echo 1 >"$RESERVED"
	make_noexcl nx /dev/nb
	make_dm striped "0 $(blockdev --getsz /dev/nb) striped 1 8 /dev/mapper/nx 0"
	blki remap start striped /dev/nb
	run_load
	blki remap stop striped
	dmsetup remove striped
	dmsetup remove nx

	echo 4 >/sys/block/nb/queue/max_sectors_kb
	make_noexcl nx /dev/nb
	blki remap start nx /dev/nb
	run_load
	blki remap stop nx
}
