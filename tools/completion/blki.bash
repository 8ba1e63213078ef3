# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Completion of the blki command in bash: commands, options, devices, filters, ids.
#
# Commands and options are read from blki's own help, so that they are those of the installed program. It needs no
# other package; the names of what is attached need root, without it they are left out.

# _blki_commands: one command per line, "remap start"
_blki_commands() {
	blki --help 2>/dev/null | sed -nE 's/^  blki (([a-z]+)( [a-z]+)?)( .*)?$/\1/p'
}

# _blki_options COMMAND: its long options, one per line, "--hook=" when a value follows
_blki_options() {
	# shellcheck disable=SC2086 # the words of a command
	blki $1 --help 2>/dev/null | sed -nE 's/^ +(-., +)?(--[a-z-]+=?).*/\2/p'
}

# _blki_devices: nodes of block devices, without those of no size
_blki_devices() {
	local path
	for path in /sys/class/block/*; do
		[[ -e $path/size && $(<"$path/size") != 0 ]] || continue
		path=${path##*/}
		echo "/dev/${path//!//}"
	done
}

# _blki_acceptors: device-mapper names, and whatever else may take bios
_blki_acceptors() {
	cat /sys/class/block/dm-*/dm/name 2>/dev/null
	_blki_devices
}

# _blki_attached COLUMN [KIND]: a column of blki list
_blki_attached() {
	blki list 2>/dev/null | awk -v column="$1" -v kind="$2" \
		'NR > 1 && (kind == "" || $3 == kind) { print $column }'
}

# _blki_values OPTION: what may follow it
_blki_values() {
	case $1 in
	--hook) printf '%s\n' default list fast wrap ftrace ;;
	--class) printf '%s\n' identity stateful transforming ;;
	--file) compgen -f -- "$2" ;;
	esac
}

# _blki_arguments COMMAND N: what its Nth argument may be
_blki_arguments() {
	case "$1:$2" in
	'remap start:0') _blki_acceptors ;;
	'filter attach:0') echo null ;;
	'filter detach:0') _blki_attached 4 filter ;;
	'remap start:1' | 'filter attach:1' | 'alias add:0' | 'alias del:0') _blki_devices ;;
	'filter detach:1') _blki_attached 2 filter ;;
	'remap stop:0')
		_blki_attached 2 remap
		_blki_attached 2 native
		;;
	detach:*) _blki_attached 1 ;;
	esac
}

# _blki_parse WORDS...: sets command and nr_arguments of a line that is not yet complete
_blki_parse() {
	local word commands
	commands=$(_blki_commands)
	command='' nr_arguments=0
	for word in "$@"; do
		if [[ $word == -* ]]; then
			continue
		elif grep -qxF -- "${command:+$command }$word" <<<"$commands" ||
			{ [[ -z $command ]] && grep -q -- "^$word " <<<"$commands"; }; then
			command+=${command:+ }$word
		else
			nr_arguments=$((nr_arguments + 1))
		fi
	done
}

_blki() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local command nr_arguments words
	# bash splits at '=': "--hook = fast"
	if [[ $current == '=' ]]; then
		current=
	elif [[ $previous == '=' ]]; then
		previous=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	_blki_parse "${COMP_WORDS[@]:1:COMP_CWORD-1}"
	words=$(_blki_values "$previous" "$current")
	if [[ $words ]]; then
		:
	elif [[ $current == -* ]]; then
		words=$(_blki_options "$command")
	elif _blki_commands | grep -qxF -- "$command"; then
		words=$(_blki_arguments "$command" "$nr_arguments")
	else
		words=$(_blki_commands | sed -n "s/^${command:+$command }//p" | cut -d ' ' -f 1 | sort -u)
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
	[[ ${COMPREPLY[0]:-} != *= ]] || compopt -o nospace 2>/dev/null
}

complete -F _blki blki
