# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# One origin through everything: what every kind of device must survive.

# exercise_origin DEV HOOK: a filter that counts exactly, then filter and remap attached and detached under
# verified load, each of them with I/O seen, in flight none left, and the same through a remap with a filter.
exercise_origin() {
	local dev=$1 hook=$2 name
	name=nx-$(basename "$dev")
	load_module
	count_exactly "$dev" "$hook"
	start_verify load --threads 4 --seed 7 "$dev"
	blki filter attach null "$dev"
	wait_seen "$dev" 50 filter
	blki filter detach null "$dev"
	make_noexcl "$name" "$dev"
	blki remap start "$name" "$dev"
	wait_seen "$dev" 50 remap
	blki filter attach null "$dev"
	wait_seen "$dev" 50 filter
	wait_seen "$dev" 50 remap
	blki remap stop "$name"
	blki filter detach null "$dev"
	stop_verify load
	equal "interposers left" "$(nr_attached)" 0
	dmsetup remove "$name"
	rmmod blki
	verify --seed 8 --ios 100 "$dev"
}

# read_direct DEV COUNT: COUNT reads of 4 KiB that may wait; io_uring tries without waiting first, and a bio that
# is refused then is one more.
read_direct() {
	dd if="$1" of=/dev/null bs=4k count="$2" iflag=direct
}

# count_exactly DEV HOOK: 200 reads of 4 KiB are 200 bios at the filter, 100 more at the remap.
count_exactly() {
	local dev=$1 name
	name=nx-$(basename "$dev")
	blki filter attach null "$dev"
	equal "hook" "$(status_of "$dev" hook)" "$2"
	equal "bios seen before any I/O" "$(status_of "$dev" nr_seen)" 0
	read_direct "$dev" 200
	equal "bios seen" "$(status_of "$dev" nr_seen)" 200
	equal "bytes seen" "$(status_of "$dev" nr_bytes)" $((200 * 4096))
	blki filter detach null "$dev"
	make_noexcl "$name" "$dev"
	blki remap start "$name" "$dev"
	read_direct "$dev" 100
	equal "bios remapped" "$(status_of "$dev" nr_seen)" 100
	equal "bios that came back" "$(status_of "$dev" nr_done)" 100
	equal "bios in flight" "$(status_of "$dev" nr_in_flight)" 0
	blki remap stop "$name"
	dmsetup remove "$name"
}
