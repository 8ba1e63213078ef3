# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Media faults on ram and file, set while the disk is used: a bad block fails until it is written, a flip
# changes what is read, a lost write is not stored, and hang holds everything back until released. The same
# seed and I/O give the same decisions and the same hash, which covers faults and cache.
DESCRIPTION="inject media faults at run time"

requires() {
	need_module ublk_drv
}

# block VERB N: write or check the 4 KiB block N.
block() {
	pattern "$1" "$UBLK" --offset $(($2 * 4096)) --length 4096
}

bad_lost_flip() {
	pattern write "$UBLK" --length 1M
	ublk-sim set --fault bad:lba=8-15 --fault lost:lba=80-87 --fault flip:lba=160-167,op=read "$UBLK"
	block check 0
	refuses 1 'Input/output error' block check 1
	block write 1
	block check 1
	pattern write "$UBLK" --offset 40K --length 4096 -g 2
	block check 10
	refuses 1 'torn' block check 20
	ublk-sim set --no-faults "$UBLK"
	block check 20
	pattern check "$UBLK" --length 1M
}

# hang_release: a read started while it hangs ends after the release, and only then.
hang_release() {
	local reader
	ublk-sim set --hang "$UBLK"
	block check 3 &
	reader=$!
	equal "power" "$(ublk-sim status --json "$UBLK" | jsonq /power)" hung
	wait_until 10 request_in_flight "$(basename "$UBLK")"
	kill -0 $reader || fail "a read ended while the disk hangs"
	ublk-sim set --release "$UBLK"
	wait $reader || fail "the read failed after the release"
}

# torn_in_block OPTION...: of a torn write of two blocks of 4 KiB the second has its first half, and the rest of what was
# there, whatever takes whole blocks only stands below.
torn_in_block() {
	make_ublk "$@" -s 16M -b 4096
	xfs_io -d -c 'pwrite -q -S 0x11 0 12k' "$UBLK"
	ublk-sim set --fault torn:lba=1 "$UBLK"
	xfs_io -d -c 'pwrite -q -S 0x77 0 8k' "$UBLK"
	ublk-sim set --no-faults "$UBLK"
	equal "bytes of the torn write on $1" \
		"$(dd if="$UBLK" bs=12k count=1 iflag=direct status=none | tr -d '\021' | wc -c)" 6144
	equal "bytes before the tear" \
		"$(dd if="$UBLK" bs=12k count=1 iflag=direct status=none | head -c 6144 | tr -d '\167' | wc -c)" 0
	ublk-sim del "$UBLK"
}

# whole_or_not: a change that is refused in part changes nothing; the order of the options does not matter.
whole_or_not() {
	ublk-sim set --fault bad:lba=8-15 "$UBLK"
	refuses 2 melt ublk-sim set --no-faults --hang --fault melt:lba=1 "$UBLK"
	refuses 2 'no write cache' ublk-sim set --hang --lying-flush on "$UBLK"
	equal "power after a refusal" "$(ublk-sim status --json "$UBLK" | jsonq /power)" on
	refuses 2 'no-faults' ublk-sim set --profile hdd-7200 --hang "$UBLK"
	refuses 1 'Input/output error' block check 1
	ublk-sim set --profile hdd-7200 --force --no-faults "$UBLK"
	equal "profile" "$(ublk-sim status --json "$UBLK" | jsonq /timing/profile)" hdd-7200
	ublk-sim set --profile none "$UBLK"
}

request_in_flight() {
	[[ $(<"/sys/block/$1/inflight") =~ [1-9] ]]
}

# hash_of OPTION...: of a fixed run on a new disk.
hash_of() {
	local i
	make_ublk ram -s 16M "$@"
	for i in {1..10}; do
		pattern write "$UBLK" --length 256K -g "$i"
	done
	ublk-sim status --json "$UBLK" | jsonq /hash
	ublk-sim del "$UBLK"
}

# decisions_repeat WHAT OTHER OPTION...: the options decide the same twice, and with OTHER behind them another way.
decisions_repeat() {
	local what=$1 other=$2 one
	shift 2
	one=$(hash_of "$@")
	equal "the hash of $what again" "$(hash_of "$@")" "$one"
	[[ $(hash_of "$@" "$other") != "$one" ]] || fail "the hash does not cover $what"
}

test() {
	make_ublk ram -s 16M
	bad_lost_flip
	whole_or_not
	hang_release
	# a disk that hangs can be deleted
	ublk-sim set --hang "$UBLK"
	ublk-sim del "$UBLK"
	truncate -s 16M "$TEST_DIR/disk.img"
	make_ublk file --file "$TEST_DIR/disk.img" --buffered
	bad_lost_flip
	torn_in_block ram
	torn_in_block ram --cache 1M
	torn_in_block file --file "$TEST_DIR/disk.img"
	torn_in_block file --file "$TEST_DIR/disk.img" --buffered --cache 1M
	decisions_repeat faults --fault=lost:lba=0-511,touch=3 --seed 7 --fault flip:lba=0-1023,p=0.3,op=write \
		--fault lost:p=0.2,lba=0-1023
	decisions_repeat cache --destage=fifo --seed 7 --cache 1M --destage random
}
