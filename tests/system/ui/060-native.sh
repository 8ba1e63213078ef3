# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A native remap by the command: what is written to the origin is on the other disk at the offset, and not on the
# origin; status says where, save and restore keep it, and a stop gives the origin its own bytes back.
DESCRIPTION="aim a disk at another one with --native and an offset"

readonly OFFSET=2048

# sum_of DEV SECTOR: checksum of 1 MiB from there on.
sum_of() {
	dd if="$1" bs=512 skip="$2" count=2048 iflag=direct 2>/dev/null | md5sum
}

test() {
	local zeros written
	make_null_blk nb size=32
	make_null_blk nc size=64
	load_module
	defer blki detach --all
	zeros=$(sum_of /dev/nb 0)
	refuses 1 '.' blki remap start --native --offset 1000000000 /dev/nc /dev/nb
	refuses 1 'itself' blki remap start --native /dev/nb /dev/nb
	equal "interposers after refusals" "$(nr_attached)" 0
	blki remap start --native --offset "$OFFSET" /dev/nc /dev/nb
	dd if=/dev/urandom of=/dev/nb bs=1M count=1 oflag=direct 2>/dev/null
	written=$(sum_of /dev/nb 0)
	[[ $written != "$zeros" ]] || fail "nothing was written"
	equal "the bytes on the other disk" "$(sum_of /dev/nc "$OFFSET")" "$written"
	equal "kind" "$(status_of nb kind)" native
	equal "acceptor" "$(status_of nb acceptor)" nc
	equal "offset" "$(status_of nb offset_sectors)" "$OFFSET"
	blki status | grep -q "native to nc .* at sector $OFFSET " || fail "the drawing does not say where"

	blki save --file "$TEST_DIR/save.json"
	blki remap stop /dev/nb
	equal "the origin's own bytes" "$(sum_of /dev/nb 0)" "$zeros"
	blki restore --file "$TEST_DIR/save.json"
	equal "the bytes after a restore" "$(sum_of /dev/nb 0)" "$written"
	blki remap stop nc
	equal "interposers left" "$(nr_attached)" 0
}
