// SPDX-License-Identifier: GPL-2.0
/*
 * Attach: an interposer joins the data path of a live device.
 *
 * ctl.c -> [this] -> origin.c (who), hook.c (arm), chain.c (insert), remap.c and native.c (acceptor).
 *
 * Order: open, allocate, check (nothing is visible yet) -> arm the hook -> freeze the origin's queue, put
 * the interposer into the chain, unfreeze -> settle -> return. The freeze keeps everybody out of the chain
 * while it changes. It does not wait for those who passed before it and had not yet entered the queue: some
 * had tested the flag before it was set, some were let through by the chain as it was. Settling waits for
 * them, so when the call returns every bio goes through the interposer, and none is half way. A device that
 * hangs makes the freeze time out; then the hook is disarmed again.
 */
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/sched/mm.h>

#include "blki.h"

/*
 * The acceptor takes bios that were built for the origin's limits, and answers for their durability. Its
 * dma_alignment is not compared: every device-mapper device reports the 511 that stacking starts from, and
 * the vectors reach the origin's driver as they are (native.c compares it, where there is no stacking).
 */
static int remap_fits(struct blki_origin *origin, struct blki_interposer *ip, struct blki_say *say)
{
	struct block_device *o = origin->bdev, *a = ip->remap.bdev;
	struct queue_limits *ol = &bdev_get_queue(o)->limits, *al = &bdev_get_queue(a)->limits;

	if (al->logical_block_size > ol->logical_block_size)
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

/* As long as the origin unless asked otherwise; a native one may lie anywhere on its acceptor. */
static int size_fits(struct blki_origin *origin, struct blki_interposer *ip, struct blki_say *say)
{
	struct block_device *o = origin->bdev, *a = ip->remap.bdev;
	u64 need = bdev_nr_sectors(o), has = bdev_nr_sectors(a), offset = ip->remap.offset_sectors;
	bool larger = ip->kind == BLKI_KIND_NATIVE || ip->flags & BLKI_ATTACH_LARGER;

	if (offset <= has && (larger ? has - offset >= need : has == need))
		return 0;
	if (ip->kind == BLKI_KIND_NATIVE)
		blki_say(say, "%pg: has %llu sectors, acceptor %pg has %llu and the offset is %llu; use a larger one or another offset",
			 o, need, a, has, offset);
	else
		blki_say(say, "%pg: has %llu sectors, acceptor %pg has %llu; they must be equal: make its table as long as the origin%s",
			 o, need, a, has, has > need ? ", or allow a larger one (--larger)" : "");
	return -EOPNOTSUPP;
}

static int acceptor_fits(struct blki_origin *origin, struct blki_interposer *ip,
			 struct blki_say *say)
{
	int r;

	if (ip->remap.bdev == origin->bdev) {
		blki_say(say, "%pg: can not be remapped to itself; name another acceptor",
			 origin->bdev);
		return -ELOOP;
	}
	blki_blkg_find(&ip->remap.move.to, ip->remap.bdev);
	if (origin->disk->hook == &blki_hook_fast)
		blki_blkg_find(&ip->remap.move.from, origin->bdev);
	else
		blki_blkg_ignore(&ip->remap.move.from);
	ip->remap.rel_sectors = ip->remap.offset_sectors - origin->bdev->bd_start_sect;
	r = size_fits(origin, ip, say) ?: remap_fits(origin, ip, say);
	if (!r && ip->kind == BLKI_KIND_NATIVE)
		r = blki_native_check(origin, ip, say);
	/* other bytes than the origin's: whoever holds the origin would find his device exchanged */
	if (!r && ip->kind == BLKI_KIND_NATIVE && !(ip->flags & BLKI_ATTACH_FORCE))
		ip->remap.class = BLKI_CLASS_TRANSFORMING;
	return r;
}

/* May its hook carry this interposer? */
static int carry_allowed(struct blki_origin *origin, struct blki_interposer *ip,
			 struct blki_say *say)
{
	const struct blki_hook_ops *hook = origin->disk->hook;

	if (ip->kind == BLKI_KIND_FILTER || !hook->filters_only)
		return 0;
	blki_say(say, "%pg: the hook \"%s\" can be switched off (kernel.ftrace_enabled=0), and then bios would pass the remap; detach what uses it, and ask for list or fast",
		 origin->bdev, hook->name);
	return -EOPNOTSUPP;
}

/* May this interposer join? Then let it prepare itself; blki_dismiss() undoes it. */
static int admit(struct blki_origin *origin, struct blki_interposer *ip, struct blki_say *say)
{
	int r = carry_allowed(origin, ip, say) ?: blki_chain_check(origin, ip, say);

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
	r = acceptor_fits(origin, ip, say);
	if (r)
		blki_remap_close(ip);
	return r;
}

/**
 * blki_dismiss - undo an interposer's preparations
 * @ip: one that is in no chain
 *
 * Context: may sleep.
 */
void blki_dismiss(struct blki_interposer *ip)
{
	if (ip->origin->disk->hook->emptied)
		ip->origin->disk->hook->emptied();
	if (ip->kind == BLKI_KIND_NATIVE)
		blki_origin_aim(ip->origin, NULL, NULL);
	if (ip->kind != BLKI_KIND_FILTER)
		blki_remap_close(ip);
	else if (ip->filter.ops->detach)
		ip->filter.ops->detach(&ip->filter);
}

/**
 * blki_switch_begin - what a change of an origin needs around it: nobody who holds it, or his file system frozen
 * @ip: the interposer that comes or goes
 * @freeze_fs: freeze the file system on the origin
 * @say: gets the reason of a refusal
 *
 * A transforming acceptor exchanges the bytes under whoever holds the origin, so nobody may; while the claim
 * is being made nobody can become one either, so the answer stays true until blki_switch_end(). Where bios
 * have gone round, the acceptor itself holds the origin, and has no bytes to exchange: it must come off.
 *
 * Context: may sleep, as long as the file system needs to write what it has. Return: 0; -EBUSY the origin is
 * held; -errno of the freeze.
 */
int blki_switch_begin(struct blki_interposer *ip, bool freeze_fs, struct blki_say *say)
{
	struct block_device *bdev = ip->origin->bdev;
	bool exchange = ip->kind != BLKI_KIND_FILTER &&
			ip->remap.class == BLKI_CLASS_TRANSFORMING && !blki_stat(ip, loops);
	int r = 0;

	ip->claimed = false;
	if (exchange) {
		r = bd_prepare_to_claim(bdev, ip, NULL);
		ip->claimed = !r;
		if (r)
			blki_say(say, "%pg: is mounted or claimed, and with %pg its bytes are others; unmount it first%s",
				 bdev, ip->remap.bdev, ip->kind == BLKI_KIND_NATIVE ?
				 ", or --force when both hold the same" : "");
	}
	if (!r && freeze_fs) {
		r = bdev_freeze(bdev);
		if (r)
			blki_say(say, "%pg: its file system can not be frozen (errno %d); see the kernel log, or do without --freeze-fs",
				 bdev, -r);
		if (r && ip->claimed)
			bd_abort_claiming(bdev, ip);
	}
	return r;
}

/** blki_switch_end - undo blki_switch_begin(); Context: may sleep */
void blki_switch_end(struct blki_interposer *ip, bool freeze_fs)
{
	struct block_device *bdev = ip->origin->bdev;

	if (freeze_fs && bdev_thaw(bdev))
		pr_err("blki: %pg: its file system stays frozen; thaw it with fsfreeze -u\n", bdev);
	if (ip->claimed)
		bd_abort_claiming(bdev, ip);
}

/*
 * Wait for the bios that went past the interposer: first until their submitters have entered the queue, then
 * until the queue has been empty once. What a bio-based origin has let pass it has let pass under the queue
 * reference, for which the freeze before this has waited.
 */
static void settle(struct blki_origin *origin, unsigned int timeout_ms)
{
	struct gendisk *gd = origin->bdev->bd_disk;

	if (!origin->disk->hook->mq)
		return;
	/* the hook that judges before the list of submitters is set (hook_ftrace.c) */
	if (origin->disk->hook->filters_only)
		blki_tasks_sync();
	blki_submitters_sync(gd, 0);
	if (!blki_queue_freeze(gd->queue, timeout_ms))
		blki_queue_unfreeze(gd->queue);
	else if (!test_bit(GD_DEAD, &gd->state))
		pr_warn("blki: %pg: I/O that it was given before the attach is still in its driver after %u ms\n",
			origin->bdev, timeout_ms);
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
	ktime_t begin;
	int r;

	/* arming waits for submitters as long as it takes: not for a disk that is frozen, or asleep, for good */
	if (first && hook->arm && !blki_queue_await(origin->bdev->bd_disk, timeout_ms)) {
		blki_say(say, "%pg: somebody else has had its I/O stopped for %u ms; nothing was attached; see why the disk hangs, or raise --timeout",
			 origin->bdev, timeout_ms);
		return -ETIMEDOUT;
	}
	if (first && hook->arm) {
		r = hook->arm(origin, say);
		if (r)
			return r;
	}
	noio = memalloc_noio_save();
	begin = ktime_get();
	r = blki_queue_freeze(q, timeout_ms);
	if (!r) {
		if (first && hook->arm_frozen)
			hook->arm_frozen(origin);
		blki_chain_insert_frozen(origin, ip);
		blki_queue_unfreeze(q);
		/* it is in its chain: a list may read this */
		WRITE_ONCE(ip->pause_ns, ktime_to_ns(ktime_sub(ktime_get(), begin)));
		settle(origin, timeout_ms);
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

/* From here on @ip has an origin, which is busy with it */
static int join(struct blki_origin *origin, struct blki_interposer *ip, unsigned int timeout_ms,
		struct blki_say *say)
{
	bool freeze_fs = ip->flags & BLKI_ATTACH_FREEZE_FS;
	int r = admit(origin, ip, say);

	if (r)
		return r;
	r = blki_switch_begin(ip, freeze_fs, say);
	if (!r) {
		ip->whole = blki_whole_take(origin->bdev);
		r = go_live(origin, ip, timeout_ms, say);
		blki_switch_end(ip, freeze_fs);
	}
	if (r)
		blki_dismiss(ip);
	return r;
}

/**
 * blki_attach - put an interposer on an origin
 * @ip: complete but for its origin, of any kind; the origin's on success, the caller's otherwise
 * @devt: the origin
 * @args: the user's choices: @hook and @timeout_ms, not 0
 * @id: out: what names @ip from now on; @ip itself may be detached by another caller at any time
 * @pause_ns: out: how long the origin's queue stood still
 * @say: gets the reason of a failure
 *
 * Context: may sleep. Return: 0 every bio of the origin goes through @ip; -errno as listed at struct
 * blki_attach, nothing is attached.
 */
int blki_attach(struct blki_interposer *ip, dev_t devt, const struct blki_attach *args, u64 *id,
		u64 *pause_ns, struct blki_say *say)
{
	struct blki_origin *fresh = blki_origin_alloc(devt, say), *origin;
	int r;

	if (IS_ERR(fresh))
		return PTR_ERR(fresh);
	origin = blki_origin_claim(&fresh, args->hook, say);
	r = PTR_ERR_OR_ZERO(origin);
	if (r)
		goto out;
	r = join(origin, ip, args->timeout_ms, say);
	if (r && blki_chain_empty(origin)) {
		blki_origin_forget(origin);
		goto out;
	}
	if (r) {
		blki_origin_unclaim(origin);
		goto out;
	}
	__module_get(THIS_MODULE);
	WRITE_ONCE(ip->since_ns, ktime_get_real_ns());
	*pause_ns = ip->pause_ns;
	*id = blki_origin_publish(ip);
	trace_blki_attach(ip);
	blki_event("attach", ip);
	blki_origin_unclaim(origin);
out:
	blki_origin_free(fresh);
	return r;
}
