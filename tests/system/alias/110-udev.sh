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
	"$TEST_DIR/systemd-udevd" --daemon
	wait_until 20 [ -e /run/udev/control ]
}

stop_udevd() {
	udevadm control --exit || true
	wait_until 20 udevd_gone
	rm -rf /run/udev /dev/disk
}

udevd_gone() {
	! pgrep -x systemd-udevd >/dev/null
}

# install_rules NAME: whole at once, so that udevd, which looks for changed rules by itself too, meets no half of a file.
install_rules() {
	cp /blki/udev/blki.rules "$TEST_DIR/$1"
	mv "$TEST_DIR/$1" "$RULES/.$1"
	mv "$RULES/.$1" "$RULES/$1"
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
	install_rules 11-blki.rules
	install_rules 56-blki.rules
	udevadm control --reload
	make_alias /dev/sdz
	settle
	equal "file system that udev sees on the alias" "$(property "$ALIAS" ID_FS_UUID)" ""
	link_leads_to /dev/sdz || fail "the link leads to $(readlink -f "/dev/disk/by-uuid/$uuid")"

	defer remove_dm base
	dmsetup create base --table "0 $sectors snapshot-origin $ALIAS"
	settle
	# what udev knew, should it have looked into the target all the same
	udevadm info --query=all --name=/dev/mapper/base
	ls -l /sys/class/block/dm-*/slaves
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
	udevadm control --reload
	dmsetup create base --table "0 $sectors snapshot-origin $ALIAS"
	settle
	! link_leads_to /dev/sdz || fail "without the rules the link would not have moved: this test tests nothing"
	dmsetup remove base
}
