# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Wrong use of ublk-sim: exit 2 with the valid names, nothing printed on stdout, no device left.
DESCRIPTION="give ublk-sim bad input"

requires() {
	need_module ublk_drv
}

test() {
	modprobe ublk_drv
	refuses 2 'usage|verb|command' ublk-sim
	refuses 2 'frobnicate' ublk-sim frobnicate
	refuses 2 'null.*ram|ram.*null' ublk-sim add -t floppy
	refuses 2 'size' ublk-sim add -t ram -s many
	refuses 2 'block' ublk-sim add -t ram -s 16M -b 1000
	refuses 2 'queue' ublk-sim add -t null -q 0
	refuses 2 'depth' ublk-sim add -t null -d 0
	refuses 2 'colour|option' ublk-sim add -t null --colour
	refuses 2 '4711' ublk-sim del 4711
	refuses 2 '1000.*multiple' ublk-sim add -t ram -s 1000
	refuses 2 'file.*--file' ublk-sim add -t file
	refuses 2 'nowhere.*truncate' ublk-sim add -t file --file "$TEST_DIR/nowhere"
	truncate -s 1M "$TEST_DIR/small"
	refuses 2 'small.*too few.*truncate' ublk-sim add -t file --file "$TEST_DIR/small" -s 16M --buffered
	refuses 2 'neither a file' ublk-sim add -t file --file /dev/null --buffered
	refuses 2 'null.*cache' ublk-sim add -t null --cache 1M
	refuses 2 'fault.*melt|melt' ublk-sim add -t ram --fault melt:lba=1
	refuses 2 'names block 99999' ublk-sim add -t ram -s 1M --fault bad:lba=99999
	refuses 2 'nosuch.*nvme-tlc' ublk-sim add --profile nosuch
	# a time that falls as its share grows
	ublk-sim profiles hdd-7200 | sed 's/\[\[0, 100\], \[100, 300\]\]/[[0, 300], [100, 100]]/' >"$TEST_DIR/falls.json"
	refuses 2 'quantile' ublk-sim add --profile "$TEST_DIR/falls.json"
	UBLK=$(ublk-sim add -n 5)
	defer ublk-sim del "$UBLK"
	refuses 2 '5.*in use.*-n' ublk-sim add -n 5
	refuses 2 'no write cache' ublk-sim set --lying-flush on 5
	refuses 2 'change' ublk-sim set 5
	refuses 2 'policy' ublk-sim cut --policy half 5
	refuses 2 'no record' ublk-sim cut --enumerate true 5
	refuses 2 'live server' ublk-sim recover 5
	refuses 2 '4711' ublk-sim status 4711
	refuses 2 "'5' is one word too many" ublk-sim list 5
	refuses 2 "'5' is one word too many" ublk-sim add 5
	refuses 2 "reorder '9'.* 0 to 4" ublk-sim cut --reorder 9 5
	refuses 2 'no command' ublk-sim run -t ram
	ublk-sim del 5
	equal "devices left" "$(ublk-sim list --json | jsonq /devices id || true)" ""
}
