# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# H14: nobody can keep an administrator from loading a table below a live acceptor that leads back to the origin. The
# bios go round; they must end with an error after a while, be counted, take nobody with them, and the remap must come
# off.
DESCRIPTION="reload an acceptor so that it leads back to the origin (H14)"

test() {
	local sectors rc=0 from
	make_null_blk nb
	make_null_blk nc
	sectors=$(blockdev --getsz /dev/nb)
	load_module
	make_dm round "0 $sectors linear /dev/nc 0"
	blki remap start round /dev/nb
	dmsetup suspend --nolockfs round
	dmsetup load round <<<"0 $sectors linear /dev/nb 0"
	dmsetup resume round
	from=$SECONDS
	dd if=/dev/nb of=/dev/null bs=4k count=1 iflag=direct || rc=$?
	((rc == 1)) || fail "a read that goes round exits with $rc"
	within "seconds of a read that goes round" $((SECONDS - from)) 0 $((20 * BLKI_TEST_SCALE))
	(($(status_of /dev/nb nr_loops) > 0)) || fail "the loop is not reported"
	equal "bios in flight" "$(status_of /dev/nb nr_in_flight)" 0
	blki remap stop round
	dmsetup remove round
	verify --ios 50 /dev/nb
}
