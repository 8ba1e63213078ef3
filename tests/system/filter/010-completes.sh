# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A filter of another module ends bios itself, blki-zerohead.ko: what it ends reads as it says and reaches neither
# the lower filter nor the disk; what it passes reaches both; it can not be unloaded while attached; afterwards the
# disk is as it was.
DESCRIPTION="let a filter complete bios"
HOOKS=both

# reads DEV BLOCK: eight reads of 4 KiB, on standard output.
reads() {
	dd if="$1" bs=4096 skip="$2" count=8 iflag=direct status=none
}

# counted WHAT FILTER COMMAND...: by how much a counter of it grows.
counted() {
	local field=$1 filter=$2 before
	shift 2
	before=$(status_of "$dev" "$field" "name=$filter")
	"$@" >/dev/null
	echo $(($(status_of "$dev" "$field" "name=$filter") - before))
}

completes() {
	local dev=$1
	head -c 2M /dev/zero | tr '\0' Z | dd of="$dev" bs=1M count=2 iflag=fullblock oflag=direct status=none
	blki filter attach null "$dev"
	blki filter attach zerohead "$dev"
	equal "bytes in the head that are not 0" "$(reads "$dev" 8 | tr -d '\0' | wc -c)" 0
	equal "bytes behind the head that are not Z" "$(reads "$dev" 256 | tr -d Z | wc -c)" 0
	equal "bios ended" "$(counted nr_completed zerohead reads "$dev" 0)" 8
	equal "bios passed and ended" "$(counted nr_completed zerohead reads "$dev" 256)" 0
	equal "bios ended that the lower filter saw" "$(counted nr_seen null reads "$dev" 0)" 0
	equal "bios passed that the lower filter saw" "$(counted nr_seen null reads "$dev" 256)" 8
	! rmmod blki-zerohead 2>/dev/null || fail "the module of an attached filter was unloaded"
	blki filter detach zerohead "$dev"
	equal "bytes that are not Z after the detach" "$(reads "$dev" 8 | tr -d Z | wc -c)" 0
	blki filter detach null "$dev"
}

remove_zerohead() {
	[[ ! -d /sys/module/blki_zerohead ]] || rmmod blki-zerohead
}

test() {
	make_null_blk nb
	make_brd 8
	load_module
	defer remove_zerohead
	insmod /blki/kernel/blki-zerohead.ko
	completes /dev/nb
	[[ $(mq_hook) != list ]] || BLKI_HOOK='' completes /dev/ram0
	rmmod blki-zerohead
}
