# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Zone write plugging takes a flagged device for a bio-based one, so a zoned device is refused as an origin, in words,
# and keeps working.
DESCRIPTION="see a zoned device refused as an origin"

# need_zoned: null_blk tells which features it was built with.
need_zoned() {
	modprobe null_blk nr_devices=0
	grep -qw zoned "$NULLB_CONFIG/features" || SKIP_REASONS+=("null_blk has no zones")
}

requires() {
	need_zoned
}

test() {
	make_null_blk nz size=64 zoned=1 zone_size=4
	[[ $(</sys/block/nz/queue/zoned) == host-managed ]] || fail "the disk is not zoned"
	load_module
	refuses 1 '/dev/nz.*zoned|nz: a zoned' blki filter attach null /dev/nz
	refuses 1 'zoned' dmsetup create bad --table "0 $(blockdev --getsz /dev/nz) linear /dev/nz 0 noexcl"
	equal "interposers left" "$(nr_attached)" 0
	dd if=/dev/urandom of=/dev/nz bs=4k count=16 oflag=direct
}
