# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Every single allocation of an attach and of a detach fails in turn, for a filter, a remap (both with verified load on
# the origin) and a native remap: each failure is ENOMEM, leaves nothing attached (or everything still attached), and the
# next call works.
DESCRIPTION="fail every allocation of attach and detach in turn"
DEADLINE=150

requires() {
	need_faults
}

# fail_all KIND ARGUMENT...
fail_all() {
	local result
	result=$(failnth "$@") || fail "kind $1: a failed allocation left something half done"
	echo "$result"
	(($(jsonq /attach <<<"$result") > 3)) || fail "kind $1: the attach had no allocations to fail"
	(($(jsonq /refused <<<"$result") > 0)) || fail "kind $1: no attach was refused"
}

test() {
	make_null_blk nb
	make_null_blk nc
	make_null_blk nd
	load_module
	make_noexcl nx /dev/nb
	faults_quiet
	start_verify load --threads 2 --max 16K /dev/nb
	fail_all 1 /dev/nb
	fail_all 2 /dev/nb /dev/mapper/nx
	stop_verify load
	fail_all 3 /dev/nc /dev/nd 0
	dmsetup remove nx
}
