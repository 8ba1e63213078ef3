#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tools_man.sh DIR: the man pages in DIR against the programs, blki and the front-end first in PATH.
#
# Every page renders without a warning; blki(8) has every command and every option that blki's help names, and names
# none that it has not; dmsetup-blki(8) has the front-end's commands.
set -uo pipefail

dir=$1 nr_wrong=0

wrong() {
	echo "$*"
	nr_wrong=$((nr_wrong + 1))
}

# text PAGE: as a reader sees it, one line
text() {
	LC_ALL=C.UTF-8 MANWIDTH=200 man -l "$dir/$1" 2>/dev/null | col -b | tr -s ' \n' ' '
}

# options COMMAND...: long options of a help, --help and --usage apart
options() {
	"$@" --help | grep -oE -- '^ +(-., +)?--[a-z-]+' | grep -oE -- '--[a-z-]+' | grep -vxE -- '--(help|usage|version)'
}

if ! command -v man >/dev/null || ! command -v col >/dev/null; then
	echo "there is no man or no col here"
	exit 77
fi
for page in "$dir"/*.8; do
	said=$(LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -l "$page" 2>&1 >/dev/null)
	[[ -z $said ]] || wrong "${page##*/}: $said"
done

blki_page=$(text blki.8)
((${#blki_page} > 5000)) || wrong "blki.8 has ${#blki_page} characters of text"
declare -A known=()
nr_commands=0
while read -r first second; do
	nr_commands=$((nr_commands + 1))
	name="$first${second:+ $second}"
	[[ $blki_page == *"blki $name"* ]] || wrong "blki.8 has no synopsis of blki $name"
	# shellcheck disable=SC2086 # no second word is no word
	for option in $(options blki $first $second); do
		known[$option]=$name
	done
done < <(blki --help | sed -nE 's/^  blki ([a-z]+)( [a-z]+)?( .*)?$/\1\2/p')
((nr_commands >= 10)) || wrong "blki --help names $nr_commands commands"
for option in "${!known[@]}"; do
	grep -qE -- "^\.BI?R? $option( |\$)" "$dir/blki.8" || wrong "blki.8 does not explain $option of ${known[$option]}"
done
for option in $(grep -oE -- '--[a-z-]{2,}' "$dir/blki.8" | sort -u | grep -vxE -- '--(help|version|getsz|table)'); do
	[[ ${known[$option]:-} ]] || wrong "blki.8 names $option, which no command has"
done

front_page=$(text dmsetup-blki.8)
for name in 'remap start' 'remap stop' 'remap status' 'filter start' 'filter stop' 'create' 'load'; do
	[[ $front_page == *"dmsetup $name"* ]] || wrong "dmsetup-blki.8 has no synopsis of dmsetup $name"
done
exit $((nr_wrong > 0))
