# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A module built for another kernel: change a word in a copy's vermagic, byte for byte, and insert it. It must be
# refused, and the kernel must say why; bench, which loads the module for its user, must pass that on.
DESCRIPTION="see a module for another kernel refused with the kernel's own message"

test() {
	local bad=$TEST_DIR/blki.ko
	modprobe dm-mod
	sed '/vermagic=/s/ mod_unload/ mod_unloaX/' "$BLKI_MODULE" >"$bad"
	! cmp -s "$bad" "$BLKI_MODULE" || fail "the module carries no vermagic that can be changed"
	if insmod "$bad"; then
		defer unload_module
		fail "a module for another kernel was loaded"
	fi
	dmesg | tail -n 5 | grep -q "blki: version magic .*mod_unloaX.* should be" ||
		fail "the kernel does not name the wrong version"
	refuses 2 'version magic' bench run remap-overhead --device null_blk --module "$bad" --out "$TEST_DIR/out"
}
