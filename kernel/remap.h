/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The path of a bio into the acceptor, inline for the hooks: what remap.c says of memory and accounting.
 *
 * hook_*.c -> [this] -> acceptor. Nothing here sleeps.
 */
#ifndef BLKI_REMAP_H
#define BLKI_REMAP_H

#include <linux/mempool.h>

#include "hook.h"

/*
 * How many remaps a bio is inside of, in bits of bi_opf that 6.12 leaves free. Clones inherit bi_opf, so one
 * that comes back to an origin brings the count along: what goes round and round below an acceptor reaches
 * the last value within a few rounds and ends there, instead of filling memory with clones.
 */
#define BLKI_DEPTH_SHIFT	29
#define BLKI_DEPTH_ONE	((__force blk_opf_t)(1U << BLKI_DEPTH_SHIFT))
#define BLKI_DEPTH_MAX	7U
#define BLKI_DEPTH_LIMIT	(BLKI_DEPTH_MAX << BLKI_DEPTH_SHIFT)

/**
 * struct blki_ctx - a bio on its way through the acceptor
 * @ip: the remap
 * @end_io: the submitter's
 * @private: the submitter's
 */
struct blki_ctx {
	struct blki_interposer *ip;
	bio_end_io_t *end_io;
	void *private;
};

/* 32: a common queue depth; beyond it contexts go back to the slab */
#define CTX_CACHE_MAX	32

/* Per-CPU: contexts kept ready. The slab and the mempool around it cost about 170 instructions per bio, this
 * a tenth. Interrupts are off around it, because completions put.
 */
struct blki_ctx_cache {
	unsigned int nr;
	struct blki_ctx *ctx[CTX_CACHE_MAX];
};

DECLARE_PER_CPU(struct blki_ctx_cache, blki_ctx_caches);

void blki_remap_end_io(struct bio *bio);
void blki_remap_refuse(struct blki_origin *origin, struct bio *bio);

/** blki_ctx_get - a context; Context: any, does not sleep. Return: NULL no memory */
static __always_inline struct blki_ctx *blki_ctx_get(struct blki_remap *remap)
{
	struct blki_ctx *ctx = NULL;
	struct blki_ctx_cache *cache;
	unsigned long flags;

	local_irq_save(flags);
	cache = this_cpu_ptr(&blki_ctx_caches);
	if (likely(cache->nr))
		ctx = cache->ctx[--cache->nr];
	local_irq_restore(flags);
	if (unlikely(!ctx))
		ctx = mempool_alloc(&remap->ctx, GFP_NOWAIT | __GFP_NOWARN);
	return ctx;
}

/**
 * blki_ctx_put - give a context back
 * @remap: whose
 * @ctx: the context
 *
 * A pool that has handed out of its reserve gets it back first: somebody may be waiting for it.
 *
 * Context: any.
 */
static __always_inline void blki_ctx_put(struct blki_remap *remap, struct blki_ctx *ctx)
{
	struct blki_ctx_cache *cache;
	unsigned long flags;

	local_irq_save(flags);
	cache = this_cpu_ptr(&blki_ctx_caches);
	/* the pool's stores are plain, under its lock; who reads an old number gives the next one back */
	if (likely(cache->nr < CTX_CACHE_MAX &&
		   data_race(READ_ONCE(remap->ctx.curr_nr)) >= remap->ctx.min_nr)) {
		cache->ctx[cache->nr++] = ctx;
		ctx = NULL;
	}
	local_irq_restore(flags);
	if (unlikely(ctx))
		mempool_free(ctx, &remap->ctx);
}

/**
 * blki_ctx_put_on - put a context on a bio, and count it
 * @ip: the remap
 * @bio: the bio
 * @ctx: from blki_ctx_get()
 *
 * REQ_POLLED goes: nobody polls through an acceptor, and the completion comes by
 * interrupt.
 *
 * Context: any.
 */
static __always_inline void blki_ctx_put_on(struct blki_interposer *ip, struct bio *bio,
				       struct blki_ctx *ctx)
{
	struct blki_stats __percpu *stats = ip->stats;

	this_cpu_inc(stats->seen);
	this_cpu_add(stats->bytes, bio->bi_iter.bi_size);
	ctx->ip = ip;
	ctx->end_io = bio->bi_end_io;
	ctx->private = bio->bi_private;
	bio->bi_end_io = blki_remap_end_io;
	bio->bi_private = ctx;
	bio->bi_opf += BLKI_DEPTH_ONE;
	bio_clear_polled(bio);
}

/**
 * blki_remap_aim - point a bio at the acceptor
 * @ip: the remap
 * @bio: the bio
 *
 * From the disk's sector (absolute at the hook, but never shifted for what is empty, see
 * blki_bio_sector()) to the acceptor's. The bio moves to the acceptor's blkg, too: a deferred bio
 * comes back to submit_bio_noacct() and would meet a throttle group of the wrong queue.
 *
 * Context: any.
 */
static __always_inline void blki_remap_aim(struct blki_interposer *ip, struct bio *bio)
{
	trace_blki_remap(ip, bio);
	if (likely(bio_sectors(bio)))
		bio->bi_iter.bi_sector += ip->remap.rel_sectors;
	blki_bio_set_dev(bio, ip->remap.bdev, false, &ip->remap.move);
}

/**
 * blki_remap_ready - give a bio its context, if nothing is in the way
 * @ip: the remap, live
 * @bio: the bio
 *
 * Context: ->submit_bio of the origin. Return: true: blki_remap_aim() or blki_native_aim() is next; false: the
 * bio is as it was, blki_remap_refuse() says what becomes of it.
 */
static __always_inline bool blki_remap_ready(struct blki_interposer *ip, struct bio *bio)
{
	struct blki_ctx *ctx;

	if (unlikely((__force u32)bio->bi_opf >= BLKI_DEPTH_LIMIT))
		return false;
	if (unlikely((bio->bi_opf & REQ_NOWAIT) && !data_race(bdev_nowait(ip->remap.bdev))))
		return false;
	ctx = blki_ctx_get(&ip->remap);
	if (unlikely(!ctx))
		return false;
	blki_ctx_put_on(ip, bio, ctx);
	return true;
}

#endif /* BLKI_REMAP_H */
