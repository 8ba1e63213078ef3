# SPDX-License-Identifier: GPL-2.0-or-later
#
# Hands a kernel's log on, without the title of each report of KCSAN that has no frame of ours: vm/lib/guest.sh and
# tests/system/run look for defects in what is left.
#
# A report is ours when one of the NEAR innermost frames of either stack is of a module named blki...: the race is in a
# function of ours, or in one that works on our data for us (a list, a bit map), perhaps by a helper of its own. Farther out
# we are only on the way: under the hook "fast" every bio that the block layer takes has a frame of ours eight further
# out than the allocation of its tag. The others are about the kernel, which has plain accesses on purpose that nobody has
# marked. They are renamed to "of the kernel alone", for counting. What is ours and touched by the kernel alone (a work item,
# a reference count) is among those: a report has an address, which does not say whose it is.
#
# A report that is cut off (it is being printed) is judged by what there is of it; the console has the rest. Lines that
# another CPU printed in between are handed on as they are.

BEGIN {
	NEAR = 3
}

function give() {
	if (!ours)
		sub(/BUG: KCSAN: /, "of the kernel alone: ", title)
	if (title != "")
		print title
	title = ""
}

/BUG: KCSAN: / {
	give()
	title = $0
	ours = index($0, "[blki") > 0
	frame = NEAR
	next
}

# the head of a stack: "read-write (marked) to 0x... of 8 bytes by task 671 on cpu 0:"
/ bytes by .* on cpu [0-9]+:/ {
	frame = 0
}

/\+0x[0-9a-f]+\/0x[0-9a-f]+/ && title != "" {
	frame++
	if (frame <= NEAR && index($0, "[blki"))
		ours = 1
}

/Reported by Kernel Concurrency Sanitizer/ {
	give()
}

{
	print
}

END {
	give()
}
