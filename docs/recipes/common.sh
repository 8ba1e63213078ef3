# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# common.sh: what the recipes beside it share. It is read by them, so keep it where they are.

# die TEXT [STATUS]
die() {
	echo "$(basename "$0"): $1" >&2
	exit "${2:-1}"
}

# device_of WORD: the path of a block device, or of the device that is mounted there.
device_of() {
	local number
	if [[ -b $1 ]]; then
		echo "$1"
		return
	fi
	number=$(mountpoint -d "$1" 2>/dev/null) || die "$1 is neither a block device nor a mount point"
	[[ -e /sys/dev/block/$number ]] || die "$1 is on no single block device ($number); name the device"
	echo "/dev/$(basename "$(readlink "/sys/dev/block/$number")")"
}

# have NAME: whether a device-mapper device of that name exists.
have() {
	dmsetup info "$1" >/dev/null 2>&1
}

need_front_end() {
	command -v blki >/dev/null || die "there is no blki in PATH; install it" 2
	dmsetup remap status --help >/dev/null 2>&1 ||
		die "the dmsetup in PATH is not the front-end of blki; put that first" 2
}

# end_alias DEVICE: its alias goes, unless others use it, too.
end_alias() {
	blki alias del "$1" >/dev/null 2>&1 || true
}

# switch_for SECONDS NAME DEVICE TARGET [ARGUMENT]...: a device-mapper device NAME is made on the alias of DEVICE, and
# the bios of DEVICE go there for that time, or until a signal or a failure. The arguments follow "DEVICE 0" in the
# table. It does not return: the script ends with it.
switch_for() {
	switch_seconds=$1 switch_name=$2 switch_device=$3
	local target=$4
	shift 4
	need_front_end
	trap give_back EXIT
	trap 'exit 130' INT TERM
	dmsetup create "$switch_name" --table \
		"0 $(blockdev --getsz "$switch_device") $target $switch_device 0 $* noexcl"
	blki remap start "$switch_name" "$switch_device"
	switch_is_on=true
	# a sleep in the foreground would keep a signal waiting
	sleep "$switch_seconds" &
	switch_sleeper=$!
	wait "$switch_sleeper"
	exit 0
}

# give_back: undo what switch_for has done by now.
give_back() {
	[[ -z ${switch_sleeper:-} ]] || kill "$switch_sleeper" 2>/dev/null || true
	have "$switch_name" || return 0
	if ${switch_is_on:-false}; then
		blki remap stop "$switch_name" ||
			die "$switch_device is still switched to it; try again: blki remap stop $switch_name"
	fi
	dmsetup remove "$switch_name"
	end_alias "$switch_device"
}
