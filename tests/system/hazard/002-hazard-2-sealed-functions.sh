# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Hazard 2: blk_mq_submit_bio and submit_bio_noacct_nocheck carry no ENDBR, so an indirect call of them faults on
# machines with IBT, which no emulated CPU has: the module must not look them up to call them by pointer. It may
# import exported functions only, and what it puts into the disk's operations must be its own.
DESCRIPTION="see that the module names no function that must not be called indirectly (hazard 2)"

test() {
	local name
	for name in blk_mq_submit_bio submit_bio_noacct_nocheck __submit_bio kallsyms_lookup_name; do
		! grep -qF "$name" "$BLKI_MODULE" || fail "the module names $name"
	done
	grep -qF blk_mq_freeze_queue_wait "$BLKI_MODULE" || fail "the check can not find any name"
}
