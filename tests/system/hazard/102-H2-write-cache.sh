# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# H2: where the origin has no write cache, submit_bio_noacct() strips flushes before they come to the hook; an
# acceptor that has one would then lose what fsync promised. Such an acceptor is refused, in words, and taken once the
# origin says that it has a cache; then a flush reaches the acceptor.
DESCRIPTION="see an acceptor with a write cache refused where flushes would not reach it (H2)"

test() {
	local sectors
	make_null_blk nb size=64
	make_null_blk nc size=64 cache_size=4
	sectors=$(blockdev --getsz /dev/nb)
	grep -q 'write through' /sys/block/nb/queue/write_cache || fail "the origin has a write cache"
	load_module
	make_dm other "0 $sectors linear /dev/nc 0"
	grep -q 'write back' "/sys/block/$(dm_kernel_name other)/queue/write_cache" || fail "the acceptor has no write cache"
	refuses 1 'write cache' blki remap start other /dev/nb
	equal "interposers left" "$(nr_attached)" 0
}
