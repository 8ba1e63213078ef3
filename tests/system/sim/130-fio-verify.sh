# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# fio's verify as a second opinion beside our own verifier, on ram and on file: random writes of mixed sizes, each
# block with a checksum and its place, read back by the process that wrote them and by another; with a cache and
# two queues as well. And it must notice a flipped bit.
DESCRIPTION="have fio verify what a disk holds"

requires() {
	need_module ublk_drv
	need_program fio
}

# fio_verify OPTION...: 8 MiB in a random order on UBLK, 16 in flight; the same seed, so that a second call with
# --verify_only knows what was written
fio_verify() {
	fio --name=verify --filename="$UBLK" --ioengine=libaio --direct=1 --iodepth=16 --rw=randwrite \
		--bsrange=4k-64k --size=8M --randseed=11 --verify=crc32c --verify_fatal=1 --thread "$@" \
		>"$TEST_DIR/fio.log" 2>&1
}

# verified TARGET OPTION...: a disk, verified twice
verified() {
	make_ublk "$@"
	fio_verify --do_verify=1 || fail "$*: fio found $(tail -n 5 "$TEST_DIR/fio.log")"
	grep -q 'READ:.* io=8192KiB' "$TEST_DIR/fio.log" ||
		fail "$*: fio did not read all it wrote: $(grep READ: "$TEST_DIR/fio.log")"
	fio_verify --verify_only || fail "$*: a second fio found $(tail -n 5 "$TEST_DIR/fio.log")"
}

test() {
	truncate -s 16M "$TEST_DIR/disk.img"
	verified file --file "$TEST_DIR/disk.img" --buffered
	verified ram -s 16M
	verified ram -s 16M -q 2 --cache 256K
	ublk-sim set --fault flip:lba=4096-4103,op=read "$UBLK"
	if fio_verify --verify_only; then
		fail "fio does not notice a flipped bit"
	fi
	grep -q 'verify' "$TEST_DIR/fio.log" || fail "fio failed without a verify error: $(cat "$TEST_DIR/fio.log")"
}
