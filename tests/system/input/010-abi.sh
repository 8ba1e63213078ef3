# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The control ABI: unknown flags, fields, sizes, objects and rights, each refused with the documented error, and what
# the header promises about lists, messages and ids. See tests/helpers/abi.c.
DESCRIPTION="call the control device with everything its header forbids"

test() {
	make_null_blk nb
	load_module
	make_noexcl abi /dev/nb
	abi /dev/nb "$BLKI_MODULE" | tee "$TEST_DIR/abi.out" || fail "$(head -n 1 "$TEST_DIR/abi.out")"
	equal "interposers left" "$(nr_attached)" 0
	verify --ios 50 /dev/nb
}
