# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Insert and remove the module repeatedly with nothing attached: the control node and the device-mapper target
# must come and go with it.
DESCRIPTION="load and unload the module 10 times"

test() {
	local i nr
	nr=$(rounds 10)
	for ((i = 0; i < nr; i++)); do
		load_module
		dmsetup targets | grep -q '^blki-linear' || fail "the target blki-linear is not registered"
		equal "number of interposers" "$(nr_attached)" 0
		rmmod blki
		[[ ! -e /dev/blki/control ]] || fail "the control node outlives the module"
		! dmsetup targets | grep -q '^blki-linear' || fail "the target outlives the module"
	done
}
