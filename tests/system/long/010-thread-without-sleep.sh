# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A kernel thread that gives way but never sleeps holds up RCU-tasks, which an attach and a detach wait for. dm-delay
# runs one for delays below 50 ms as long as it has a bio; it stands on a disk that has nothing to do with the
# origin, and both must come to an end all the same, on a preemptible kernel too (--append preempt=full). The module's
# unload has to wait for the thread, and says so.
DESCRIPTION="attach and detach while a kernel thread never sleeps"
DEADLINE=240

requires() {
	need_module dm_delay
}

# sleeps_of_thread: how often dm-delay's thread has slept by now.
sleeps_of_thread() {
	local file
	for file in /proc/[0-9]*/comm; do
		if [[ $(cat "$file" 2>/dev/null) == dm-delay-flush* ]]; then
			awk '$1 == "voluntary_ctxt_switches:" { print $2 }' "${file%comm}status"
			return
		fi
	done
	fail "dm-delay has no thread"
}

# awake_in COMMAND...: whether dm-delay's thread did not sleep from its beginning to its end.
awake_in() {
	local before
	before=$(sleeps_of_thread)
	"$@"
	[[ $(sleeps_of_thread) == "$before" ]]
}

# reader: one read after another while the file is there, in step with nobody
reader() {
	while [[ -e $TEST_DIR/reading ]]; do
		dd if=/dev/mapper/slow of=/dev/null bs=4096 count=100 iflag=direct status=none
	done
}

start_readers() {
	local i
	: >"$TEST_DIR/reading"
	for i in {1..10}; do
		reader &
		defer wait $!
	done
	defer rm -f "$TEST_DIR/reading"
}

# told: has the kernel's log the name of the thread that an unload waits for?
told() {
	dmesg | grep -q 'blki: waiting for "dm-delay'
}

test() {
	local round attached=0 detached=0
	make_null_blk nb
	make_brd 32
	make_dm slow "0 65536 delay /dev/ram0 0 40"
	load_module
	start_verify load --threads 16 --max 4K --flush-pct 0 --length 1M "/dev/$(dm_kernel_name slow)"
	start_readers
	for ((round = 0; round < 12 && attached * detached == 0; round++)); do
		! awake_in blki filter attach null /dev/nb || attached=1
		! awake_in blki filter detach null /dev/nb || detached=1
	done
	equal "attaches and detaches without a sleep of dm-delay's thread, one of each" "$attached $detached" "1 1"
	for ((round = 0; round < 6; round++)); do
		rmmod blki
		! told || break
		insmod "$BLKI_MODULE"
	done
	told || fail "no unload has said that it waits for dm-delay's thread"
	stop_verify load
}
