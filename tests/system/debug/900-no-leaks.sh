# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# After attach and detach nothing that the module allocated is lost, but for what it keeps on purpose and marks so
# (kernel/shadow.c). The last load is not unloaded before the search: a loaded module's stack frames have names.
DESCRIPTION="search for memory that the module lost"
DEADLINE=120

requires() {
	[[ -w $KMEMLEAK ]] || SKIP_REASONS+=("this kernel does not search for leaks; ./x test debug-kasan has one that does")
}

test() {
	local i leaks
	make_null_blk nb
	load_module
	for i in 1 2 3; do
		make_noexcl nx /dev/nb
		blki filter attach null /dev/nb
		blki remap start nx /dev/nb
		verify --ios 50 --seed "$i" /dev/nb
		blki detach --all
		dmsetup remove nx
	done
	leaks=$(leaks_of blki)
	[[ -z $leaks ]] || fail "lost: $(head -n 3 <<<"$leaks" | tr '\n' ' ')"
}
