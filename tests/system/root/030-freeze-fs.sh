# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# H8 on the root file system: it is frozen, switched and thawed within one call, because nothing can be started, written
# or logged on it in between, not even by who asked for it. With verified load, and with an empty page cache.
DESCRIPTION="freeze the root file system for the switch of its own device (H8)"
HOOKS=both

requires() {
	need_root
}

test() {
	local root i nr
	root=$(root_device)
	load_module
	defer rm -f /verify.file
	make_noexcl nx "$root"
	start_verify load --threads 2 --max 128K --flush-pct 5 --create 8M /verify.file
	nr=$(rounds 3)
	for ((i = 0; i < nr; i++)); do
		echo 3 >/proc/sys/vm/drop_caches
		blki remap start --freeze-fs nx "$root"
		wait_seen "$root" 20 remap
		echo "$i" >/verify.mark
		sync -f /
		echo 3 >/proc/sys/vm/drop_caches
		blki remap stop --freeze-fs nx
		equal "what was written while remapped" "$(</verify.mark)" "$i"
	done
	rm /verify.mark
	stop_verify load
	dmsetup remove nx
}
