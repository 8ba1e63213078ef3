#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tools_passes.sh FRONT: what is not ours reaches the real dmsetup byte for byte: arguments, standard input, exit code.
#
# The real one is a script that writes down what it got. FRONT is the front-end, which comes before it in PATH.
set -euo pipefail

front=$1
dir=$(mktemp -d)
trap 'rm -rf -- "$dir"' EXIT
nr_wrong=0

mkdir "$dir/real" "$dir/front"
ln -s "$front" "$dir/front/dmsetup"
cat >"$dir/real/dmsetup" <<-'SCRIPT'
	#!/bin/bash
	printf '%s\0' "$@" >"$SEEN.args"
	cat >"$SEEN.stdin"
	exit 37
SCRIPT
chmod +x "$dir/real/dmsetup"
export SEEN=$dir/seen PATH=$dir/front:$dir/real:$PATH

# passes INPUT ARGUMENT...: the script gets exactly this
passes() {
	local input=$1 rc=0
	shift
	rm -f "$SEEN".*
	printf '%b' "$input" >"$dir/input"
	if (($#)); then printf '%s\0' "$@"; else printf '\0'; fi >"$dir/args"
	dmsetup "$@" <"$dir/input" >/dev/null || rc=$?
	if [[ $rc != 37 ]] || ! cmp -s "$dir/args" "$SEEN.args" || ! cmp -s "$dir/input" "$SEEN.stdin"; then
		printf 'not passed on (exit %s):' "$rc"
		printf ' %q' "$@"
		echo
		nr_wrong=$((nr_wrong + 1))
	fi
}

passes ''
passes '' version
passes '' table remap
passes '' remove filter
passes '' info -c -o name --noheadings
passes '' --unknown-option remap start a b
passes '' create a --table '0 8 linear /dev/sda 0'
passes '' create $'\x01\xff name' --table $'0 8 zero\t# \\ "quoted" \x80'
passes '' create a '' ''
passes '' create --concise 'a,,,,0 8 linear 8:0 0'
passes '' create -n a
passes '0 8 linear /dev/sda 0\n' create a
passes '0 8 linear /dev/sda 0\n8 8 zero' create a -u u --noudevsync
passes 'no table at all \xff\x00 noexcl-like noexclx\n' create a
passes '' create a
passes 'answer' message a 0 'text with  spaces'
passes '0 8 linear /dev/sda 0\n' load a
passes '0 8 linear /dev/sda 0\n' reload a
passes '' load a --table '0 8 linear /dev/sda 0'
passes '' wipe_table a b c
passes '' splitname 'a-b--c' LVM
passes '' stats list
exit $((nr_wrong > 0))
