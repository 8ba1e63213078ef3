#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tools_completion.sh COMPLETION: the bash completion, sourced in a bash that has no other, with blki first in PATH.
#
# Every command and every option that blki --help names is offered, values where they are known, and nothing else.
set -uo pipefail

nr_wrong=0
# shellcheck source=/dev/null
. "$1"

# offered LINE: what completes a line that ends where the cursor is, one per line
offered() {
	read -ra COMP_WORDS <<<"$1"
	[[ $1 != *' ' ]] || COMP_WORDS+=('')
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	COMPREPLY=()
	_blki
	printf '%s\n' "${COMPREPLY[@]}"
}

# expect LINE WORD...: these are offered
expect() {
	local line=$1 got word
	shift
	got=$(offered "$line")
	for word in "$@"; do
		grep -qxF -- "$word" <<<"$got" && continue
		echo "'$line' is not completed to '$word' but to: ${got//$'\n'/ }"
		nr_wrong=$((nr_wrong + 1))
	done
}

# refuse LINE WORD: this is not offered
refuse() {
	! offered "$1" | grep -qxF -- "$2" && return
	echo "'$1' is completed to '$2'"
	nr_wrong=$((nr_wrong + 1))
}

nr_commands=0
while read -r first second; do
	nr_commands=$((nr_commands + 1))
	expect "blki " "$first"
	[[ -z $second ]] || expect "blki $first " "$second"
	nr_options=0
	# shellcheck disable=SC2086 # no second word is no word
	while read -r option; do
		nr_options=$((nr_options + 1))
		expect "blki $first${second:+ $second} --" "$option"
	done < <(blki $first $second --help | grep -oE -- '^ +(-., +)?--[a-z-]+=?' | grep -oE -- '--.*')
	((nr_options >= 2)) || { echo "blki $first $second has $nr_options options"; nr_wrong=$((nr_wrong + 1)); }
done < <(blki --help | sed -nE 's/^  blki ([a-z]+)( [a-z]+)?( .*)?$/\1\2/p')
((nr_commands >= 10)) || { echo "blki --help names $nr_commands commands"; nr_wrong=$((nr_wrong + 1)); }

expect "blki rem" remap
expect "blki remap sta" start
expect "blki remap start --hook " fast ftrace
expect "blki remap start --hook = f" fast ftrace
expect "blki remap start --class st" stateful
expect "blki --" --help --version
refuse "blki remap " detach
refuse "blki status --" --hook=
refuse "blki remap start --hook = w" fast
for path in /sys/class/block/*; do
	[[ -e $path/size && $(<"$path/size") != 0 ]] || continue
	name=${path##*/}
	expect "blki filter attach null " "/dev/${name//!//}"
	break
done
exit $((nr_wrong > 0))
