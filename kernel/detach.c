// SPDX-License-Identifier: GPL-2.0
/*
 * Detach: an interposer leaves the data path of a live device.
 *
 * ctl.c -> [this] -> remap.c (hold, drain), chain.c (remove), hook.c (disarm), origin.c (forget).
 *
 * Order: for a remap, hold and drain -> freeze the origin's queue, take the interposer out of the chain, and
 * when it was the last one disarm the hook, unfreeze -> let held bios go -> wait until nobody is in the hook
 * -> free. Once the freeze has succeeded nothing can fail any more.
 *
 * A detach may stop after the drain (BLKI_DETACH_HOLD), so that the caller can make a stateful acceptor
 * clean while nothing new comes in. The origin stays busy meanwhile, so that nobody else changes it; the
 * control file that holds it ends the hold when it is closed.
 */
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/sched/mm.h>

#include "blki.h"

/* Take it out of the data path. Returns 0, or -ETIMEDOUT with everything as before. */
static int go_dead(struct blki_origin *origin, struct blki_interposer *ip, unsigned int timeout_ms,
		   struct blki_say *say)
{
	struct request_queue *q = bdev_get_queue(origin->bdev);
	int r = blki_queue_freeze(q, timeout_ms);

	if (r) {
		blki_say(say, "%pg: its I/O did not drain within %u ms; still attached; see why the disk hangs, or raise --timeout",
			 origin->bdev, timeout_ms);
		return r;
	}
	blki_chain_remove_frozen(origin, ip);
	if (blki_chain_empty(origin))
		origin->disk->hook->disarm_frozen(origin);
	blki_queue_unfreeze(q);
	return 0;
}

/* May it leave now, as far as its class goes? */
static int leave_allowed(const struct blki_interposer *ip, u32 flags, struct blki_say *say)
{
	if (ip->kind == BLKI_KIND_FILTER || ip->remap.class != BLKI_CLASS_STATEFUL ||
	    flags & BLKI_DETACH_CLEAN)
		return 0;
	blki_say(say, "%pg: acceptor %pg may keep data that the origin has not; make it clean first (blki remap stop does), then detach",
		 ip->origin->bdev, ip->remap.bdev);
	return -EBUSY;
}

/* Visits and completions that have counted themselves out may still have to return from our code; they look at
 * nothing that is freed here, and the module's end waits for them (blki_tasks_exit()).
 */
static void leave(struct blki_origin *origin, struct blki_interposer *ip)
{
	if (blki_chain_empty(origin)) {
		if (origin->disk->hook->quiesce)
			origin->disk->hook->quiesce(origin);
		flush_work(&origin->forward);
	}
	trace_blki_detach(ip);
	blki_event("detach", ip);
	blki_dismiss(ip);
	if (ip->kind == BLKI_KIND_FILTER)
		blki_filter_put(ip);
	blki_interposer_free(ip);
	if (blki_chain_empty(origin))
		blki_origin_forget(origin);
	else
		blki_origin_unclaim(origin);
	module_put(THIS_MODULE);
}

/* Out of the chain and the held bios let go, or everything as before; @held: the drain has been made */
static int take_out(struct blki_origin *origin, struct blki_interposer *ip, bool held,
		    struct blki_detach *args, struct blki_say *say)
{
	unsigned int noio = memalloc_noio_save();
	ktime_t begin = ktime_get();
	int r = 0;

	if (ip->kind != BLKI_KIND_FILTER && !held)
		r = blki_remap_drain(ip, args->timeout_ms, say);
	if (!r) {
		r = go_dead(origin, ip, args->timeout_ms, say);
		/* a hold that can not be finished goes on, for its owner to try again or resume */
		if (ip->kind != BLKI_KIND_FILTER && !(held && r))
			blki_remap_resume(ip);
	}
	args->pause_ns = ktime_to_ns(ktime_sub(ktime_get(), begin));
	memalloc_noio_restore(noio);
	return r;
}

/**
 * blki_detach - take an interposer off
 * @args: id, flags without BLKI_DETACH_HOLD and BLKI_DETACH_RESUME, @timeout_ms not 0; out: @pause_ns
 * @say: gets the reason of a failure
 *
 * Context: may sleep. Return: 0; -errno as listed at struct blki_detach, still attached.
 */
int blki_detach(struct blki_detach *args, struct blki_say *say)
{
	struct blki_interposer *ip = blki_origin_claim_id(args->id, say);
	bool freeze_fs = args->flags & BLKI_DETACH_FREEZE_FS;
	struct blki_origin *origin;
	int r;

	if (IS_ERR(ip))
		return PTR_ERR(ip);
	origin = ip->origin;
	r = leave_allowed(ip, args->flags, say);
	if (!r)
		r = blki_switch_begin(ip, freeze_fs, say);
	if (!r) {
		r = take_out(origin, ip, false, args, say);
		blki_switch_end(ip, freeze_fs);
	}
	if (r) {
		blki_origin_unclaim(origin);
		return r;
	}
	leave(origin, ip);
	return 0;
}

/**
 * blki_hold - the first half of a detach
 * @args: id of a remap, @timeout_ms not 0
 * @say: gets the reason of a failure
 *
 * Context: may sleep. Return: 0 new bios are held, none is in the acceptor, the origin is busy: the caller
 * must end it with blki_hold_finish() or blki_hold_resume(); -EINVAL no remap; -errno as blki_detach().
 */
int blki_hold(const struct blki_detach *args, struct blki_say *say)
{
	struct blki_interposer *ip = blki_origin_claim_id(args->id, say);
	unsigned int noio;
	int r;

	if (IS_ERR(ip))
		return PTR_ERR(ip);
	if (ip->kind != BLKI_KIND_REMAP) {
		blki_say(say, "%pg: only a remap to a device-mapper device can be held",
			 ip->origin->bdev);
		blki_origin_unclaim(ip->origin);
		return -EINVAL;
	}
	noio = memalloc_noio_save();
	r = blki_remap_drain(ip, args->timeout_ms, say);
	memalloc_noio_restore(noio);
	if (r)
		blki_origin_unclaim(ip->origin);
	else
		blki_event("hold", ip);
	return r;
}

/**
 * blki_hold_finish - the second half of a detach
 * @args: id of a remap that the caller holds, @flags, @timeout_ms not 0; out: @pause_ns
 * @say: gets the reason of a failure
 *
 * Context: may sleep. Return: 0 it is off; -errno as blki_detach(), it is still held.
 */
int blki_hold_finish(struct blki_detach *args, struct blki_say *say)
{
	struct blki_interposer *ip = blki_origin_find_id(args->id);
	struct blki_origin *origin = ip->origin;
	int r = leave_allowed(ip, args->flags, say) ?: blki_switch_begin(ip, false, say);

	if (r)
		return r;
	r = take_out(origin, ip, true, args, say);
	blki_switch_end(ip, false);
	if (!r)
		leave(origin, ip);
	return r;
}

/**
 * blki_hold_resume - end a hold, the remap stays
 * @id: a remap that the caller holds
 *
 * Context: may sleep.
 */
void blki_hold_resume(u64 id)
{
	struct blki_interposer *ip = blki_origin_find_id(id);

	blki_remap_resume(ip);
	blki_event("resume", ip);
	blki_origin_unclaim(ip->origin);
}
