// SPDX-License-Identifier: GPL-2.0
/*
 * Remap: the origin's bios go to another block device, and come back complete.
 *
 * hook -> filters -> [this] -> acceptor (a device-mapper device) -> its targets -> linear.c -> driver.
 *
 * Accounting. The origin's queue knows nothing of a bio that has left for the acceptor, and the acceptor's
 * owner knows nothing of us; yet when a detach returns, the user may remove the acceptor. So every bio
 * carries a small context (its original bi_end_io, bi_private and bi_bdev) from here to our completion,
 * and seen - done is what is in flight. A bio is ended by the acceptor, once; our completion puts back what
 * it found and calls on.
 *
 * Order. The hook puts a bio on current->bio_list for the acceptor: the caller's loop then sorts what the
 * acceptor submits before the acceptor's own remainders, so clones leave before the next one is allocated.
 * We hold only the caller's reference on the origin's queue meanwhile, and it is dropped before the acceptor
 * runs. hook_fast.c does the same with its own hands.
 *
 * Memory. The context comes from a per-CPU cache or a mempool without sleeping: contexts it would wait for
 * may belong to bios on this very task's list. When there is none, the bio is held and forwarded by the origin's workqueue,
 * where nothing is queued behind it and sleeping is safe.
 *
 * Detach. New bios are held (mode HOLD) until seen == done; then the hook lets go and the held ones go to
 * the driver, or, if the acceptor did not drain in time, to the acceptor as if nothing had happened.
 */
#include <linux/device-mapper.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "native.h"
#include "remap.h"

/* 64: enough for a queue's worth of bios to make progress when the slab has nothing left */
#define REMAP_CTX_RESERVED	64

/* Per-CPU: chained bios waiting for the completion that is already running; see chained_end() */
struct chained {
	struct bio_list list;
	bool running;
};

static struct kmem_cache *ctx_slab;
DEFINE_PER_CPU(struct blki_ctx_cache, blki_ctx_caches);
static DEFINE_PER_CPU(struct chained, chained_bios);
/* what bio_chain() sets, which bio.c does not export */
static bio_end_io_t *chain_end_io;

/*
 * A chained bio completes its parent, which may be a remapped bio as well, and so on: thousands deep for a
 * large discard. bio_endio() walks a chain in a loop because it knows bio_chain_endio; our completion in
 * between would make it a recursion. So the first one on a CPU drains a list, and those inside only add.
 *
 * Completions run in any context. Preemption is off so that the list stays this CPU's, and a bi_end_io may
 * not sleep anyway; interrupts are off around the list only.
 */
static void chained_end(struct bio *bio)
{
	struct chained *c;
	unsigned long flags;

	preempt_disable();
	c = this_cpu_ptr(&chained_bios);
	local_irq_save(flags);
	bio_list_add(&c->list, bio);
	if (!c->running) {
		c->running = true;
		while ((bio = bio_list_pop(&c->list))) {
			local_irq_restore(flags);
			bio->bi_end_io(bio);
			local_irq_save(flags);
		}
		c->running = false;
	}
	local_irq_restore(flags);
	preempt_enable();
}

/**
 * blki_remap_end_io - the end of a bio's way through the acceptor
 * @bio: a bio with our context, from which it gets back what the submitter had put there
 *
 * The blkg stays the acceptor's; nobody uses it after completion but to drop the reference.
 *
 * Context: any, once per bio.
 */
void blki_remap_end_io(struct bio *bio)
{
	struct blki_ctx *ctx = bio->bi_private;
	struct blki_interposer *ip = ctx->ip;

	bio->bi_bdev = ip->origin->bdev;
	bio->bi_opf -= BLKI_DEPTH_ONE;
	trace_blki_complete(ip, bio);
	bio->bi_end_io = ctx->end_io;
	bio->bi_private = ctx->private;
	blki_ctx_put(&ip->remap, ctx);
	if (unlikely(bio->bi_end_io == chain_end_io))
		chained_end(bio);
	else if (bio->bi_end_io)
		bio->bi_end_io(bio);
	/* after this a detach may go on; it waits for our last instructions with an RCU-tasks period */
	this_cpu_inc(ip->stats->done);
}

/* Under hold_lock. A bio that may not wait is told so. */
static bool keep_locked(struct blki_origin *origin, struct bio *bio)
{
	lockdep_assert_held(&origin->hold_lock);
	if (bio->bi_opf & REQ_NOWAIT)
		return false;
	bio_list_add(&origin->held, bio);
	WRITE_ONCE(origin->nr_held, origin->nr_held + 1);
	return true;
}

static void kick_locked(struct blki_origin *origin)
{
	lockdep_assert_held(&origin->hold_lock);
	if (!origin->forwarding && origin->mode != BLKI_MODE_HOLD && !bio_list_empty(&origin->held)) {
		WRITE_ONCE(origin->forwarding, true);
		queue_work(origin->wq, &origin->forward);
	}
}

/* No memory for a context, or a detach is draining: the bio waits, or the workqueue takes it at once. */
static void hold_or_punt(struct blki_origin *origin, struct bio *bio)
{
	bool kept;

	spin_lock(&origin->hold_lock);
	trace_blki_hold(bio);
	kept = keep_locked(origin, bio);
	if (kept && origin->mode != BLKI_MODE_HOLD && origin->remap)
		atomic_long_inc(&origin->remap->remap.nr_punted);
	kick_locked(origin);
	spin_unlock(&origin->hold_lock);
	if (!kept)
		bio_wouldblock_error(bio);
}

static void loop_end(struct blki_interposer *ip, struct bio *bio)
{
	this_cpu_inc(ip->stats->loops);
	pr_err_ratelimited("blki: %pg: a bio came back through %pg for the %uth time; something below it leads to the origin\n",
			   ip->origin->bdev, ip->remap.bdev, BLKI_DEPTH_MAX);
	bio_io_error(bio);
}

static bool mode_is_live(enum blki_mode mode)
{
	return mode == BLKI_MODE_REMAP || mode == BLKI_MODE_NATIVE || mode == BLKI_MODE_NEAR;
}

/**
 * blki_remap_refuse - a bio that blki_remap_ready() could not make ready
 * @origin: where it is
 * @bio: the bio
 *
 * Held or punted for want of memory or because of a detach, or ended: it has gone round in circles, or may
 * not wait where the acceptor would (the submitter retries from where it may sleep).
 *
 * Context: ->submit_bio of the origin; does not sleep.
 */
void blki_remap_refuse(struct blki_origin *origin, struct bio *bio)
{
	enum blki_mode mode = READ_ONCE(origin->mode);
	struct blki_interposer *ip = origin->remap;

	if (mode_is_live(mode)) {
		if ((__force u32)bio->bi_opf >= BLKI_DEPTH_LIMIT) {
			loop_end(ip, bio);
			return;
		}
		if ((bio->bi_opf & REQ_NOWAIT) && !data_race(bdev_nowait(ip->remap.bdev))) {
			bio_wouldblock_error(bio);
			return;
		}
	}
	hold_or_punt(origin, bio);
}

/**
 * blki_remap_submit - the hook's last step for an origin that is remapped with a context
 * @origin: the origin, its mode REMAP, NEAR, NATIVE or HOLD when the hook looked
 * @bio: a bio that every filter passed; it is ours now
 *
 * The mode and the remap are stable here but for the ends of a detach, HOLD -> where it was before and HOLD
 * -> passing, which hold_or_punt() and the worker settle under the lock.
 *
 * Context: ->submit_bio of the origin; does not sleep. Return: BLKI_WAY_ACCEPTOR or BLKI_WAY_AIMED: the hook
 * hands it over; BLKI_WAY_GONE: it is on its way, held or ended.
 */
enum blki_way blki_remap_submit(struct blki_origin *origin, struct bio *bio)
{
	enum blki_mode mode = READ_ONCE(origin->mode);
	struct blki_interposer *ip = origin->remap;

	if (unlikely(!mode_is_live(mode) || !blki_remap_ready(ip, bio))) {
		blki_remap_refuse(origin, bio);
		return BLKI_WAY_GONE;
	}
	if (unlikely(!blki_bio_is_plain(bio))) {
		blki_remap_aim(ip, bio);
		submit_bio_noacct(bio);
		return BLKI_WAY_GONE;
	}
	if (likely(mode == BLKI_MODE_REMAP)) {
		blki_remap_aim(ip, bio);
		return BLKI_WAY_ACCEPTOR;
	}
	if (blki_native_aim(ip, bio))
		return BLKI_WAY_AIMED;
	bio_io_error(bio);
	return BLKI_WAY_GONE;
}

/* The next held bio for the worker, or NULL when it is to stop; @ip is where it goes, NULL the driver */
static struct bio *next_held(struct blki_origin *origin, struct blki_interposer **ip)
{
	struct bio *bio = NULL;

	spin_lock(&origin->hold_lock);
	if (origin->mode != BLKI_MODE_HOLD)
		bio = bio_list_pop(&origin->held);
	if (bio) {
		*ip = origin->remap;
		WRITE_ONCE(origin->nr_held, origin->nr_held - 1);
	} else {
		WRITE_ONCE(origin->forwarding, false);
	}
	spin_unlock(&origin->hold_lock);
	return bio;
}

/**
 * blki_remap_forward_work - send held bios on, in order of arrival
 * @work: &blki_origin.forward
 *
 * Outside every ->submit_bio, so it may sleep for memory and for the acceptor. A drain waits for
 * @forwarding to end, so a remap is not freed while this sends a bio to it.
 *
 * Context: workqueue with a rescuer.
 */
void blki_remap_forward_work(struct work_struct *work)
{
	struct blki_origin *origin = container_of(work, struct blki_origin, forward);
	struct blki_interposer *ip;
	struct bio *bio;

	while ((bio = next_held(origin, &ip))) {
		if (!ip) {
			blki_hook_pass_on(origin, bio);
			continue;
		}
		blki_ctx_put_on(ip, bio, mempool_alloc(&ip->remap.ctx, GFP_NOIO));
		blki_remap_aim(ip, bio);
		submit_bio_noacct(bio);
	}
}

static void mode_set(struct blki_origin *origin, enum blki_mode mode)
{
	spin_lock(&origin->hold_lock);
	WRITE_ONCE(origin->mode, mode);
	kick_locked(origin);
	spin_unlock(&origin->hold_lock);
}

/* done before seen: a bio that comes back in between can then not hide one that left */
static unsigned long in_flight(struct blki_interposer *ip)
{
	unsigned long done = blki_stat(ip, done);

	smp_rmb();	/* pairs with the ordering a completion has after its dispatch */
	return blki_stat(ip, seen) - done;
}

/** blki_remap_mode - the mode of an origin that a remap is live on; Context: any */
enum blki_mode blki_remap_mode(const struct blki_interposer *ip)
{
	if (ip->kind == BLKI_KIND_REMAP)
		return BLKI_MODE_REMAP;
	return ip->remap.near ? BLKI_MODE_NEAR : BLKI_MODE_NATIVE;
}

/**
 * blki_remap_resume - let the held bios go: back to the acceptor, or to the driver once the remap is out
 * @ip: the remap; its origin's mode is HOLD (the drain failed or was given up), or passing already
 *
 * Context: process.
 */
void blki_remap_resume(struct blki_interposer *ip)
{
	struct blki_origin *origin = ip->origin;

	mode_set(origin, origin->remap ? blki_remap_mode(ip) : origin->pass_mode);
}

/**
 * blki_remap_drain - hold new bios and wait until the acceptor has none of ours
 * @ip: the remap; its origin is busy with this call
 * @timeout_ms: longest wait for the acceptor
 * @say: gets the reason of a failure
 *
 * The freeze makes sure that whoever read the mode as REMAP has counted his bio. The worker may be sending
 * a punted one, so its end is part of the condition.
 *
 * Context: may sleep, interruptible. Return: 0 the mode is HOLD and nothing is in flight; -ETIMEDOUT or
 * -EINTR: as before the call.
 */
int blki_remap_drain(struct blki_interposer *ip, unsigned int timeout_ms, struct blki_say *say)
{
	struct blki_origin *origin = ip->origin;
	struct request_queue *q = bdev_get_queue(origin->bdev);
	unsigned long deadline = jiffies + msecs_to_jiffies(timeout_ms);
	int r = blki_queue_freeze(q, timeout_ms);

	if (r) {
		blki_say(say, "%pg: its own I/O did not drain within %u ms; the remap stays; see why the disk hangs, or raise --timeout",
			 origin->bdev, timeout_ms);
		return r;
	}
	mode_set(origin, BLKI_MODE_HOLD);
	blki_queue_unfreeze(q);
	while (READ_ONCE(origin->forwarding) || in_flight(ip)) {
		if (signal_pending(current))
			r = -EINTR;
		else if (time_after(jiffies, deadline))
			r = -ETIMEDOUT;
		if (r)
			break;
		schedule_timeout_interruptible(1);
	}
	if (!r && ip->kind == BLKI_KIND_NATIVE)
		r = blki_native_drain(ip, timeout_ms);
	if (!r)
		return 0;
	if (r == -ETIMEDOUT && ip->kind == BLKI_KIND_NATIVE)
		blki_say(say, "%pg: acceptor %pg did not drain within %u ms; the remap stays; see why it hangs, or raise --timeout",
			 origin->bdev, ip->remap.bdev, timeout_ms);
	else if (r == -ETIMEDOUT)
		blki_say(say, "%pg: %lu bios are still inside %pg after %u ms; the remap stays; resume or repair %pg, or raise --timeout",
			 origin->bdev, in_flight(ip), ip->remap.bdev, timeout_ms, ip->remap.bdev);
	else
		blki_say(say, "%pg: interrupted while %pg drained; the remap stays",
			 origin->bdev, ip->remap.bdev);
	blki_remap_resume(ip);
	return r;
}

static bool is_dm(const struct blki_remap *remap)
{
	struct mapped_device *md = dm_get_md(remap->devt);

	if (md)
		dm_put(md);
	return md && !queue_is_mq(bdev_get_queue(remap->bdev));
}

/**
 * blki_remap_open - open and claim the acceptor
 * @ip: an interposer of kind remap or native, its remap.devt set
 * @say: gets the reason of a refusal
 *
 * Context: may sleep. Return: 0; -EOPNOTSUPP it is no bio-based device-mapper device; -EBUSY it is claimed;
 * -EACCES it is read-only; or -errno of the open.
 */
int blki_remap_open(struct blki_interposer *ip, struct blki_say *say)
{
	struct blki_remap *remap = &ip->remap;
	int r;

	r = mempool_init_slab_pool(&remap->ctx, REMAP_CTX_RESERVED, ctx_slab);
	if (r)
		return r;
	remap->file = bdev_file_open_by_dev(remap->devt, BLK_OPEN_READ | BLK_OPEN_WRITE, ip,
					    NULL);
	if (IS_ERR(remap->file)) {
		r = PTR_ERR(remap->file);
		blki_say(say, "acceptor %u:%u: can not be claimed (errno %d): it is mounted, in use or read-only; free it first",
			 MAJOR(remap->devt), MINOR(remap->devt), -r);
		goto err_exit_pool;
	}
	remap->bdev = file_bdev(remap->file);
	if (ip->kind == BLKI_KIND_NATIVE || is_dm(remap))
		return 0;
	blki_say(say, "%pg: a remap needs a bio-based device-mapper device; make one on the origin: dmsetup create NAME with a \"linear ... noexcl\" line",
		 remap->bdev);
	r = -EOPNOTSUPP;
	bdev_fput(remap->file);
err_exit_pool:
	mempool_exit(&remap->ctx);
	return r;
}

/** blki_remap_close - undo blki_remap_open(); nothing is in flight. Context: may sleep */
void blki_remap_close(struct blki_interposer *ip)
{
	bdev_fput(ip->remap.file);
	mempool_exit(&ip->remap.ctx);
}

/** blki_remap_init - module start; Context: may sleep; Return: 0 or -ENOMEM */
int __init blki_remap_init(void)
{
	struct bio child, parent;

	BUILD_BUG_ON(__REQ_NR_BITS > BLKI_DEPTH_SHIFT);

	/* the only way to learn bio_chain_endio, which is static: look at what bio_chain() sets */
	bio_init(&parent, NULL, NULL, 0, 0);
	bio_init(&child, NULL, NULL, 0, 0);
	bio_chain(&child, &parent);
	chain_end_io = child.bi_end_io;
	bio_uninit(&child);
	bio_uninit(&parent);

	ctx_slab = KMEM_CACHE(blki_ctx, 0);
	return ctx_slab ? 0 : -ENOMEM;
}

/** blki_remap_exit - module end; no remap is left. Context: may sleep */
void blki_remap_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct blki_ctx_cache *cache = per_cpu_ptr(&blki_ctx_caches, cpu);

		while (cache->nr)
			kmem_cache_free(ctx_slab, cache->ctx[--cache->nr]);
	}
	kmem_cache_destroy(ctx_slab);
}
