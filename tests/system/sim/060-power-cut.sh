# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A power cut loses what was not flushed, as the policy says, and nothing that was: by raw writes, with the
# same choice for the same seed, with a lying flush, and under a mounted file system.
DESCRIPTION="cut the power of a disk with a write cache"

requires() {
	need_module ublk_drv
}

# cut_field FIELD ARGUMENT...: cut, and name a number of the result.
cut_field() {
	local field=$1
	shift
	ublk-sim cut --json "$@" "$UBLK" | jsonq "/$field"
}

# generations: which generation each of eight blocks has, as "1 2 2 …".
generations() {
	local i generation found
	for i in {0..7}; do
		found=none
		for generation in 1 2; do
			! pattern check "$UBLK" --offset $((i * 4096)) --length 4096 -g $generation 2>/dev/null || found=$generation
		done
		printf '%s ' $found
	done
}

# two_generations: eight blocks of generation 1, flushed, then each written again, one write after another.
two_generations() {
	local i
	pattern write "$UBLK" --length 32K
	xfs_io -c fsync "$UBLK"
	for i in {0..7}; do
		pattern write "$UBLK" --offset $((i * 4096)) --length 4096 -g 2
	done
}

# prefix_of N: what generations() says when the first N writes were kept.
prefix_of() {
	local i
	for i in {0..7}; do
		printf '%s ' $((i < $1 ? 2 : 1))
	done
}

raw_policies() {
	local kept first second
	two_generations
	equal "dropped by all" "$(cut_field dropped --policy all)" 8
	equal "after all" "$(generations)" "$(prefix_of 0)"
	two_generations
	equal "dropped by none" "$(cut_field dropped --policy none)" 0
	equal "after none" "$(generations)" "$(prefix_of 8)"
	two_generations
	kept=$(cut_field kept --policy prefix --seed 5)
	equal "after prefix" "$(generations)" "$(prefix_of "$kept")"
	two_generations
	ublk-sim cut --policy random --seed 11 "$UBLK" >/dev/null
	first=$(generations)
	two_generations
	ublk-sim cut --policy random --seed 11 "$UBLK" >/dev/null
	second=$(generations)
	equal "the choice of the same seed" "$second" "$first"
	[[ $first == *1* && $first == *2* ]] || fail "random kept or dropped all of 8: $first"
}

lying() {
	ublk-sim set --lying-flush on "$UBLK"
	two_generations
	equal "dropped behind a lie" "$(cut_field dropped --policy all)" 9
	ublk-sim set --lying-flush off "$UBLK"
}

mounted() {
	local dir=$TEST_DIR/mnt
	mkfs.ext4 -q "$UBLK"
	mount_existing "$UBLK" "$dir"
	echo durable >"$dir/durable"
	sync
	echo lost >"$dir/lost"
	ublk-sim cut --no-wait --policy all "$UBLK" >/dev/null
	if xfs_io -c fsync "$dir/lost" 2>/dev/null; then
		fail "fsync succeeds on a disk without power"
	fi
	umount "$dir"
	equal "state" "$(ublk-sim status --wait --json "$UBLK" | jsonq /state)" live
	mount_existing "$UBLK" "$dir"
	equal "a file that was synced" "$(cat "$dir/durable")" durable
	[[ ! -s $dir/lost ]] || fail "what was not synced survived"
	umount "$dir"
	e2fsck -fn "$UBLK"
}

# flushes: how many the disk below has answered
flushes() {
	ublk-sim status --json "$BELOW" | jsonq /ios/flush
}

# reaches_below: what is durable on a disk with a cache has left the caches of its target too.
reaches_below() {
	local before
	make_ublk ram -s 16M
	BELOW=$UBLK
	make_ublk file --file "$BELOW" --cache 1M
	before=$(flushes)
	xfs_io -d -c 'pwrite 0 4k' "$UBLK"
	equal "flushes below after a plain write" "$(flushes)" "$before"
	xfs_io -d -c 'pwrite -V 1 -D 8k 4k' "$UBLK"
	# the kernel sends the write with FUA and a flush behind it
	equal "flushes below after a FUA write" "$(flushes)" $((before + 2))
	xfs_io -c fsync "$UBLK"
	equal "flushes below after a flush" "$(flushes)" $((before + 3))
}

test() {
	reaches_below
	make_ublk ram -s 64M --cache 8M
	raw_policies
	lying
	mounted
	equal "cuts" "$(ublk-sim status --json "$UBLK" | jsonq /cuts)" 7
}
