# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The kernel copies a request's data in the thread of its queue, never in a worker of its ring: a server killed while
# a worker copies leaves a request that was sent again already half copied. Seen by probes on the driver's two
# functions that copy. On a file by buffered I/O the ring does use workers, which a third probe sees.
DESCRIPTION="copy no request's data in a worker of the ring"

readonly TRACING=/sys/kernel/tracing

requires() {
	need_module ublk_drv
	[[ -e $TRACING/kprobe_events ]] || SKIP_REASONS+=("this kernel has no probes")
}

# set_probes: on what copies, and on what a worker does. Nobody may run there: an emulated processor does not bear it.
set_probes() {
	defer drop_probes
	cat >"$TRACING/kprobe_events" <<-PROBES
	p:blki_sim/copy ublk_ch_write_iter
	p:blki_sim/take ublk_ch_read_iter
	p:blki_sim/worker io_wq_submit_work
	PROBES
	echo 1 >"$TRACING/events/blki_sim/enable"
}

drop_probes() {
	[[ -e $TRACING/events/blki_sim ]] || return 0
	echo 0 >"$TRACING/events/blki_sim/enable"
	echo >"$TRACING/kprobe_events"
	echo >"$TRACING/trace"
}

# seen TASK EVENT: how often a task whose name begins so met the probe, in $TEST_DIR/trace
seen() {
	grep -cE "^ *$1.*: $2: " "$TEST_DIR/trace" || true
}

# traced OPTION...: of the I/O on a disk with these options; $TEST_DIR/trace
traced() {
	make_ublk "$@"
	echo >"$TRACING/trace"
	pattern write "$UBLK" --length 1M
	xfs_io -d -c 'pwrite -q -V 1 -D 2M 4k' "$UBLK"
	pattern check "$UBLK" --length 1M
	cp "$TRACING/trace" "$TEST_DIR/trace"
	ublk-sim del "$UBLK"
	echo "$*: $(seen ublk-sim take) taken and $(seen ublk-sim copy) copied by the queue's thread," \
		"$(seen iou-wrk worker) steps by workers"
	within "writes taken by the thread" "$(seen ublk-sim take)" 3 1000
	within "reads copied by the thread" "$(seen ublk-sim copy)" 2 1000
	equal "writes taken by a worker" "$(seen iou-wrk take)" 0
	equal "reads copied by a worker" "$(seen iou-wrk copy)" 0
}

test() {
	modprobe ublk_drv
	truncate -s 16M "$TEST_DIR/disk.img"
	set_probes
	traced ram -s 16M
	traced ram -s 16M --cache 1M
	traced file --file "$TEST_DIR/disk.img" --buffered --cache 1M
	traced file --file "$TEST_DIR/disk.img" --buffered --profile hdd-7200 --force
	traced file --file "$TEST_DIR/disk.img" --buffered
	within "steps on the file by workers" "$(seen iou-wrk worker)" 5 1000
}
