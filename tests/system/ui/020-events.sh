# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# events tells every attach and detach, filter and remap, in order, with no udevd in the guest; --count ends it, and
# --timeout ends it with 1 when too few came.
DESCRIPTION="watch attach and detach happen with blki events"

# event N FIELD: of the Nth line, the first being "listening".
event() {
	sed -n "$1p" "$TEST_DIR/events" | jsonq "/$2"
}

expect_event() {
	equal "event $1" "$(event "$1" event) $(event "$1" origin) $(event "$1" kind)" "$2"
}

test() {
	make_null_blk nb
	load_module
	make_noexcl nx /dev/nb
	defer blki detach --all
	blki events --json --count 4 --timeout "$(scaled 60)" >"$TEST_DIR/events" &
	local listener=$! id
	wait_until 20 grep -q listening "$TEST_DIR/events"
	blki filter attach null /dev/nb
	id=$(status_of nb id)
	blki remap start nx /dev/nb
	blki remap stop /dev/nb
	blki filter detach null /dev/nb
	wait "$listener" || fail "blki events exits with $?"
	cat "$TEST_DIR/events"
	equal "lines" "$(wc -l <"$TEST_DIR/events")" 5
	expect_event 2 "attach nb filter"
	equal "id" "$(event 2 id)" "$id"
	equal "name" "$(event 2 name)" null
	expect_event 3 "attach nb remap"
	equal "acceptor" "$(event 3 acceptor)" "$(dm_kernel_name nx)"
	expect_event 4 "detach nb remap"
	expect_event 5 "detach nb filter"
	refuses 1 '0 of 1 came' blki events --count 1 --timeout 0.5
	blki events --timeout 0.5
}
