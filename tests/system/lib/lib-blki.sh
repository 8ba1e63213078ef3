# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The module and what it reports. No test parses human text: numbers come from JSON through jsonq.

readonly BLKI_MODULE=${BLKI_MODULE:-/blki/kernel/blki.ko}

# blki ARGUMENT...: the command; what it attaches to a blk-mq disk, with the hook under test.
blki() {
	local hook=()
	case "${1-} ${2-}" in
	"filter attach" | "remap start") [[ ! ${BLKI_HOOK:-} ]] || hook=(--hook "$BLKI_HOOK") ;;
	esac
	command blki "$@" "${hook[@]}"
}

# mq_hook: the hook that a blk-mq origin of this test has.
mq_hook() {
	echo "${BLKI_HOOK:-list}"
}

# load_module: insert the module under test.
load_module() {
	modprobe dm-mod
	defer unload_module
	insmod "$BLKI_MODULE"
	wait_until 10 [ -c /dev/blki/control ]
}

# unload_module: detach whatever is attached and remove the module; nothing when it is not loaded.
unload_module() {
	[[ -d /sys/module/blki ]] || return 0
	blki detach --all || true
	rmmod blki
}

# leave_nothing: detach everything, remove every device-mapper device; for a test that may end in the middle.
leave_nothing() {
	local file name
	blki detach --all || true
	for file in /sys/block/dm-*/dm/name /sys/block/dm-*/dm/name; do
		# what stands on a base goes in the first round
		if [[ -e $file ]]; then
			name=$(<"$file")
			[[ $name == *-base ]] && dm_exists "${name%-base}" || remove_dm "$name"
		fi
	done
}

# status_of ORIGIN FIELD [KEY=VALUE]...: FIELD of every interposer of the origin that matches.
status_of() {
	local origin field=$2
	origin=$(basename "$1")
	shift 2
	blki status --json | jsonq /interposers "origin=$origin" "$@" "$field"
}

# nr_attached: interposers of the whole system.
nr_attached() {
	blki status --json | jsonq /interposers id | grep -c . || true
}

# attached ORIGIN [KEY=VALUE]...: whether one is there.
attached() {
	local origin=$1
	shift
	status_of "$origin" id "$@" >/dev/null
}

# make_noexcl NAME ORIGIN: a blki-linear device over the whole origin, by our dmsetup front-end.
make_noexcl() {
	defer remove_dm "$1"
	echo "0 $(blockdev --getsz "$2") linear $2 0 noexcl" | dmsetup create "$1"
	[[ -b /dev/mapper/$1 ]] || fail "dmsetup create made no /dev/mapper/$1"
}

# stat_field DEV N: Nth number of the device's stat file (1 reads, 5 writes, 16 flushes).
stat_field() {
	awk -v n="$2" '{ print $n }' "/sys/class/block/$(basename "$1")/stat"
}

# stat_ios DEV: reads and writes the device has completed.
stat_ios() {
	awk '{ print $1 + $5 }' "/sys/class/block/$(basename "$1")/stat"
}

# wait_seen DEV NR [filter|remap]: until the interposer has seen NR more bios; the first of the chain by default.
wait_seen() {
	await-seen "$1" "${3:-any}" "$2" "$(scaled 30)" || fail "$1: $2 more bios do not reach the ${3:-interposer}"
}
