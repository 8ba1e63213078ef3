// SPDX-License-Identifier: GPL-2.0
/*
 * Native remap: the origin's bios themselves, aimed at another blk-mq device at an offset.
 *
 * hook -> filters -> [this] -> the acceptor's driver. No clone, no device-mapper, and for a bio that no queue
 * can split no context and no completion of ours either: it is the acceptor's driver that ends it, and the
 * queue it is in knows of it until then. Detaching waits for it by freezing that queue. A large bio may be
 * split, and its rest may be anywhere; it takes a context (remap.c) and is counted, and so is everything
 * that submit_bio_noacct() has to check against the acceptor: flushes, discards, atomic writes.
 *
 * What the acceptor must be is one table, native_checks[]: what submit_bio_noacct() would have tested or
 * the submitter was promised by the origin, for plain reads and writes, which skip it.
 */
#include <linux/blkdev.h>
#include <linux/blk-integrity.h>

#include "native.h"

/**
 * blki_native_submit - the hook's last step for an origin with a native remap
 * @origin: the origin, its mode NATIVE when the hook looked
 * @bio: a bio that every filter passed
 *
 * Context: ->submit_bio of the origin's disk, under the caller's reference on its queue; does not sleep.
 * Return: BLKI_WAY_AIMED the hook hands it to the driver; BLKI_WAY_GONE it is on its way or ended.
 */
enum blki_way blki_native_submit(struct blki_origin *origin, struct bio *bio)
{
	if (likely(blki_native_quick(origin->remap, bio)))
		return BLKI_WAY_AIMED;
	return blki_remap_submit(origin, bio);
}

/* What a native acceptor is held against */
struct pair {
	struct blki_interposer *ip;
	struct block_device *origin, *acceptor;
	const struct queue_limits *ol, *al;
};

static bool is_blk_mq(const struct pair *p)
{
	return queue_is_mq(bdev_get_queue(p->acceptor));
}

static bool dma_fits(const struct pair *p)
{
	return !(p->al->dma_alignment & ~p->ol->dma_alignment);
}

static bool integrity_fits(const struct pair *p)
{
	return !blk_get_integrity(p->acceptor->bd_disk) ||
	       p->acceptor->bd_disk == p->origin->bd_disk;
}

static bool alignment_fits(const struct pair *p)
{
	unsigned int sectors = p->al->logical_block_size >> SECTOR_SHIFT;

	return !(p->ip->remap.offset_sectors % sectors);
}

static const struct {
	bool (*ok)(const struct pair *p);
	const char *cause;
} native_checks[] = {
	{ is_blk_mq, "is no blk-mq device, and only those count their own I/O; use a device-mapper acceptor" },
	{ dma_fits, "needs I/O memory aligned more than the origin's users were told; use a device-mapper acceptor" },
	{ integrity_fits, "has an integrity profile, which the origin's bios carry no data for; use another device" },
	{ alignment_fits, "has larger blocks than the offset is aligned to; give an offset that is a multiple of them" },
};

/**
 * blki_native_check - may the origin's bios be aimed at this device?
 * @origin: the origin, claimed by the caller (busy)
 * @ip: kind native, its acceptor open
 * @say: gets the reason of a refusal
 *
 * Size, block size, write cache, stable pages and read-only are checked for every kind of remap (attach.c).
 *
 * Context: process. Return: 0, then undone by blki_origin_aim(); -EOPNOTSUPP; -ELOOP it is an origin.
 */
int blki_native_check(struct blki_origin *origin, struct blki_interposer *ip, struct blki_say *say)
{
	struct pair p = {
		.ip = ip,
		.origin = origin->bdev,
		.acceptor = ip->remap.bdev,
		.ol = &bdev_get_queue(origin->bdev)->limits,
		.al = &bdev_get_queue(ip->remap.bdev)->limits,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(native_checks); i++) {
		if (native_checks[i].ok(&p))
			continue;
		blki_say(say, "%pg: acceptor %pg %s", p.origin, p.acceptor, native_checks[i].cause);
		return -EOPNOTSUPP;
	}
	if (blki_origin_aim(origin, p.acceptor, say))
		return -ELOOP;
	ip->remap.near = bdev_get_queue(p.acceptor) == bdev_get_queue(p.origin) &&
			  !p.al->chunk_sectors;
	return 0;
}

/* Visits last as long as the acceptor's queue entry, and held ones no time at all; within 40 ms there is a moment
 * without one unless many CPUs submit without pause, or somebody has the acceptor frozen
 */
#define VISITS_WAIT_MS	40

/*
 * Whoever was sent to the acceptor has entered its queue. The fast hook counts its visits, which last that long.
 * Bios of the list hook leave it for the caller's list: they are still in the hook, on their way, or asleep in
 * the entry of either queue. A visit that does not end is one of those, too: it sleeps, but only in that entry,
 * before it is in the acceptor's queue.
 */
static int sent_arrive(struct blki_origin *origin, struct gendisk *acceptor, unsigned int timeout_ms)
{
	unsigned long until = jiffies + msecs_to_jiffies(VISITS_WAIT_MS);
	struct gendisk *gd = origin->bdev->bd_disk;
	int r;

	while (origin->disk->hook->drops && time_before(jiffies, until)) {
		if (!blki_flag_visited(origin))
			return 0;
		schedule_timeout_uninterruptible(1);
	}
	r = blki_submitters_sync(gd, timeout_ms);
	if (!r && acceptor != gd)
		r = blki_submitters_sync(acceptor, timeout_ms);
	return r;
}

/**
 * blki_native_drain - wait until the acceptor has no direct bio of ours
 * @ip: kind native; its origin's mode is HOLD, so no more are sent
 * @timeout_ms: longest wait for the acceptor
 *
 * First for those who are on their way into the acceptor's queue, then, by a freeze, for what is in it. Each of the
 * waits may take @timeout_ms.
 *
 * Context: may sleep. Return: 0; -ETIMEDOUT the acceptor did not drain.
 */
int blki_native_drain(struct blki_interposer *ip, unsigned int timeout_ms)
{
	struct gendisk *acceptor = ip->remap.bdev->bd_disk;
	int r = sent_arrive(ip->origin, acceptor, timeout_ms);

	if (r)
		return r;
	r = blki_queue_freeze(acceptor->queue, timeout_ms);
	if (!r)
		blki_queue_unfreeze(acceptor->queue);
	return r;
}
