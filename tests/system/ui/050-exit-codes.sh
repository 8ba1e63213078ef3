# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Exit codes: 0 done, 1 refused, 2 usage or environment, for every command; each failure is one line that names the
# object; a second remap is told which the first is, since when, and how to end it.
DESCRIPTION="see exit codes 0, 1 and 2 of every blki command"

# one_line COMMAND...: it fails, and says it in one line.
one_line() {
	local said
	said=$("$@" 2>&1 >/dev/null) && fail "'$*' succeeds"
	equal "lines of '$*'" "$(wc -l <<<"$said")" 1
}

test() {
	make_null_blk nb
	# without the module everything that needs it is a matter of the environment
	refuses 2 'modprobe' blki status
	refuses 2 'modprobe' blki list
	refuses 2 'modprobe' blki detach --all
	refuses 2 'modprobe' blki save --file "$TEST_DIR/save.json"
	refuses 2 'modprobe' blki filter attach null /dev/nb
	[[ ! -e $TEST_DIR/save.json ]] || fail "a save without the module wrote its file"
	load_module
	make_noexcl nx /dev/nb
	defer blki detach --all
	refuses 2 'root|not allowed' setpriv --reuid 65534 --clear-groups blki status
	refuses 2 'native' blki remap start --offset 8 nx /dev/nb
	refuses 2 'native' blki remap start --force nx /dev/nb
	refuses 2 'native' blki remap start --native --larger /dev/nb /dev/nb
	refuses 2 'colour' blki remap start --class colour nx /dev/nb
	refuses 2 'altitude' blki filter attach --altitude 4294967296 null /dev/nb
	refuses 2 'unrecognized|option' blki remap stop --native /dev/nb
	refuses 2 'too many' blki list nb
	refuses 2 'number' blki events --count x
	blki remap start nx /dev/nb
	refuses 1 "/dev/nb: already remapped to dm-[0-9]+ \(nx\) since [0-9: -]+; stop that first: blki remap stop /dev/nb" \
		blki remap start nx /dev/nb
	one_line blki remap start nx /dev/nb
	blki remap stop /dev/nb | grep -qE '^/dev/nb: remap stopped' || fail "a stop does not say what it did"
	refuses 1 'neither remapped' blki remap stop /dev/nb
	refuses 1 'not attached here' blki filter detach null /dev/nb
	refuses 1 'interposer 99' blki detach 99
	refuses 2 'no id' blki detach nine
	blki detach --all
	blki status --json | jsonq /schema
}
