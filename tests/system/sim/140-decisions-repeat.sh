# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A disk with everything at once, service model, cache and faults, on a file: the same seed and the same I/O in the
# same order give the same decisions, that is which reads fail and what the others see, what faults, cache and a cut
# did, every byte of the file afterwards, and the hash that the server logs when it ends. Another seed differs in
# each of these.
DESCRIPTION="repeat every decision of a seed"
DEADLINE=240

requires() {
	need_module ublk_drv
}

readonly BLOCK_BYTES=4096 NR_BLOCKS=256

# see N: what a read of block N finds: its checksum, or that it fails
see() {
	{ dd if="$UBLK" bs=$BLOCK_BYTES skip="$1" count=1 iflag=direct status=none 2>/dev/null || echo fails; } | cksum
}

# work: a fixed sequence of writes, flushes, a discard and reads, one after another; prints what the reads found
work() {
	local i
	for i in 1 2 3; do
		pattern write "$UBLK" --length $((NR_BLOCKS * BLOCK_BYTES)) -g $i
		pattern write "$UBLK" --offset 64K --length 64K -g $((i + 3))
		xfs_io -d -c 'pwrite -q -V 1 -D 12k 4k' "$UBLK"
		xfs_io -c fsync "$UBLK"
		blkdiscard -f -o $((i * 65536)) -l 32768 "$UBLK"
	done
	# half of them never written: those can be bad
	for ((i = 0; i < 2 * NR_BLOCKS; i += 16)); do
		see $i
	done
	pattern write "$UBLK" --offset 256K --length 256K -g 9
}

# decisions: what the server counted of its faults, cache and cuts
decisions() {
	local key status
	status=$(ublk-sim status --json "$UBLK")
	for key in faults cache cuts ios; do
		echo "$key: $(jsonq /$key <<<"$status")"
	done
}

# run_of NAME SEED: the work on a new disk; what was decided goes to NAME.reads, .counts, .cut, .file and .hash.
run_of() {
	local out=$TEST_DIR/$1 seed=$2 server i
	truncate -s 0 "$TEST_DIR/disk.img"
	truncate -s 16M "$TEST_DIR/disk.img"
	mkfifo "$out.node"
	ublk-sim add --foreground -t file --file "$TEST_DIR/disk.img" --buffered -b $BLOCK_BYTES -s 16M \
		--profile nvme-tlc --force --cache 256K --destage random --fault bad:p=0.3 \
		--fault flip:p=0.1,op=write --fault lost:p=0.1 --fault torn:p=0.05 --fault misdirect:p=0.05 \
		--seed "$seed" >"$out.node" 2>"$out.log" &
	server=$!
	read -r UBLK <"$out.node"
	defer ublk-sim del "$UBLK"
	work >"$out.reads"
	decisions >"$out.counts"
	ublk-sim cut --json --policy random --seed "$seed" "$UBLK" >"$out.cut"
	for i in 64 80 96 112; do
		see $i
	done >>"$out.reads"
	kill -TERM $server
	wait $server || fail "the server ends with $? instead of 0"
	cksum <"$TEST_DIR/disk.img" >"$out.file"
	sed -n 's/.*state hash //p' "$out.log" >"$out.hash"
	within "characters of the hash" "$(wc -c <"$out.hash")" 19 19
}

test() {
	local what
	modprobe ublk_drv
	run_of one 7
	run_of again 7
	run_of other 8
	for what in reads counts cut file hash; do
		cmp "$TEST_DIR/one.$what" "$TEST_DIR/again.$what" || fail "the same seed does not repeat the $what"
		! cmp -s "$TEST_DIR/one.$what" "$TEST_DIR/other.$what" || fail "another seed has the same $what"
	done
	grep -q '"bad":[1-9]' "$TEST_DIR/one.counts" || fail "no read met a bad block"
	head -n 20 "$TEST_DIR"/{one,other}.{counts,cut,hash}
}
