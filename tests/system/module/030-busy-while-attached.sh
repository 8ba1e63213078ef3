# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Unload must be refused as long as anything is attached, whether or not there is I/O, and must work right
# after the last detach; a dm device with the module's target pins it as well.
DESCRIPTION="see rmmod refused while a filter, a remap or a noexcl device exists"

test() {
	make_null_blk nb
	load_module
	blki filter attach null /dev/nb
	! rmmod blki || fail "unloaded with a filter attached"
	pattern write -l 1M /dev/nb
	! rmmod blki || fail "unloaded with a filter attached, after I/O"
	blki filter detach null /dev/nb

	make_noexcl nx /dev/nb
	! rmmod blki || fail "unloaded with a noexcl device"
	blki remap start nx /dev/nb
	! rmmod blki || fail "unloaded with a remap attached"
	pattern check -l 1M /dev/nb
	blki remap stop nx
	dmsetup remove nx
	rmmod blki
	pattern check -l 1M /dev/nb
}
