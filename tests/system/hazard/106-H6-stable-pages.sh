# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# H6: whether pages under writeback may change is asked once, at mount. An acceptor that needs them stable (its data
# is compressed or checksummed) would get changing ones from a file system that was mounted on an origin which does
# not: refused, in words.
DESCRIPTION="see an acceptor that needs stable pages refused (H6)"

requires() {
	need_module zram
}

test() {
	local sectors=65536
	make_null_blk nb size=32 blocksize=4096
	make_zram 32
	equal "stable pages of the acceptor" "$(</sys/block/zram0/queue/stable_writes)" 1
	load_module
	make_dm other "0 $sectors linear $ZRAM 0"
	refuses 1 'stable pages' blki remap start other /dev/nb
	equal "interposers left" "$(nr_attached)" 0
}
