# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A SCSI disk that the kernel has put to sleep, whose queue takes no I/O until somebody wants it (pm_only): attach and
# detach wake it, and nothing is refused as if it hung.
DESCRIPTION="attach to and detach from a disk that sleeps"
HOOKS=both

requires() {
	need_module scsi_debug
	compgen -G "/sys/devices/*/power/runtime_status" >/dev/null ||
		SKIP_REASONS+=("this kernel puts no device to sleep (CONFIG_PM)")
}

# fall_asleep: with nothing to do, soon.
fall_asleep() {
	wait_until 20 is_asleep
}

is_asleep() {
	[[ $(<"$POWER/runtime_status") == suspended ]]
}

test() {
	local POWER
	make_scsi_debug 64 delay=0
	POWER=/sys/block/${SCSI#/dev/}/device/power
	# not 0: then nobody tries again after an attempt that met I/O
	echo 100 >"$POWER/autosuspend_delay_ms"
	echo auto >"$POWER/control"
	load_module
	fall_asleep
	blki filter attach null "$SCSI" --timeout 3
	attached "$SCSI" kind=filter state=live || fail "the filter is not live on a disk that slept"
	read_direct "$SCSI" 8
	equal "bios seen" "$(status_of "$SCSI" nr_seen)" 8
	fall_asleep
	blki filter detach null "$SCSI" --timeout 3
	read_direct "$SCSI" 1
	rmmod blki
}
