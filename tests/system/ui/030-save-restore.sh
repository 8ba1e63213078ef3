# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What is attached, saved and restored after everything is gone: the same filters and remaps on the same partitions,
# their acceptors made again, those on an alias too; once more changes nothing; a part that fails is told and the rest
# is done.
DESCRIPTION="save what is attached, lose it, and restore it"

# results FIELD KEY=VALUE...: of a restore that printed JSON.
results() {
	jsonq /results "${@:2}" "$1" <"$TEST_DIR/restore.json"
}

restore() {
	RESTORE_RC=0
	blki restore --json --file "$TEST_DIR/save.json" "$@" >"$TEST_DIR/restore.json" || RESTORE_RC=$?
	cat "$TEST_DIR/restore.json"
}

nr_results() {
	grep -c "\"result\": *\"$1\"" "$TEST_DIR/restore.json" || true
}

lose_everything() {
	blki detach --all
	dmsetup remove above
	dmsetup remove nx
	dmsetup remove slow
	remove_alias "/dev/blki/$(basename "$(partition nb 3)")"
}

requires() {
	need_module dm-delay
}

test() {
	make_null_blk nb size=96
	make_partitions nb 16 32 32
	load_module
	make_noexcl nx "$(partition nb 2)"
	make_dm above "0 $(blockdev --getsz "$(partition nb 2)") linear /dev/mapper/nx 0"
	defer remove_alias "/dev/blki/$(basename "$(partition nb 3)")"
	defer remove_dm slow
	defer blki detach --all
	dmsetup create slow --table "0 $(blockdev --getsz "$(partition nb 3)") delay $(partition nb 3) 0 0 noexcl"
	blki filter attach --altitude 7777 null "$(partition nb 1)"
	blki filter attach null "$(partition nb 2)"
	blki remap start above "$(partition nb 2)"
	blki remap start slow "$(partition nb 3)"
	blki save --dry-run >"$TEST_DIR/printed.json" 2>"$TEST_DIR/said"
	cat "$TEST_DIR/said"
	# this guest has no udev: only the table itself tells, unless the kernel does
	if grep -q PARTUUID= "/sys/class/block/$(basename "$(partition nb 1)")/uevent"; then
		equal "words of a save that read no disk" "$(<"$TEST_DIR/said")" ""
	else
		equal "notes of tables read" "$(grep -c 'read partition tables' "$TEST_DIR/said")" 1
	fi
	blki save --file "$TEST_DIR/save.json"
	cmp "$TEST_DIR/printed.json" "$TEST_DIR/save.json"
	cat "$TEST_DIR/save.json"
	equal "mode of the file" "$(stat -c %a "$TEST_DIR/save.json")" 600
	[[ $(jsonq /interposers/0/origin/partuuid <"$TEST_DIR/save.json") == *-01 ]] ||
		fail "the save has no PARTUUID of the first partition"

	restore
	equal "exit of a restore of what is there" "$RESTORE_RC" 0
	equal "left as they are" "$(nr_results there)" 7
	lose_everything
	restore --dry-run
	equal "exit of a dry run" "$RESTORE_RC" 0
	equal "to be made" "$(nr_results would-make)" 3
	equal "to be attached" "$(nr_results would-attach)" 4
	equal "interposers after a dry run" "$(nr_attached)" 0
	! dm_exists nx || fail "a dry run made a device"
	restore
	equal "exit of the restore" "$RESTORE_RC" 0
	equal "made" "$(nr_results made)" 3
	equal "attached" "$(nr_results attached)" 4
	equal "altitude" "$(status_of "$(partition nb 1)" altitude)" 7777
	equal "acceptor" "$(status_of "$(partition nb 2)" acceptor_name kind=remap)" above
	equal "table" "$(dmsetup table nx | cut -d ' ' -f 3)" blki-linear
	equal "on its alias" "$(blki status --json | jsonq /interposers/3/stack/0/below/0/kind)" alias
	dd if="$(partition nb 2)" of=/dev/null bs=4k count=10 iflag=direct 2>/dev/null
	within "bios through the remap" "$(status_of "$(partition nb 2)" nr_done kind=remap)" 10 100000

	lose_everything
	sfdisk --quiet --no-tell-kernel --delete /dev/nb 1
	blockdev --rereadpt /dev/nb
	restore
	equal "exit of a restore in part" "$RESTORE_RC" 1
	equal "failed" "$(nr_results failed)" 1
	results why result=failed | grep -q 'PARTUUID=.*-01: there is no such device now' ||
		fail "the failure does not name the partition"
	equal "attached of the rest" "$(nr_results attached)" 3
	refuses 2 'no JSON document' blki restore --file /dev/null
	head -c 100 "$TEST_DIR/save.json" >"$TEST_DIR/torn.json"
	refuses 2 'it ends too early' blki restore --file "$TEST_DIR/torn.json"
	refuses 2 'can not be read' blki restore --file "$TEST_DIR/none"
	lose_everything
}
