# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The root file system's own device, from which every program of the test is read: filter and remap attached and detached
# again and again, with verified load on a file of / and programs started with an empty page cache.
DESCRIPTION="filter and remap the device of the root file system"
HOOKS=both
DEADLINE=300

requires() {
	need_root
}

# start_programs: everything they need is read again.
start_programs() {
	echo 3 >/proc/sys/vm/drop_caches
	sha256sum /usr/bin/sha256sum >/dev/null
	ls -lR /usr/lib/modules >/dev/null
}

test() {
	local root i nr
	root=$(root_device)
	load_module
	defer rm -f /verify.file
	make_noexcl nx "$root"
	start_verify load --threads 2 --max 128K --create 16M /verify.file
	nr=$(rounds 5)
	for ((i = 0; i < nr; i++)); do
		blki filter attach null "$root"
		start_programs
		wait_seen "$root" 20 filter
		blki remap start nx "$root"
		start_programs
		wait_seen "$root" 20 remap
		blki filter detach null "$root"
		blki remap stop nx
	done
	stop_verify load
	dmsetup remove nx
}
