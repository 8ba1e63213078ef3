# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The disk goes away while it is attached and under load (hazard 8): I/O ends with EIO, nothing hangs, detach
# and unload work. Once with a filter, once with a remap and its acceptor.
DESCRIPTION="pull the disk while a filter and then a remap is attached (hazard 8)"
HOOKS=both

pull_and_detach() {
	echo 0 >"$NULLB_CONFIG/nb/power"
	end_verify load
	((VERIFY_RC == 1)) || fail "the load saw no error of a disk that is gone (exit status $VERIFY_RC)"
	(($(verify_field load mismatches) == 0)) || fail "wrong blocks, not only errors"
	blki detach --all
	equal "interposers left" "$(nr_attached)" 0
}

test() {
	make_null_blk nb
	load_module
	start_verify load --threads 4 /dev/nb
	blki filter attach null /dev/nb
	wait_ios /dev/nb 50
	pull_and_detach
	rm "$TEST_DIR/load.ready"
	remove_null_blk nb

	make_null_blk nb
	make_noexcl nx /dev/nb
	start_verify load --threads 4 /dev/nb
	blki remap start nx /dev/nb
	wait_ios /dev/nb 50
	pull_and_detach
	dmsetup remove nx
	rmmod blki
}
