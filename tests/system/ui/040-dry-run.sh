# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# --dry-run of every command that changes something: it says what would be done or why not, with the exit code of the
# real one, and nothing is attached, detached or written.
DESCRIPTION="try every changing command without changing anything"

readonly SAYS='nothing was changed'

# tries COMMAND...: it succeeds and says that nothing was changed.
tries() {
	"$@" | grep -q "$SAYS" || fail "'$*' does not say that nothing was changed"
}

ids() {
	blki list --json | jsonq /interposers id || true
}

test() {
	local before
	make_null_blk nb
	make_null_blk nc
	load_module
	make_noexcl nx /dev/nb
	defer blki detach --all
	tries blki filter attach --dry-run null /dev/nb
	tries blki remap start --dry-run nx /dev/nb
	tries dmsetup remap start --dry-run nx /dev/nb
	tries dmsetup filter start --dry-run null /dev/nb
	equal "interposers after dry attaches" "$(nr_attached)" 0
	refuses 1 'no such block device' blki remap start --dry-run nx /dev/none
	refuses 1 'itself' blki remap start --dry-run nx nx

	blki filter attach null /dev/nb
	blki remap start nx /dev/nb
	before=$(ids)
	tries blki filter detach --dry-run null /dev/nb
	tries blki remap stop --dry-run /dev/nb
	tries dmsetup remap stop --dry-run nx
	tries blki detach --dry-run --all
	tries blki detach --dry-run "$(head -n 1 <<<"$before")"
	equal "interposers after dry detaches" "$(ids)" "$before"
	refuses 1 'already remapped' blki remap start --dry-run nx /dev/nb
	refuses 1 'there is none' blki detach --dry-run 4294967295
	refuses 1 'not attached here' blki filter detach --dry-run other /dev/nb

	blki save --dry-run --file "$TEST_DIR/save.json" | jsonq /schema
	[[ ! -e $TEST_DIR/save.json ]] || fail "a dry save wrote its file"
	tries blki alias add --dry-run /dev/nc
	tries blki alias add --dry-run nc
	[[ ! -e /dev/blki/nc ]] || fail "a dry run made an alias"
	refuses 1 'no such block device' blki alias add --dry-run /dev/none
	refuses 1 'has no alias' blki alias del --dry-run /dev/nc
	equal "a dry alias as JSON" "$(blki alias add --dry-run --json nc | jsonq /to)" /dev/blki/nc
	make_alias /dev/nc
	equal "the alias again" "$(blki alias add nc)" "$ALIAS"
	refuses 1 'is an alias itself' blki alias add --dry-run "$ALIAS"
	tries blki alias del --dry-run nc
	[[ -b $ALIAS ]] || fail "a dry run removed an alias"
	make_dm above "0 8 linear $ALIAS 0"
	refuses 1 'is in use; remove what stands on it first' blki alias del --dry-run nc
	refuses 1 'is in use; remove what stands on it first' blki alias del nc
	dmsetup remove above
	equal "a removal as JSON" "$(blki alias del --json nc | jsonq /command)" "alias del"
	[[ ! -e $ALIAS ]] || fail "an alias is left that was removed"
	equal "a dry attach as JSON" "$(blki filter attach --dry-run --json null /dev/nc | jsonq /dry_run)" true
}
