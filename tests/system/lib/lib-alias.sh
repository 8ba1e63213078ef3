# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Aliases. The module is loaded before, so that its unload, which is registered first, comes last.

# make_alias ORIGIN: sets ALIAS, the node.
make_alias() {
	ALIAS=$(blki alias add "$1")
	defer remove_alias "$ALIAS"
	[[ -b $ALIAS ]] || fail "blki alias add $1 made no $ALIAS"
}

remove_alias() {
	[[ ! -b $1 ]] || blki alias del "$1"
}

# alias_field ALIAS FIELD: of blki alias list.
alias_field() {
	blki alias list --json | jsonq /aliases "name=${1#/dev/}" "$2"
}

# alias_queue ALIAS ATTRIBUTE: a queue attribute.
alias_queue() {
	cat "/sys/block/blki!${1#/dev/blki/}/queue/$2"
}

# make_on_alias NAME ORIGIN TARGET [ARGUMENT]...: a stock target over the whole origin, by the system's own dmsetup,
# on its alias; the arguments follow the device.
make_on_alias() {
	local name=$1 origin=$2 target=$3
	shift 3
	make_alias "$origin"
	make_dm "$name" "0 $(blockdev --getsz "$origin") $target $ALIAS $*"
}
