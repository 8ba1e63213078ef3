# SPDX-License-Identifier: GPL-2.0-or-later
#
# Hands a kernel's log on, without the title of each report of KCSAN that has no frame of ours: vm/lib/guest.sh and
# tests/system/run look for defects in what is left.
#
# A report is ours when a frame of either stack, or a lock held there, is of a module named blki...: also when the race
# itself is in a function that we called. The others are about the kernel, which has plain accesses on purpose that
# nobody has marked. They are renamed to "of the kernel alone", for counting. What is ours and touched by the kernel alone
# (a work item, a reference count) is among those: a report has an address, which does not say whose it is.
#
# A report that is cut off (it is being printed) is judged by what there is of it; the console has the rest. Lines that
# another CPU printed in between are handed on as they are.

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
	next
}

title != "" && index($0, "[blki") {
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
