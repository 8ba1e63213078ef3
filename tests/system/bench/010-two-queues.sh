# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A ublk-sim disk of two hardware queues, read from both CPUs at the same time: each queue serves what its CPU
# sends, and together they served everything. (On one CPU the kernel gives one queue.)
DESCRIPTION="serve two hardware queues of a ublk-sim disk at once"

readonly READS=2000 # of each CPU

requires() {
	need_module ublk_drv
	(($(nproc) >= 2)) || SKIP_REASONS+=("the guest has one CPU, and then a disk has one queue")
}

# queue_ios N: I/Os that the queue has served.
queue_ios() {
	ublk-sim list --json | jsonq "/devices/0/queue_ios/$1"
}

# read_from CPU: in the background.
read_from() {
	taskset -c "$1" dd "if=$UBLK" of=/dev/null bs=4k "count=$READS" iflag=direct status=none &
}

test() {
	local before=() nr q
	make_ublk null -s 64M -q 2 -d 32
	for q in 0 1; do
		before[q]=$(queue_ios "$q")
	done
	read_from 0
	read_from 1
	wait
	for q in 0 1; do
		nr=$(($(queue_ios "$q") - before[q]))
		echo "queue $q served $nr I/Os"
		within "I/Os of queue $q" "$nr" "$READS" $((READS + READS / 10))
	done
}
