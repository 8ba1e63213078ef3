# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What an actor can do with its origin ($ORIGIN, mounted on $MOUNT or not), and what the weather does to all of them.
#
# FILTER and ACCEPTOR say what the actor has attached. Every refusal that is expected is checked for its exit status;
# anything else that fails, fails the run.

# Acceptors by kind: all of them leave the bytes where they are. noexcl is one line of our own target,
# alias-* stand on the alias, the others on a noexcl device.
readonly ACCEPTORS=(noexcl linear striped delay alias-linear alias-striped alias-delay)

# acceptor_table TARGET SECTORS BASE: sets TABLE; what is random is chosen in this very shell, after the seed.
acceptor_table() {
	case $1 in
	linear) TABLE="0 $2 linear $3 0" ;;
	striped) TABLE="0 $2 striped 1 $((8 << RANDOM % 6)) $3 0" ;;
	delay) TABLE="0 $2 delay $3 0 $((RANDOM % 3))" ;;
	esac
}

# acceptor_make: one of a random kind; sets ACCEPTOR.
acceptor_make() {
	local kind=${ACCEPTORS[RANDOM % ${#ACCEPTORS[@]}]} name=acc-$ACTOR TABLE sectors
	sectors=$(blockdev --getsz "$ORIGIN")
	case $kind in
	noexcl) TABLE="0 $sectors linear $ORIGIN 0 noexcl" ;;
	alias-*)
		alias_add "/dev/blki/${ORIGIN#/dev/}"
		acceptor_table "${kind#alias-}" "$sectors" "/dev/blki/${ORIGIN#/dev/}"
		;;
	*)
		dmsetup create "$name-base" <<<"0 $sectors linear $ORIGIN 0 noexcl"
		acceptor_table "$kind" "$sectors" "/dev/mapper/$name-base"
		;;
	esac
	dmsetup create "$name" <<<"$TABLE"
	ACCEPTOR=$name
}

# alias_add ALIAS: of this actor's origin; once more where an allocation failed.
alias_add() {
	[[ -b $1 ]] || control blki alias add "$ORIGIN"
	[[ -b $1 ]] || blki alias add "$ORIGIN"
}

# acceptor_gone: what was stopped is removed at once, without a retry: nothing may be inside. The alias may stay.
acceptor_gone() {
	acceptor_remove "$ACCEPTOR"
	ACCEPTOR=''
	((RANDOM % 2)) || alias_remove "/dev/blki/${ORIGIN#/dev/}"
}

acceptor_remove() {
	command dmsetup --noudevsync remove "$1"
	! dm_exists "$1-base" || command dmsetup --noudevsync remove "$1-base"
}

alias_remove() {
	[[ ! -b $1 ]] || blki alias del "$1"
}

aliases_remove() {
	local alias
	for alias in /dev/blki/*; do
		alias_remove "$alias"
	done
}

# remapped: whether the origin is.
remapped() {
	attached "$ORIGIN" kind=remap
}

step_filter() {
	if [[ $FILTER ]]; then
		control blki filter detach null "$ORIGIN"
	else
		control blki filter attach null "$ORIGIN"
	fi
	FILTER=''
	! attached "$ORIGIN" kind=filter || FILTER=y
}

step_remap() {
	if [[ $ACCEPTOR ]]; then
		control blki remap stop "$ORIGIN"
		! remapped || return 0
	else
		acceptor_make
		control blki remap start "$ACCEPTOR" "$ORIGIN"
		! remapped || return 0
	fi
	acceptor_gone
}

# step_other_acceptor: from one to the next.
step_other_acceptor() {
	[[ ! $ACCEPTOR ]] || step_remap
	step_remap
}

# step_suspend: as a table reload does it, with bios waiting inside.
step_suspend() {
	local flush=()
	[[ $ACCEPTOR ]] || return 0
	((RANDOM % 2)) || flush=(--noflush)
	dmsetup suspend --nolockfs "${flush[@]}" "$ACCEPTOR"
	pause
	dmsetup resume "$ACCEPTOR"
}

# step_hung_stop: a stop of a hung acceptor is refused within its time, and nothing is lost.
step_hung_stop() {
	local rc=0
	[[ $ACCEPTOR ]] || return 0
	dmsetup suspend --nolockfs --noflush "$ACCEPTOR"
	blki remap stop "$ACCEPTOR" --timeout 1 || rc=$?
	dmsetup resume "$ACCEPTOR"
	((rc == 0 || rc == 1)) || fail "a stop of a hung acceptor exits with $rc"
	remapped || acceptor_gone
}

step_freeze() {
	[[ $MOUNT ]] || return 0
	fsfreeze -f "$MOUNT"
	pause
	fsfreeze -u "$MOUNT"
}

step_sync() {
	[[ ! $MOUNT ]] || sync -f "$MOUNT"
	echo $((1 + RANDOM % 3)) >/proc/sys/vm/drop_caches
}

# step_files: names, sizes and contents come and go beside the verified file.
step_files() {
	local file=$MOUNT/dir-$((RANDOM % 4))/$((RANDOM % 8))
	[[ $MOUNT ]] || return 0
	mkdir -p "${file%/*}"
	case $((RANDOM % 3)) in
	0) rm -rf "${file%/*}" ;;
	1) head -c "$((RANDOM * 4))" /dev/urandom >"$file" ;;
	2) truncate -s "$((RANDOM * 64))" "$file" ;;
	esac
}

# step_twice: the same filter asked for twice at once: one of the two is told so, and one is there.
step_twice() {
	{ blki filter attach null "$ORIGIN" || true; } &
	blki filter attach null "$ORIGIN" || true
	wait $!
	attached "$ORIGIN" kind=filter || fail "two attaches at once and nothing is attached"
	equal "filters" "$(status_of "$ORIGIN" id kind=filter | grep -c .)" 1
	FILTER=y
}

step_status() {
	blki status --json | jsonq /interposers id >/dev/null || true
}

# step_whole_disk: reads past the interposers of the partitions.
step_whole_disk() {
	dd if="/dev/$WORLD_DISK" of=/dev/null bs=64k count=8 skip=$((RANDOM % 512)) iflag=direct
}

step_attributes() {
	write_attributes "$WORLD_DISK" 2
}

# step_rescan: a disk with partitions in use refuses; the spare one, which only this actor uses, goes and comes back.
step_rescan() {
	! blockdev --rereadpt "/dev/$WORLD_DISK" || fail "partitions in use were read again"
	partx --delete --nr 4 "/dev/$WORLD_DISK"
	partx --add --nr 4 "/dev/$WORLD_DISK"
}

# step_native: the origin moves to the spare partition and back, while its load waits; in between it works there.
step_native() {
	local spare
	spare=$(partition "$WORLD_DISK" 4)
	[[ ! $ACCEPTOR ]] || return 0
	load_pause
	dd if="$ORIGIN" of="$spare" bs=1M count="$RAW_MIB" iflag=direct oflag=direct
	blki remap start --native "$spare" "$ORIGIN"
	kill -CONT "$(<"$TEST_DIR/$ACTOR.pid")"
	await-seen "$ORIGIN" native 10 "$(scaled 30)"
	load_pause
	blki remap stop "$ORIGIN"
	dd if="$spare" of="$ORIGIN" bs=1M count="$RAW_MIB" iflag=direct oflag=direct
	kill -CONT "$(<"$TEST_DIR/$ACTOR.pid")"
}

# load_pause: the verifier of this actor stops, and nothing of it is under way.
load_pause() {
	kill -STOP "$(<"$TEST_DIR/$ACTOR.pid")"
	wait_until 30 load_stands
}

load_stands() {
	! grep -hqv '^State:.T' <(cat "/proc/$(<"$TEST_DIR/$ACTOR.pid")"/task/*/status | grep '^State:')
}

# step_pressure: nearly all memory taken by files in memory, then given back.
step_pressure() {
	local free_mb
	free_mb=$(awk '$1 == "MemAvailable:" { print int($2 / 1024) }' /proc/meminfo)
	dd if=/dev/zero of="$TEST_DIR/hog/file" bs=1M count=$((free_mb * 85 / 100)) || true
	rm -f "$TEST_DIR/hog/file"
}

# step_module_alone: everything detached, the module out and in again, under the load of the file systems.
step_module_alone() {
	local file name
	blki detach --all
	for file in /sys/block/dm-*/dm/name; do
		[[ -e $file ]] || continue
		name=$(<"$file")
		[[ $name != acc-* || $name == *-base ]] || acceptor_remove "$name"
	done
	aliases_remove
	rmmod blki
	pause
	insmod "$BLKI_MODULE"
	wait_until 10 [ -c /dev/blki/control ]
	echo $(($(<"$EPOCH") + 1)) >"$EPOCH"
}

# step_unplug: a disk is made, loaded, interposed and pulled; its load may only see errors, never wrong blocks.
step_unplug() {
	local rc=0
	make_null_blk nu size=16
	verify --threads 2 --max 64K --seconds 3 /dev/nu >"$TEST_DIR/unplug.json" 2>"$TEST_DIR/unplug.err" &
	blki filter attach null /dev/nu
	((RANDOM % 2)) || pause
	echo 0 >"$NULLB_CONFIG/nu/power"
	wait $! || rc=$?
	((rc == 1 || rc == 2 || rc == 0)) || fail "the load of a pulled disk exits with $rc"
	! grep -q '"mismatches":[1-9]' "$TEST_DIR/unplug.json" || fail "wrong blocks on a pulled disk"
	blki filter detach null nu
	remove_null_blk nu
}

# step_resize: an origin that grows and shrinks below its filter while it is read; bio-based, so its hook is its own.
step_resize() {
	local mib=$((8 + RANDOM % 8)) old
	dm_exists grow || return 0
	old=$(blockdev --getsz /dev/mapper/grow)
	command blki filter attach null "/dev/$(dm_kernel_name grow)"
	dmsetup suspend --nolockfs grow
	dmsetup load grow <<<"0 $((mib * 2048)) linear /dev/ng 0"
	dmsetup resume grow
	equal "sectors after a resize from $old" "$(blockdev --getsz /dev/mapper/grow)" $((mib * 2048))
	dd if=/dev/mapper/grow of=/dev/null bs=1M iflag=direct
	blki filter detach null "/dev/$(dm_kernel_name grow)"
}

# pause: some milliseconds, as the seed says.
pause() {
	local i
	for ((i = RANDOM % 8; i > 0; i--)); do
		nap
	done
}

# control COMMAND...: in a kernel that can, now and then with failing allocations; then its exit status says nothing.
control() {
	if [[ ! -d /sys/kernel/debug/failslab ]] || ((RANDOM % 3)); then
		"$@"
		return
	fi
	(
		echo 1 >/proc/self/make-it-fail
		exec bash -c '"$@"' control "$@"
	) || true
}
