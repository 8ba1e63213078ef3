# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A module built for another kernel: change the version in a copy's vermagic, byte for byte, and insert it. It
# must be refused, and the kernel must say why, so that the reason can be shown.
DESCRIPTION="see a module for another kernel refused with the kernel's own message"

test() {
	local bad=$TEST_DIR/blki.ko release other
	release=$(uname -r)
	other=9${release#?}
	modprobe dm-mod
	sed "s/vermagic=${release//./\\.}/vermagic=$other/" "$BLKI_MODULE" >"$bad"
	! cmp -s "$bad" "$BLKI_MODULE" || fail "the module carries no vermagic of $release"
	if insmod "$bad"; then
		defer unload_module
		fail "a module for $other was loaded"
	fi
	dmesg | tail -n 5 | grep -q "blki: version magic '$other" ||
		fail "the kernel does not name the wrong version"
}
