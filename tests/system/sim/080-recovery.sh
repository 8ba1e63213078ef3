# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# kill -9 the server at random moments under verified load on a file target: no I/O fails, no data are
# lost. BLKI_SIM_KILLS times, 8 unless set; the full proof is
#	./x vm run -- env BLKI_SIM_KILLS=100 BLKI_TEST_SCALE=4 /blki/tests/system/run sim/080-recovery
DESCRIPTION="recover a disk whose server is killed under load"
DEADLINE=1200

requires() {
	need_module ublk_drv
}

# kill_and_recover: at a moment up to half a second away.
kill_and_recover() {
	local pid left=$((RANDOM % 25))
	while ((left--)); do
		nap
	done
	pid=$(ublk-sim list --json | jsonq /devices node="$UBLK" pid)
	kill -KILL "$pid"
	equal "the node" "$(ublk-sim recover "$UBLK")" "$UBLK"
}

test() {
	local nr=${BLKI_SIM_KILLS:-8} i
	truncate -s 64M "$TEST_DIR/disk.img"
	make_ublk file --file "$TEST_DIR/disk.img" --buffered -d 32 --recovery reissue
	start_verify load --threads 2 --depth 8 --length 32M --max 128K "$UBLK"
	for ((i = 0; i < nr; i++)); do
		kill_and_recover
		wait_ios "$(basename "$UBLK")" 20
	done
	stop_verify load
	echo "$nr kills, $(verify_field load ios) I/Os"
	# without --recovery there is nothing to recover
	make_ublk ram -s 16M
	refuses 2 'live server' ublk-sim recover "$UBLK"
	kill -KILL "$(ublk-sim list --json | jsonq /devices node="$UBLK" pid)"
	wait_until 10 is_dead
	refuses 2 'not made with --recovery' ublk-sim recover "$UBLK"
}

is_dead() {
	[[ $(ublk-sim list --json | jsonq /devices node="$UBLK" state) == dead ]]
}
