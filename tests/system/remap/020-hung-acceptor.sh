# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Detach while the acceptor hangs (suspended) under load: an error in words within the timeout, still attached,
# held bios go back to the acceptor, and after resume everything completes exactly once with the right data.
DESCRIPTION="stop a remap whose acceptor hangs: a bounded wait, a clear error, nothing lost"
HOOKS=both

test() {
	local part from took
	make_null_blk nb size=128
	make_partitions nb 16 64
	part=$(partition nb 2)
	load_module
	make_noexcl nx "$part"
	start_verify load --threads 8 --max 128K "$part"
	blki remap start nx "$part"
	wait_seen "$part" 50
	dmsetup suspend --nolockfs --noflush nx
	wait_until 20 none_moves "$part"
	from=$SECONDS
	refuses 1 'inside|in flight|drain' blki remap stop nx --timeout 3
	took=$((SECONDS - from))
	within "seconds of a stop with --timeout 3" "$took" 2 $((10 * BLKI_TEST_SCALE))
	attached "$part" kind=remap state=live || fail "the remap is gone or not live after a failed stop"
	dmsetup resume nx
	wait_seen "$part" 50
	equal "bios held" "$(status_of "$part" nr_held)" 0
	blki remap stop nx
	stop_verify load
	dmsetup remove nx
}

# none_moves DEV: bios are inside the acceptor and none comes back.
none_moves() {
	local nr_done
	nr_done=$(status_of "$1" nr_done)
	(($(status_of "$1" nr_in_flight) >= 8)) && (($(status_of "$1" nr_done) == nr_done))
}
