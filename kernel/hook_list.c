// SPDX-License-Identifier: GPL-2.0
/*
 * The hook "list", for blk-mq, on exported symbols alone: the default.
 *
 * The origin's bdev gets BD_HAS_SUBMIT_BIO and its disk a copy of the driver's operations with ->submit_bio
 * set, so __submit_bio() calls us for this bdev and, testing the same word as ever, goes straight to
 * blk_mq_submit_bio() for every other. A bio that passes is aimed at the shadow (the same bdev without the
 * flag, shadow.c) and put on current->bio_list, which the caller's loop takes up as soon as we return. We
 * hold the queue reference of the caller while we run, but no bio enters a queue below us, so a concurrent
 * freeze never waits for us while we wait for it; and nothing here sleeps, but for the split of a large bio.
 *
 * A large bio is split here, to what its driver takes, and not below: the rest of a shadow's bio would go
 * to the driver whatever has been attached since the first part left. Here the rest is the origin's and
 * comes back.
 *
 * hook_fast.c uses the arming and disarming of this file too.
 */
#include <linux/blk-mq.h>
#include <linux/rcupdate.h>

#include "hook.h"

/* Send on what fits, and leave the rest behind it on the list, still the origin's. The bioset that it is
 * split from is the driver's own and refills as parts complete: sleeping for it under the queue reference
 * delays a freeze by an I/O's time, as it does in blk_mq_submit_bio(). Who sleeps is out of sight of
 * blki_submitters_sync(), so it is counted; once it is counted out the origin may be gone.
 */
static noinline void pass_large(struct blki_origin *origin, struct bio *bio)
{
	struct blki_visits __percpu *visits = origin->visits;
	struct block_device *shadow = origin->shadow;

	if (bio_sectors(bio)) {
		bio_set_flag(bio, BIO_BLKI_SEEN);
		this_cpu_inc(visits->split_in);
		bio = bio_split_to_limits(bio);
		this_cpu_inc(visits->split_out);
		if (!bio)
			return;
	}
	bio->bi_bdev = shadow;
	/* ahead of its rest, which bio_split_to_limits() has put there */
	bio_list_add_head(&current->bio_list[0], bio);
}

/* A flagged bdev with an entry is the origin itself: while we hold it open, no partition of its number can
 * be deleted or made, and its shadow is not flagged. The entry is set before the flag, and cleared when
 * nobody who saw the flag is in here.
 */
static void list_submit(struct bio *bio)
{
	struct block_device *bdev = bio->bi_bdev;
	struct blki_origin *origin = blki_origin_of(bdev);
	enum blki_way way = blki_chain(origin, bio);

	if (likely(way == BLKI_WAY_DRIVER)) {
		if (unlikely(blki_bio_may_split(bio, bdev))) {
			pass_large(origin, bio);
			return;
		}
		bio->bi_bdev = origin->shadow;
	} else if (way == BLKI_WAY_GONE) {
		return;
	}
	bio_list_add(&current->bio_list[0], bio);
}

/**
 * blki_flag_arm - make the bios of an origin arrive; &blki_hook_ops.arm of list and fast
 * @origin: the origin, its chain empty
 * @say: unused, it does not fail
 *
 * fops first, then the flag: who sees the flag must see the operations. synchronize_rcu() puts a full
 * barrier on every CPU between the two stores, so a CPU that reads the flag as set reads the operations
 * after that barrier, on every architecture.
 *
 * Then blki_submitters_sync(): those who had read the flag as clear have entered the queue when it returns;
 * the freeze that the caller does next waits for them. From then on every bio of the origin comes here.
 *
 * Context: may sleep. Return: 0.
 */
int blki_flag_arm(struct blki_origin *origin, struct blki_say *say)
{
	struct blki_disk *disk = origin->disk;

	mutex_lock(&disk->install);
	if (!disk->nr_hooked++) {
		blki_fops_install(disk);
		synchronize_rcu();
	}
	mutex_unlock(&disk->install);
	blki_slot_set(disk, origin, true);
	blki_submitters_sync(disk->gd, 0);
	return 0;
}

/** blki_flag_disarm_frozen - no more bios from now on; Context: the origin's queue is frozen, or unarm */
void blki_flag_disarm_frozen(struct blki_origin *origin)
{
	bdev_clear_flag(origin->bdev, BD_HAS_SUBMIT_BIO);
	blki_stamp_sync(origin);
}

/* Partitions that were added while their whole disk was the origin took its flag over. The flag of the
 * whole disk is clear by now, so no further partition gets it, and adding one holds open_mutex. Not while
 * frozen: who holds open_mutex may be reading the partition table.
 */
static void inherited_clear(struct blki_disk *disk)
{
	struct block_device *part;
	unsigned long partno;

	mutex_lock(&disk->gd->open_mutex);
	spin_lock(&disk->lock);
	xa_for_each_start(&disk->gd->part_tbl, partno, part, 1)
		if (disk->origin[partno] == &blki_foreign)
			bdev_clear_flag(part, BD_HAS_SUBMIT_BIO);
	spin_unlock(&disk->lock);
	mutex_unlock(&disk->gd->open_mutex);
}

/* Is somebody inside who may sleep there? out before in: a visit that ends in between can then not hide one
 * that has begun.
 */
static bool is_inside(struct blki_origin *origin)
{
	unsigned long out = blki_visit(origin, out);
	unsigned long split_out = blki_visit(origin, split_out);

	smp_rmb();	/* a visit counts itself in before it counts itself out, on whatever CPUs */
	return (origin->disk->hook->drops && blki_visit(origin, in) != out) ||
	       blki_visit(origin, split_in) != split_out;
}

/**
 * blki_flag_quiesce - wait until nobody is left; &blki_hook_ops.quiesce of list and fast
 * @origin: the origin, its flag clear, its chain empty, its queue running
 *
 * Late callers that had seen the flag set are still to come, and find the hook, the origin and its (now
 * empty) chain; the origin is gone only when all have left. A caller still needs ->submit_bio to be there,
 * so the operations go last. Visits of the fast hook sleep below blk_mq_submit_bio(), those of list while they
 * split, out of sight of the first wait; but no new ones begin by then: counting them to the end cannot starve.
 *
 * Context: may sleep.
 */
void blki_flag_quiesce(struct blki_origin *origin)
{
	struct blki_disk *disk = origin->disk;

	if (!bdev_partno(origin->bdev))
		inherited_clear(disk);
	blki_submitters_sync(disk->gd, 0);
	while (is_inside(origin))
		schedule_timeout_uninterruptible(1);
	blki_slot_clear(disk, origin);
	mutex_lock(&disk->install);
	if (!--disk->nr_hooked)
		blki_fops_restore(disk);
	mutex_unlock(&disk->install);
}

/**
 * blki_flag_visited - is any bio of an origin in its hook?
 * @origin: an origin whose hook counts visits out (&blki_hook_ops.drops)
 *
 * A visit lasts until its bio is in a queue. So who finds nobody inside finds the bios of all visits that had
 * begun in a queue, ended, or held.
 *
 * Context: any. Return: false: since the call there was a moment without a visit.
 */
bool blki_flag_visited(struct blki_origin *origin)
{
	return is_inside(origin);
}

/** blki_flag_unarm - nothing came of the attach; late callers find an empty chain. Context: may sleep */
void blki_flag_unarm(struct blki_origin *origin)
{
	blki_flag_disarm_frozen(origin);
	blki_flag_quiesce(origin);
}

const struct blki_hook_ops blki_hook_list = {
	.name = "list",
	.id = BLKI_HOOK_LIST,
	.mq = true,
	.submit = list_submit,
	.arm = blki_flag_arm,
	.unarm = blki_flag_unarm,
	.disarm_frozen = blki_flag_disarm_frozen,
	.quiesce = blki_flag_quiesce,
};
