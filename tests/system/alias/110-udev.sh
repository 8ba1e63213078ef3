# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# H15: with a real udevd and the system's own rules, an alias and what device-mapper makes of it must not take the link
# below /dev/disk/by-uuid from the origin. Without our rules no alias is made; the last part takes them away to
# show that the link would have moved.
DESCRIPTION="keep the by-uuid link at the origin under a real udevd (H15)"

requires() {
	need_udevd
}

# install_rules FILE: in both places.
install_rules() {
	cp "$1" "$RULES/11-blki.rules"
	cp "$1" "$RULES/56-blki.rules"
	reload
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
