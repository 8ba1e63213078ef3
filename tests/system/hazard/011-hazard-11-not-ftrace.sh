# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Hazard 11: a hook that is an ftrace callback is gone, silently, when somebody writes kernel.ftrace_enabled=0. The
# hooks that may carry a remap must not depend on it.
DESCRIPTION="switch ftrace off while a filter and a remap are attached (hazard 11)"
HOOKS=both

requires() {
	[[ -w /proc/sys/kernel/ftrace_enabled ]] || SKIP_REASONS+=("this kernel has no ftrace")
}

restore_ftrace() {
	[[ ! -w /proc/sys/kernel/ftrace_enabled ]] || echo 1 >/proc/sys/kernel/ftrace_enabled
}

test() {
	make_null_blk nb
	load_module
	defer restore_ftrace
	blki filter attach null /dev/nb
	echo 0 >/proc/sys/kernel/ftrace_enabled
	read_direct /dev/nb 100
	equal "bios the filter saw without ftrace" "$(status_of /dev/nb nr_seen)" 100
	blki filter detach null /dev/nb
	make_noexcl nx /dev/nb
	blki remap start nx /dev/nb
	read_direct /dev/nb 100
	equal "bios remapped without ftrace" "$(status_of /dev/nb nr_seen)" 100
	blki remap stop nx
}
