# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# H2, by a power cut: what fsync promised through a filter, a remap and a native remap must be on the medium when the
# power goes at the worst moment, when nothing is kept that was not flushed; a write after the fsync must be lost, or
# the cut proves nothing. The disk goes with its power and comes back when the interposer has let go of the old one;
# it is looked at raw.
DESCRIPTION="cut the power behind a filter and a remap: what was flushed is there (H2)"
HOOKS=both

requires() {
	need_module ublk_drv
	need_program xfs_io
}

# cut_behind ARM DEV COMMAND...: write and flush through what is attached to DEV, write more, cut, let go with COMMAND.
cut_behind() {
	local arm=$1 dev=$2
	shift 2
	pattern write -g 1 -l 256K "$dev"
	xfs_io -c fsync "$dev"
	pattern write -g 2 -l 256K -o 1M "$dev"
	ublk-sim cut --no-wait --policy all "$UBLK"
	"$@"
	ublk-sim status --wait "$UBLK"
	pattern check -g 1 -l 256K "$UBLK" || fail "$arm: flushed data is lost"
	! pattern check -g 2 -l 4096 -o 1M "$UBLK" || fail "$arm: unflushed data survives: the cut proves nothing"
	# nothing of this arm can pass for the next one's
	pattern write -g 3 -l 2M "$UBLK"
	xfs_io -c fsync "$UBLK"
}

# let_go: of a disk that is gone.
let_go() {
	blki detach --all
	! dm_exists nx || dmsetup remove nx
}

test() {
	make_ublk ram -s 32M --cache 4M
	load_module
	defer leave_nothing
	cut_behind raw "$UBLK" true
	blki filter attach null "$UBLK"
	cut_behind filter "$UBLK" let_go
	make_noexcl nx "$UBLK"
	blki remap start nx "$UBLK"
	cut_behind remap "$UBLK" let_go
	make_null_blk nb size=32 cache_size=4
	blki remap start --native "$UBLK" /dev/nb
	cut_behind native /dev/nb let_go
}
