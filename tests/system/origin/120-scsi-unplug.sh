# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# As hazard-8-unplug, for a disk whose driver deletes the device through the SCSI layer.
DESCRIPTION="delete a SCSI disk while a filter is attached"

requires() {
	need_module scsi_debug
}

test() {
	make_scsi_debug 64 delay=0
	load_module
	start_verify load --threads 4 "$SCSI"
	blki filter attach null "$SCSI"
	wait_ios "$SCSI" 50
	echo 1 >"/sys/block/$(basename "$SCSI")/device/delete"
	end_verify load
	((VERIFY_RC == 1)) || fail "the load saw no error of a disk that is gone"
	blki detach --all
	equal "interposers left" "$(nr_attached)" 0
	rmmod blki
}
