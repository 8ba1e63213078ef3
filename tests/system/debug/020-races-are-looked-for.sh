# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# KCSAN is switched on, is told of the module's accesses, and watches while bios go through it from several CPUs, more
# closely than elsewhere. Without this a kernel in which it is built in and off would pass every test of the lane.
DESCRIPTION="find KCSAN switched on and looking, at the module too"
HOOKS=both
DEADLINE=60

requires() {
	[[ $(debug_variant) == kcsan ]] ||
		SKIP_REASONS+=("this kernel does not look for data races; ./x test debug-kcsan has one that does")
}

# look_harder: one access in about 100 is watched, in place of one in 4000.
look_harder() {
	local skip=/sys/module/kcsan/parameters/skip_watch
	defer eval "echo $(cat "$skip") >$skip"
	echo 100 >"$skip"
}

test() {
	local before
	(($(kcsan_counter enabled) == 1)) || fail "KCSAN is switched off: $(head -n 1 "$KCSAN")"
	grep -q __tsan_read8 "$BLKI_MODULE" || fail "$BLKI_MODULE was built without KCSAN's calls"
	make_null_blk nb
	load_module
	make_noexcl nx /dev/nb
	look_harder
	blki filter attach null /dev/nb
	before=$(kcsan_counter setup_watchpoints)
	verify --seconds 8 --threads 4 --max 8K --length 1M /dev/nb
	blki remap start nx /dev/nb
	verify --seconds 8 --threads 4 --max 8K --length 1M /dev/nb
	(($(kcsan_counter setup_watchpoints) > before)) || fail "KCSAN has watched nothing while bios went through the module"
	blki detach --all
	dmsetup remove nx
	cat "$KCSAN"
}
