# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Without root: a user makes, uses, changes and deletes disks of every target, with cache, faults and profile, once
# /dev/ublk-control may be opened and a real udevd has our rule; another user may do nothing with them. Before that,
# and where the kernel wants root, there is one sentence and no device.
DESCRIPTION="serve disks without being root, by page copy"
DEADLINE=600

readonly OWNER=1234 OTHER=4321 HOME_DIR=/run/user/1234

requires() {
	need_module ublk_drv
	need_program setpriv
	need_udevd
}

# as UID COMMAND...: without any privilege.
as() {
	local uid=$1
	shift
	setpriv --reuid="$uid" --regid="$uid" --clear-groups --inh-caps=-all --bounding-set=-all "$@"
}

# user_ublk OPTION...: the owner's disk; sets UBLK.
user_ublk() {
	UBLK=$(as $OWNER ublk-sim add "$@")
	defer as $OWNER ublk-sim del "$UBLK"
}

# status FIELD: of UBLK, asked by its owner.
status() {
	as $OWNER ublk-sim status --json "$UBLK" | jsonq "/$1"
}

no_device() {
	! compgen -G '/dev/ublk[bc]*' >/dev/null
}

remove_home() {
	rm -rf "$HOME_DIR"
}

close_control() {
	[[ ! -e /dev/ublk-control ]] || chmod 0600 /dev/ublk-control
}

# refused_before: what is missing is said before a device is made.
refused_before() {
	refuses 2 "chmod 0666 /dev/ublk-control" as $OWNER ublk-sim add
	refuses 2 "chmod 0666 /dev/ublk-control" as $OWNER ublk-sim features
	chmod 0666 /dev/ublk-control
	refuses 2 "no udev runs here" as $OWNER ublk-sim add
	start_udevd
	refuses 2 "no udev rule.*59-ublk-sim.rules" as $OWNER ublk-sim add
	equal "users can, without a rule" "$(ublk-sim doctor --json | jsonq /users/can)" false
	# as an installation below /blki would
	sed 's#@CMAKE_INSTALL_FULL_BINDIR@#/blki/bin#' /blki/udev/ublk-sim.rules.in >"$RULES/59-ublk-sim.rules"
	reload
	equal "users can, with the rule" "$(ublk-sim doctor --json | jsonq /users/can)" true
	refuses 2 "recovers no device" as $OWNER ublk-sim add -t file --file "$HOME_DIR/disk.img" --recovery fail
	refuses 2 "user copy to root only" as $OWNER ublk-sim add --copy user
	no_device || fail "a refused add left a device"
}

null_target() {
	equal "users can, as one of them sees it" "$(as $OWNER ublk-sim doctor --json | jsonq /users/can)" true
	user_ublk -t null -q 2
	equal "unprivileged" "$(status unprivileged)" true
	equal "copy" "$(status copy)" page
	equal "I/O flusher without CAP_SYS_RESOURCE" "$(status io_flusher)" false
	as $OWNER dd if="$UBLK" of=/dev/null bs=64k count=32 iflag=direct status=none
	as $OWNER dd if=/dev/zero of="$UBLK" bs=64k count=32 oflag=direct status=none
	equal "failed" "$(status ios/failed)" 0
	within "reads" "$(status ios/read)" 32 200
}

# verified: the owner's own load, read back, then zeroes where it discards.
verified() {
	as $OWNER verify --ios 400 --threads 2 --depth 8 --length 8M --max 128K "$UBLK"
	as $OWNER pattern write "$UBLK" --offset 8M --length 1M
	as $OWNER blkdiscard --offset 8M --length 512K "$UBLK"
	equal "failed" "$(status ios/failed)" 0
	# tmpfs zeroes no range without giving it back: the kernel is told, and writes zeroes
	as $OWNER blkdiscard --zeroout --offset 8704K --length 256K "$UBLK"
	as $OWNER cmp -n 786432 -i 8388608:0 "$UBLK" /dev/zero
	as $OWNER pattern check "$UBLK" --offset 9175040 --length 256K
}

# file_target MEMLOCK REGISTERED: with as much memory to lock, which is or is not enough for the buffers.
file_target() {
	UBLK=$(as $OWNER prlimit --memlock="$1" ublk-sim add -t file --file "$HOME_DIR/disk.img" --buffered -d 8)
	defer as $OWNER ublk-sim del "$UBLK"
	equal "registered buffers with $1 bytes to lock" "$(status registered_buffers)" "$2"
	verified
	as $OWNER ublk-sim del "$UBLK"
}

# cut_while_held: whoever holds the old disk open keeps its number; it is back when that ends.
cut_while_held() {
	local holder
	# shellcheck disable=SC2217 # held open, not read
	sleep 1000 <"$UBLK" &
	holder=$!
	as $OWNER ublk-sim cut --no-wait --policy all "$UBLK"
	equal "state while somebody holds the old disk" "$(status state)" off
	kill $holder
	equal "state" "$(as $OWNER ublk-sim status --wait --json "$UBLK" | jsonq /state)" live
}

# behaves: model, cache, faults, cut and set.
behaves() {
	user_ublk -t ram -s 16M --cache 1M --profile hdd-7200 --force
	equal "a real-time priority" "$(status realtime)" false
	as $OWNER ublk-sim set --profile none "$UBLK"
	as $OWNER verify --ios 200 --threads 2 --length 4M --max 64K "$UBLK"
	as $OWNER pattern write "$UBLK" --length 64K
	as $OWNER xfs_io -c fsync "$UBLK"
	as $OWNER pattern write "$UBLK" --length 64K -g 2
	as $OWNER ublk-sim cut --policy all "$UBLK"
	as $OWNER pattern check "$UBLK" --length 64K
	cut_while_held
	as $OWNER pattern check "$UBLK" --length 64K
	as $OWNER ublk-sim set --fault bad:lba=8-15 "$UBLK"
	refuses 1 'Input/output' as $OWNER pattern check "$UBLK" --offset 0 --length 64K
	as $OWNER ublk-sim set --no-faults "$UBLK"
	as $OWNER verify --ios 200 --threads 2 --length 4M --max 64K "$UBLK"
	refuses 2 "live server" as $OWNER ublk-sim recover "$UBLK"
}

# others: another user, and root.
others() {
	local id=${UBLK##*ublkb}
	equal "owner of the disk" "$(stat -c '%u %g %a' "$UBLK")" "$OWNER $OWNER 600"
	equal "owner, as the driver knows" "$(ublk-sim owner "$id")" "$OWNER $OWNER"
	equal "owner, as JSON" "$(ublk-sim owner --json "$id" | jsonq /uid)" $OWNER
	if as $OTHER dd if="$UBLK" of=/dev/null bs=4k count=1 status=none; then
		fail "another user reads the disk"
	fi
	chmod 0666 "$UBLK"
	if as $OTHER dd if="$UBLK" of=/dev/null bs=4k count=1 status=none; then
		fail "another user reads the disk, its node being open to all"
	fi
	refuses 2 "not this user's" as $OTHER ublk-sim del "$id"
	refuses 2 "no live server" as $OTHER ublk-sim set --hang "$id"
	refuses 2 "ask as its owner" as $OTHER ublk-sim owner "$id"
	refuses 2 "user $OWNER" ublk-sim del "$id"
	dd if="$UBLK" of=/dev/null bs=4k count=1 status=none
	equal "owner's list" "$(as $OWNER ublk-sim list --json | jsonq /devices id="$id" state)" live
	equal "other's list" "$(as $OTHER ublk-sim list --json | jsonq /devices)" "[]"
}

# killed: of a killed server nothing is recovered, and its owner deletes the rest.
killed() {
	kill -KILL "$(status pid)"
	wait_until 20 is_dead
	refuses 2 "recovers no device" as $OWNER ublk-sim recover "$UBLK"
	as $OWNER ublk-sim del "$UBLK"
	[[ ! -e /dev/ublkc${UBLK##*ublkb} ]] || fail "del left the char device"
}

# hung: the kernel's patience with an unprivileged server ends, here after a second instead of 30.
hung() {
	user_ublk -t ram -s 16M
	echo 1000 >"/sys/block/${UBLK##*/}/queue/io_timeout"
	as $OWNER ublk-sim set --hang "$UBLK"
	if as $OWNER dd if="$UBLK" of=/dev/null bs=4k count=1 iflag=direct status=none; then
		fail "an I/O succeeds on a disk that hangs"
	fi
	wait_until 20 is_dead
	as $OWNER ublk-sim del "$UBLK"
}

is_dead() {
	[[ $(as $OWNER ublk-sim list --json | jsonq /devices node="$UBLK" state) == dead ]]
}

# roots: root has page copy on request, its nodes stay root's, and users see but do not touch it.
roots() {
	make_ublk file --file "$HOME_DIR/disk.img" --buffered --copy page --recovery reissue -d 32
	equal "copy" "$(ublk-sim status --json "$UBLK" | jsonq /copy)" page
	equal "unprivileged" "$(ublk-sim status --json "$UBLK" | jsonq /unprivileged)" false
	verify --ios 400 --threads 2 --depth 8 --length 8M --max 128K "$UBLK"
	kill -KILL "$(ublk-sim status --json "$UBLK" | jsonq /pid)"
	ublk-sim recover "$UBLK"
	equal "copy, recovered" "$(ublk-sim status --json "$UBLK" | jsonq /copy)" page
	verify --ios 400 --threads 2 --depth 8 --length 8M --max 128K "$UBLK"
	settle
	equal "owner of root's disk" "$(stat -c %u "$UBLK")" 0
	refuses 1 '^$' ublk-sim owner "$UBLK"
	equal "a user's list" "$(as $OWNER ublk-sim list --json | jsonq /devices node="$UBLK" target)" file
	refuses 2 "its owner only" as $OWNER ublk-sim set --hang "$UBLK"
	refuses 2 "as root" as $OWNER ublk-sim del "$UBLK"
}

# lost_node: the rule is there and does nothing; the sentence says who can delete the device.
lost_node() {
	echo '# was ublkc' >"$RULES/59-ublk-sim.rules"
	echo 'KERNEL=="ublkc*", ENV{BLKI_TEST}="1"' >"$RULES/60-nothing.rules"
	reload
	refuses 2 "ublk-sim del --force 7" as $OWNER ublk-sim add -n 7
	ublk-sim del --force 7
	no_device || fail "a device is left that udev did not give away"
}

test() {
	mkdir -p /run/user
	mkdir -m 0700 "$HOME_DIR"
	chown $OWNER:$OWNER "$HOME_DIR"
	defer remove_home
	as $OWNER truncate -s 16M "$HOME_DIR/disk.img"
	modprobe ublk_drv
	defer close_control
	close_control
	refused_before
	null_target
	user_ublk -t ram -s 16M -q 2
	verified
	others
	file_target 65536 false
	file_target 8388608 true
	behaves
	killed
	hung
	# shellcheck disable=SC2016 # the command's own variable
	as $OWNER ublk-sim run -t ram -s 16M -- sh -c 'dd if=/dev/zero of=$UBLK_DEV bs=1M count=16 oflag=direct status=none'
	as $OWNER ublk-sim del --all
	no_device || fail "devices are left: $(compgen -G '/dev/ublk*')"
	equal "files left in the state folder" "$(ls -A "$HOME_DIR/ublk-sim")" ""
	roots
	ublk-sim del "$UBLK"
	lost_node
}
