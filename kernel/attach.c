// SPDX-License-Identifier: GPL-2.0
/*
 * Attach and detach: an interposer joins the data path of a live device, and leaves it.
 *
 * ctl.c -> [this] -> origin.c (who), hook.c (arm, disarm), chain.c (insert, remove), remap.c (drain).
 *
 * Order of an attach: open, allocate, check (nothing is visible yet) -> arm the hook -> freeze the origin's
 * queue, put the interposer into the chain, unfreeze -> return. The freeze waits for every bio that went
 * straight to the driver, so when the call returns all bios go through the interposer, and none is half
 * way. A device that hangs makes the freeze time out; then the hook is disarmed again.
 *
 * Order of a detach: for a remap, hold and drain (remap.c) -> freeze, take it out of the chain, and when it
 * was the last one disarm the hook, unfreeze -> let held bios go -> wait until nobody is in the hook ->
 * free. Once the freeze has succeeded nothing can fail any more.
 */
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/sched/mm.h>

#include "blki.h"

/*
 * The acceptor takes bios that were built for the origin's limits, and answers for their durability. Its
 * dma_alignment is not compared: every device-mapper device reports the 511 that stacking starts from, and
 * the vectors reach the origin's driver as they are.
 */
static int remap_fits(struct blki_origin *origin, struct blki_interposer *ip, struct blki_say *say)
{
	struct block_device *o = origin->bdev, *a = ip->remap.bdev;
	struct queue_limits *ol = &bdev_get_queue(o)->limits, *al = &bdev_get_queue(a)->limits;

	if (a == o)
		blki_say(say, "%pg: can not be remapped to itself; name another acceptor", o);
	else if (bdev_nr_sectors(a) != bdev_nr_sectors(o))
		blki_say(say, "%pg: has %llu sectors, acceptor %pg has %llu; they must be equal: make its table as long as the origin",
			 o, (u64)bdev_nr_sectors(o), a, (u64)bdev_nr_sectors(a));
	else if (al->logical_block_size > ol->logical_block_size)
		blki_say(say, "%pg: acceptor %pg needs blocks of %u bytes, the origin promises %u; use one that needs no more",
			 o, a, al->logical_block_size, ol->logical_block_size);
	else if (bdev_write_cache(a) && !bdev_write_cache(o))
		blki_say(say, "%pg: acceptor %pg has a volatile write cache and the origin none, so flushes would never reach it; give the origin one: echo write back > /sys/block/.../queue/write_cache",
			 o, a);
	else if (bdev_stable_writes(a) && !bdev_stable_writes(o))
		blki_say(say, "%pg: acceptor %pg needs stable pages, which a file system mounted on the origin does not give it; use another acceptor",
			 o, a);
	else if (bdev_is_zoned(a) || bdev_read_only(a))
		blki_say(say, "%pg: acceptor %pg is %s; use a writable conventional one", o, a,
			 bdev_is_zoned(a) ? "zoned" : "read-only");
	else
		return 0;
	return -EOPNOTSUPP;
}

/* May this interposer join? Then let it prepare itself; dismiss() undoes it. */
static int admit(struct blki_origin *origin, struct blki_interposer *ip, struct blki_say *say)
{
	int r = blki_chain_check(origin, ip, say);

	if (r)
		return r;
	ip->origin = origin;
	if (ip->kind == BLKI_KIND_FILTER) {
		ip->filter.bdev = origin->bdev;
		return ip->filter.ops->attach ? ip->filter.ops->attach(&ip->filter, say) : 0;
	}
	r = blki_remap_open(ip, say);
	if (r)
		return r;
	r = remap_fits(origin, ip, say);
	if (r)
		blki_remap_close(ip);
	return r;
}

static void dismiss(struct blki_interposer *ip)
{
	if (ip->kind == BLKI_KIND_REMAP)
		blki_remap_close(ip);
	else if (ip->filter.ops->detach)
		ip->filter.ops->detach(&ip->filter);
}

/* The interposer goes live in the frozen section. Under NOIO: the queue that is frozen may be the one that
 * memory is written to.
 */
static int go_live(struct blki_origin *origin, struct blki_interposer *ip, unsigned int timeout_ms,
		   struct blki_say *say)
{
	const struct blki_hook_ops *hook = origin->disk->hook;
	struct request_queue *q = bdev_get_queue(origin->bdev);
	bool first = blki_chain_empty(origin);
	unsigned int noio;
	int r;

	if (first && hook->arm)
		hook->arm(origin);
	noio = memalloc_noio_save();
	r = blki_queue_freeze(q, timeout_ms);
	if (!r) {
		if (first && hook->arm_frozen)
			hook->arm_frozen(origin);
		blki_chain_insert_frozen(origin, ip);
		blki_queue_unfreeze(q);
	}
	memalloc_noio_restore(noio);
	if (!r)
		return 0;
	blki_say(say, "%pg: its I/O did not drain within %u ms; nothing was attached; see why the disk hangs, or raise --timeout",
		 origin->bdev, timeout_ms);
	if (first && hook->arm)
		hook->unarm(origin);
	return r;
}

/**
 * blki_attach - put an interposer on an origin
 * @ip: complete but for its origin, of either kind; the origin's on success, the caller's otherwise
 * @devt: the origin
 * @hook: the user's choice
 * @timeout_ms: longest wait for the origin to drain
 * @id: out: what names @ip from now on; @ip itself may be detached by another caller at any time
 * @say: gets the reason of a failure
 *
 * Context: may sleep. Return: 0 every bio of the origin goes through @ip; -errno as listed at struct
 * blki_attach, nothing is attached.
 */
int blki_attach(struct blki_interposer *ip, dev_t devt, enum blki_hook hook,
		unsigned int timeout_ms, u64 *id, struct blki_say *say)
{
	struct blki_origin *fresh = blki_origin_alloc(devt, say), *origin;
	int r;

	if (IS_ERR(fresh))
		return PTR_ERR(fresh);
	origin = blki_origin_claim(&fresh, hook, say);
	r = PTR_ERR_OR_ZERO(origin);
	if (r)
		goto out;
	r = admit(origin, ip, say);
	if (!r) {
		r = go_live(origin, ip, timeout_ms, say);
		if (r)
			dismiss(ip);
	}
	if (r && blki_chain_empty(origin)) {
		blki_origin_forget(origin);
		goto out;
	}
	if (r) {
		blki_origin_unclaim(origin);
		goto out;
	}
	__module_get(THIS_MODULE);
	ip->since_ns = ktime_get_real_ns();
	*id = blki_origin_publish(ip);
out:
	blki_origin_free(fresh);
	return r;
}

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

static int detach_claimed(struct blki_origin *origin, struct blki_interposer *ip,
			  unsigned int timeout_ms, struct blki_say *say)
{
	unsigned int noio = memalloc_noio_save();
	int r = 0;

	if (ip->kind == BLKI_KIND_REMAP)
		r = blki_remap_drain(ip, timeout_ms, say);
	if (!r) {
		r = go_dead(origin, ip, timeout_ms, say);
		if (ip->kind == BLKI_KIND_REMAP)
			blki_remap_resume(ip);
	}
	memalloc_noio_restore(noio);
	return r;
}

/**
 * blki_detach - take an interposer off
 * @id: the interposer
 * @timeout_ms: longest wait for the acceptor, and for the origin, to drain
 * @say: gets the reason of a failure
 *
 * The last RCU-tasks period is for completions (remap_end_io) that have counted themselves done and are
 * about to return, in whatever context.
 *
 * Context: may sleep. Return: 0; -errno as listed at struct blki_detach, still attached.
 */
int blki_detach(u64 id, unsigned int timeout_ms, struct blki_say *say)
{
	struct blki_interposer *ip = blki_origin_claim_id(id, say);
	struct blki_origin *origin;
	int r;

	if (IS_ERR(ip))
		return PTR_ERR(ip);
	origin = ip->origin;
	r = detach_claimed(origin, ip, timeout_ms, say);
	if (r) {
		blki_origin_unclaim(origin);
		return r;
	}
	if (blki_chain_empty(origin)) {
		if (origin->disk->hook->quiesce)
			origin->disk->hook->quiesce(origin);
		flush_work(&origin->forward);
	}
	synchronize_rcu_tasks();
	dismiss(ip);
	if (ip->kind == BLKI_KIND_FILTER)
		blki_filter_put(ip);
	blki_interposer_free(ip);
	if (blki_chain_empty(origin))
		blki_origin_forget(origin);
	else
		blki_origin_unclaim(origin);
	module_put(THIS_MODULE);
	return 0;
}
