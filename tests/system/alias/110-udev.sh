# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# H15: with a real udevd and the system's own rules, an alias and what device-mapper makes of it must not take the link
# below /dev/disk/by-uuid from the origin. Without our rules no alias is made; the last part takes them away to
# show that the link would have moved.
DESCRIPTION="keep the by-uuid link at the origin under a real udevd (H15)"

readonly RULES=/run/udev/rules.d

requires() {
	need_program udevadm
	[[ -d /proc/sys/fs/inotify ]] || SKIP_REASONS+=("this kernel has no inotify, which udevd needs")
	[[ -d /blki/udev/system.d ]] || SKIP_REASONS+=("there are no rules of udev in the guest")
}

start_udevd() {
	mkdir -p "$RULES"
	cp /blki/udev/system.d/*.rules "$RULES"
	ln -sf "$(command -v udevadm)" "$TEST_DIR/systemd-udevd"
	defer stop_udevd
	setsid "$TEST_DIR/systemd-udevd" --debug </dev/null >"$TEST_DIR/udevd.log" 2>&1 &
	wait_until 20 [ -e /run/udev/control ]
}

stop_udevd() {
	# what it did, for the log
	grep -E '^(dm-|blki|Udev rules|Invalid)' "$TEST_DIR/udevd.log" || true
	udevadm control --exit || true
	wait_until 20 udevd_gone
	rm -rf /run/udev /dev/disk
}

udevd_gone() {
	! pgrep -x systemd-udevd >/dev/null
}

# install_rules FILE: in both places.
install_rules() {
	cp "$1" "$RULES/11-blki.rules"
	cp "$1" "$RULES/56-blki.rules"
	reload
}

# reload: udevd looks for changed rules when an event comes and it has not looked for three seconds. 'udevadm control
# --reload' would say so at once, and is lost where udevd is slow to take the connection (systemd 252 then
# logs "Invalid sender uid 65534, ignoring message", in one of eight runs on a busy host).
reload() {
	sleep 3.5
}

# settle: every event that has been sent is worked off.
settle() {
	udevadm settle --timeout=$((30 * BLKI_TEST_SCALE))
}

link_leads_to() {
	[[ $(readlink -f "/dev/disk/by-uuid/$uuid") == "$1" ]]
}

# property DEV NAME: of udev's database.
property() {
	udevadm info --query=property --name="$1" | sed -n "s/^$2=//p"
}

test() {
	local uuid sectors
	# a name that the system's rules take for a disk's
	make_null_blk sdz size=64
	mkfs.ext4 -q /dev/sdz
	uuid=$(blkid -s UUID -o value /dev/sdz)
	sectors=$(blockdev --getsz /dev/sdz)
	start_udevd
	udevadm trigger --action=add /dev/sdz
	wait_until 20 link_leads_to /dev/sdz
	load_module
	refuses 1 'install the rules first' blki alias add /dev/sdz
	# installed is not used: these are not ours
	echo '# nothing' >"$TEST_DIR/none.rules"
	install_rules "$TEST_DIR/none.rules"
	refuses 1 'udev does not use the rules' blki alias add /dev/sdz
	[[ ! -e /dev/blki/sdz ]] || fail "the alias that was refused is there"
	install_rules /blki/udev/blki.rules
	make_alias /dev/sdz
	settle
	equal "file system that udev sees on the alias" "$(property "$ALIAS" ID_FS_UUID)" ""
	link_leads_to /dev/sdz || fail "the link leads to $(readlink -f "/dev/disk/by-uuid/$uuid")"

	defer remove_dm base
	dmsetup create base --table "0 $sectors snapshot-origin $ALIAS"
	settle
	equal "file system that udev sees on the target" "$(property /dev/mapper/base ID_FS_UUID)" ""
	link_leads_to /dev/sdz || fail "the link leads to $(readlink -f "/dev/disk/by-uuid/$uuid")"
	defer remove_dm upper
	dmsetup create upper --table "0 $sectors linear /dev/mapper/base 0"
	settle
	link_leads_to /dev/sdz || fail "the link leads to $(readlink -f "/dev/disk/by-uuid/$uuid")"
	dmsetup remove upper
	defer remove_dm nx
	dmsetup create nx --table "0 $sectors blki-linear /dev/sdz 0"
	settle
	link_leads_to /dev/sdz || fail "the link leads to $(readlink -f "/dev/disk/by-uuid/$uuid")"
	dmsetup remove nx
	dmsetup remove base

	rm "$RULES"/{11,56}-blki.rules
	reload
	dmsetup create base --table "0 $sectors snapshot-origin $ALIAS"
	settle
	! link_leads_to /dev/sdz || fail "without the rules the link would not have moved: this test tests nothing"
	dmsetup remove base
}
