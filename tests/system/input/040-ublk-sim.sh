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
	equal "devices left" "$(ublk-sim list --json | jsonq /devices id || true)" ""
}
