/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the ways of catching bios share: finding the origin, running its chain, and seeing a bio only once.
 *
 *   __submit_bio -> hook_list.c | hook_fast.c | hook_wrap.c -> [this] -> chain -> remap.c, native.c, driver
 *
 * Inline, because it is the path of every bio. hook.c has the parts that are not.
 *
 * A bio passes a chain once. The driver's queue may split what we hand it, and send the rest back through
 * submit_bio_noacct(): the rest is the bio that we know, advanced. BIO_BLKI_SEEN says that filters have
 * judged it, BIO_CHAIN (which bio_chain() has set for the split) that it is such a rest. bio_endio() clears
 * BIO_CHAIN with the last part of a bio, so a bio that its owner uses again without a reset is judged again:
 * both flags count only together. What a rest skips are the filters; where it goes is decided anew, so that
 * no part of a bio passes a remap that was attached while another part waited.
 */
#ifndef BLKI_HOOK_H
#define BLKI_HOOK_H

#include <linux/blk-crypto.h>
#include <linux/static_call.h>

#include "blki.h"

/* the last bit of bi_flags, which 6.12 leaves free; set only on bios of blk-mq origins (hook.c asserts) */
#define BIO_BLKI_SEEN	15

/** blki_bio_is_rest - has this bio been judged, as a whole, before it was split? Context: any */
static __always_inline bool blki_bio_is_rest(struct bio *bio)
{
	/* the sign bit: one comparison with memory */
	return unlikely((s16)bio->bi_flags < 0) && bio_flagged(bio, BIO_CHAIN);
}

/** blki_bio_is_one_page - are a bio's data in one page? Context: any */
static __always_inline bool blki_bio_is_one_page(const struct bio *bio)
{
	return bio->bi_vcnt == 1 &&
	       bio->bi_io_vec->bv_len + bio->bi_io_vec->bv_offset <= PAGE_SIZE;
}

/**
 * blki_bio_may_split - could a queue split this bio?
 * @bio: the bio
 * @bdev: where it is to go
 *
 * For all operations, by the fast test for reads and writes of blk-mq.
 *
 * Context: any. Return: false: never, unless the queue's limits change right now.
 * Source: bio_may_need_split() in block/blk.h of 6.12.
 */
static __always_inline bool blki_bio_may_split(const struct bio *bio, struct block_device *bdev)
{
	return !blki_bio_is_one_page(bio) ||
	       data_race(bdev_get_queue(bdev)->limits.chunk_sectors);
}

/* What submit_bio_noacct() would have checked against the acceptor's limits goes there to be checked */
#define BLKI_CHECKED_FLAGS	(REQ_PREFLUSH | REQ_FUA | REQ_ATOMIC)

/**
 * blki_bio_is_plain - could nothing in submit_bio_noacct() stop or change this bio on its way elsewhere?
 * @bio: the bio
 *
 * One that its device shall encrypt is none: __submit_bio() has left it to the origin's, and has to ask the other.
 *
 * Context: any. Return: true for a read or write without BLKI_CHECKED_FLAGS and without an encryption context.
 */
static __always_inline bool blki_bio_is_plain(struct bio *bio)
{
	BUILD_BUG_ON(REQ_OP_READ || (__force u32)REQ_OP_WRITE != 1);
	return !(bio->bi_opf & (BLKI_CHECKED_FLAGS | ((__force blk_opf_t)REQ_OP_MASK & ~REQ_OP_WRITE))) &&
	       !bio_has_crypt_ctx(bio);
}

/**
 * blki_disk_of - the hook of the disk whose ->submit_bio runs
 * @bdev: of the bio
 *
 * The disk's operations can not change under the caller: they are restored only when nobody can be in here
 * (wrap: frozen queue; list, fast: blki_submitters_sync()).
 *
 * Context: ->submit_bio of a hooked disk.
 */
static __always_inline struct blki_disk *blki_disk_of(struct block_device *bdev)
{
	return container_of(bdev->bd_disk->fops, struct blki_disk, ops);
}

/**
 * blki_origin_of - who is interposed there
 * @bdev: of the bio
 *
 * Context: ->submit_bio of a hooked disk. Return: the origin, or &blki_foreign.
 */
static __always_inline struct blki_origin *blki_origin_of(struct block_device *bdev)
{
	return data_race(blki_disk_of(bdev)->origin[bdev_partno(bdev)]);
}

/**
 * blki_chain_is_quick - count a bio, and see whether filters have nothing to say of it
 * @origin: where the bio is
 * @bio: the bio
 *
 * Counting is the origin's, once for all interposers. Whatever most bios of most chains do not need is out
 * of line, so that the pass has no register to save for it.
 *
 * Context: ->submit_bio of the origin's disk, under the caller's reference on its queue.
 * Return: true: the mode says where it goes; false: blki_chain_run() does.
 */
static __always_inline bool blki_chain_is_quick(struct blki_origin *origin, struct bio *bio)
{
	struct blki_visits __percpu *visits = origin->visits;

	blki_plant();
	this_cpu_inc(visits->in);
	this_cpu_add(visits->bytes, bio->bi_iter.bi_size);
	return likely(!data_race(origin->judges) && !trace_blki_submit_enabled() && (s16)bio->bi_flags >= 0);
}

/**
 * blki_chain - where does a bio go?
 * @origin: where the bio is
 * @bio: the bio
 *
 * Context: as blki_chain_is_quick(); does not sleep. Return: where the bio goes.
 */
static __always_inline enum blki_way blki_chain(struct blki_origin *origin, struct bio *bio)
{
	enum blki_mode mode;

	if (unlikely(!blki_chain_is_quick(origin, bio)))
		return blki_chain_run(origin, bio);
	mode = data_race(origin->mode);
	if (likely(mode == BLKI_MODE_PASS))
		return BLKI_WAY_DRIVER;
	if (likely(mode == BLKI_MODE_REMAP))
		return blki_remap_submit(origin, bio);
	return blki_chain_end(origin, bio);
}

/*
 * blk_mq_submit_bio(), when blki_mq_submit_known, which does not change after the module's start. Entered
 * under no reference on the bio's queue, and of the type of submit_bio_noacct(); see hook_fast.c.
 */
extern bool blki_mq_submit_known;
DECLARE_STATIC_CALL(blki_mq_submit, submit_bio_noacct);

#endif /* BLKI_HOOK_H */
