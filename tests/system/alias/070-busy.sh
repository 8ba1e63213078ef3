# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Who may remove what: an alias that is open, or that a target stands on, stays, and so does the module; one that is
# idle goes with the module. A second add finds the first.
DESCRIPTION="refuse to remove an alias in use; unload with an idle one"

test() {
	make_null_blk nb
	load_module
	make_alias /dev/nb
	equal "a second add" "$(blki alias add /dev/nb)" "$ALIAS"
	equal "aliases" "$(blki alias list --json | jsonq /aliases name | wc -l)" 1
	equal "origin in sysfs" "$(cat '/sys/block/blki!nb/blki/origin')" nb
	[[ -e '/sys/block/blki!nb/slaves/nb' ]] || fail "slaves/ does not name the origin"

	exec {held}<"$ALIAS"
	refuses 1 'in use; remove what stands on it' blki alias del "$ALIAS"
	refuses 1 'in use' rmmod blki
	exec {held}<&-
	make_dm lin "0 $(blockdev --getsz /dev/nb) linear $ALIAS 0"
	[[ -e "/sys/block/blki!nb/holders/$(dm_kernel_name lin)" ]] || fail "holders/ does not name the target"
	refuses 1 'in use; remove what stands on it' blki alias del nb
	refuses 1 'in use' rmmod blki
	verify --seed 5 --ios 100 /dev/mapper/lin
	dmsetup remove lin
	rmmod blki
	[[ ! -e $ALIAS ]] || fail "$ALIAS outlived the module"
	verify --seed 6 --ios 50 /dev/nb
}
