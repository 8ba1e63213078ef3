# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Hazard 2: blk_mq_submit_bio and submit_bio_noacct_nocheck carry no ENDBR, so an indirect call of them faults on
# machines with IBT, which no emulated CPU has. The module names the first for the fast hook, which must call it
# directly: by a static call, whose trampoline is patched to jump there and is text of the module. The second is named
# for the hook ftrace, which is called from there and never calls it.
DESCRIPTION="see that the module calls no sealed function indirectly (hazard 2)"

test() {
	local name
	for name in __submit_bio kallsyms_lookup_name; do
		! grep -qF "$name" "$BLKI_MODULE" || fail "the module names $name"
	done
	grep -qF blk_mq_freeze_queue_wait "$BLKI_MODULE" || fail "the check can not find any name"
	load_module
	grep -q ' blk_mq_submit_bio$' /proc/kallsyms || fail "the kernel has no blk_mq_submit_bio: the test proves nothing"
	grep -qE ' [tT] __SCT__blki_mq_submit[[:space:]]+[[]blki[]]$' /proc/kallsyms || fail "the fast hook has no static call"
}
