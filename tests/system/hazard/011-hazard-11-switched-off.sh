# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Hazard 11, the hook that does depend on ftrace: it counts exactly, also the parts of a split bio once; it carries no
# remap; when kernel.ftrace_enabled=0 is written the filter is reported as off, and another one is not attached; it
# comes and goes, down to the unload of the module, under writers that never pause.
#
# QEMU's multi-threaded TCG does not bear that kernel text is patched under another virtual CPU, so that one goes.
DESCRIPTION="see a filter by ftrace counted, refused a remap, switched off, and gone under load (hazard 11)"
DEADLINE=300

readonly SECOND_CPU=/sys/devices/system/cpu/cpu1/online

requires() {
	[[ -w /proc/sys/kernel/ftrace_enabled ]] || SKIP_REASONS+=("this kernel has no ftrace")
	[[ ! -e ${SECOND_CPU%/*} || -w $SECOND_CPU ]] || SKIP_REASONS+=("the second CPU can not be taken away")
}

restore() {
	[[ ! -w /proc/sys/kernel/ftrace_enabled ]] || echo 1 >/proc/sys/kernel/ftrace_enabled
	[[ ! -e $SECOND_CPU ]] || echo 1 >"$SECOND_CPU"
}

test() {
	local i
	make_null_blk nb max_sectors=64
	make_null_blk nc
	defer restore
	[[ ! -e $SECOND_CPU ]] || echo 0 >"$SECOND_CPU"
	load_module
	blki filter attach --hook ftrace null /dev/nb
	equal "hook" "$(status_of /dev/nb hook)" ftrace
	read_direct /dev/nb 100
	read_direct /dev/nc 100
	equal "bios seen" "$(status_of /dev/nb nr_seen)" 100
	# 32 parts
	dd if=/dev/nb of=/dev/null bs=1M count=1 iflag=direct
	equal "bios seen, a split one among them" "$(status_of /dev/nb nr_seen)" 101
	equal "their bytes" "$(status_of /dev/nb nr_bytes)" $((100 * 4096 + 1048576))

	make_noexcl nx /dev/nb
	refuses 1 'nb: .*"ftrace" can be switched off .*list or fast' blki remap start nx /dev/nb
	refuses 1 'nc: .*"ftrace" can be switched off' blki remap start --hook ftrace --native /dev/nb /dev/nc
	dmsetup remove nx

	echo 0 >/proc/sys/kernel/ftrace_enabled
	equal "state without ftrace" "$(status_of /dev/nb state)" off
	read_direct /dev/nb 100
	equal "bios seen without ftrace" "$(status_of /dev/nb nr_seen)" 101
	refuses 1 'nc: kernel.ftrace_enabled is 0' blki filter attach --hook ftrace null /dev/nc
	echo 1 >/proc/sys/kernel/ftrace_enabled
	equal "state with it" "$(status_of /dev/nb state)" live
	read_direct /dev/nb 100
	equal "bios seen again" "$(status_of /dev/nb nr_seen)" 201
	echo 0 >/proc/sys/kernel/ftrace_enabled
	blki filter detach null /dev/nb
	rmmod blki
	echo 1 >/proc/sys/kernel/ftrace_enabled
	read_direct /dev/nb 100

	start_verify load --threads 4 --max 64K --flush-pct 2 /dev/nb
	for ((i = 0; i < $(rounds 4); i++)); do
		load_module
		blki filter attach --hook ftrace null /dev/nb
		blki filter attach --hook ftrace null /dev/nc
		wait_seen /dev/nb 3
		blki filter detach null /dev/nb
		blki filter detach null /dev/nc
		# once more without a new module: a second call of ftrace
		blki filter attach --hook ftrace null /dev/nb
		blki filter detach null /dev/nb
		rmmod blki
	done
	wait_ios /dev/nb 50
	stop_verify load
}
