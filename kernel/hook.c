// SPDX-License-Identifier: GPL-2.0
/*
 * The hook: how the bios of one bdev arrive here, and how they leave for the driver.
 *
 * submit_bio -> __submit_bio -> [this] -> filters -> remap.c, or the driver. Two ways, both on exported
 * symbols alone:
 *
 * "list", for blk-mq. The origin's bdev gets BD_HAS_SUBMIT_BIO and its disk a copy of the driver's
 * operations with ->submit_bio set, so __submit_bio() calls us for this bdev and, testing the same word as
 * ever, goes straight to blk_mq_submit_bio() for every other. A bio that passes is aimed at the shadow (the
 * same bdev without the flag, shadow.c) and put on current->bio_list, which the caller's loop takes up as
 * soon as we return. We hold the queue reference of the caller while we run, but no bio enters a queue
 * below us, so a concurrent freeze never waits for us while we wait for it; and nothing here sleeps.
 *
 * "wrap", for bio-based disks. Every bdev of them has the flag; the bios of other bdevs of the disk are
 * handed on to the driver's own ->submit_bio, as are those that pass.
 *
 * What this file does not do: decide about a bio (chain.c, filters), send it elsewhere (remap.c).
 */
#include <linux/blk-mq.h>
#include <linux/rcupdate.h>

#include "blki.h"

/* What stands in a disk's table for a bdev that is no origin; saves the hot path a test */
struct blki_origin blki_foreign = { .mode = BLKI_MODE_FOREIGN };

/*
 * Bios that pass the list hook are accounted with the shadow's time stamp, and the origin's own stands still.
 * Who next adds "now - stamp" to io_ticks would add all the time since the attach: for a partition that is
 * the first bio after a detach, so the stamp is set while the detach has the queue frozen; for a whole disk
 * it is also every reader of /proc/diskstats, so it is set for every bio.
 */
static void stamp_sync(struct blki_origin *origin)
{
	unsigned long now = jiffies;

	if (READ_ONCE(origin->bdev->bd_stamp) != now)
		WRITE_ONCE(origin->bdev->bd_stamp, now);
}

/**
 * blki_hook_pass_mode - the mode of an origin that nothing remaps
 * @origin: an origin with its disk's hook chosen
 *
 * Context: any. Return: BLKI_MODE_PASS or BLKI_MODE_PASS_WHOLE.
 */
enum blki_mode blki_hook_pass_mode(struct blki_origin *origin)
{
	if (origin->disk->hook->id == BLKI_HOOK_LIST && !bdev_partno(origin->bdev))
		return BLKI_MODE_PASS_WHOLE;
	return BLKI_MODE_PASS;
}

/* The hook of the disk whose ->submit_bio runs. The disk's operations can not change under us: they are
 * restored only when nobody can be in here (wrap: frozen queue; list: see list_quiesce()).
 */
static __always_inline struct blki_disk *disk_of(struct block_device *bdev)
{
	return container_of(bdev->bd_disk->fops, struct blki_disk, ops);
}

/* A flagged bdev without an origin: a partition that was added while its whole disk was an origin, and got
 * the flag from it. Take the flag away; under the lock, because an attach to that very partition may set
 * both at this moment. Then let the caller's loop look again.
 */
static noinline void list_foreign(struct bio *bio)
{
	struct blki_disk *disk = disk_of(bio->bi_bdev);
	struct block_device *bdev = bio->bi_bdev;

	spin_lock(&disk->lock);
	if (disk->origin[bdev_partno(bdev)] == &blki_foreign)
		bdev_clear_flag(bdev, BD_HAS_SUBMIT_BIO);
	spin_unlock(&disk->lock);
	bio_list_add(&current->bio_list[0], bio);
}

/* The driver it is, but not simply. The bios of a whole disk are not marked as shifted to the disk's sectors
 * yet, and the remainder of a split must not be held against the shadow's size.
 */
static noinline bool chain_end(struct blki_origin *origin, struct bio *bio)
{
	if (origin == &blki_foreign) {
		list_foreign(bio);
		return false;
	}
	stamp_sync(origin);
	bio_set_flag(bio, BIO_REMAPPED);
	return true;
}

/* Runs the filters and what follows them. True: the bio passed and is the hook's to hand to the driver.
 * False: it is gone; a filter ended it (here), or remap.c owns it.
 */
static __always_inline bool chain_run(struct blki_origin *origin, struct bio *bio)
{
	struct blki_interposer *ip;
	enum blki_mode mode;

	blki_plant();
	for (ip = origin->filters; ip; ip = ip->next) {
		struct blki_stats __percpu *stats = ip->stats;

		this_cpu_inc(stats->seen);
		this_cpu_add(stats->bytes, bio->bi_iter.bi_size);
		if (unlikely(ip->submit(&ip->filter, bio) == BLKI_COMPLETE)) {
			this_cpu_inc(ip->stats->completed);
			bio_endio(bio);
			return false;
		}
	}
	/* may change from HOLD while we look; blki_remap_submit() looks again under the lock */
	mode = data_race(origin->mode);
	if (likely(mode == BLKI_MODE_PASS))
		return true;
	if (likely(mode >= BLKI_MODE_REMAP)) {
		blki_remap_submit(origin, bio);
		return false;
	}
	return chain_end(origin, bio);
}

/* A flagged bdev with an entry is the origin itself: while we hold it open, no partition of its number can
 * be deleted or made, and its shadow is not flagged. The entry is set before the flag, and cleared when
 * nobody who saw the flag is in here.
 */
static void list_submit(struct bio *bio)
{
	struct blki_disk *disk = disk_of(bio->bi_bdev);
	struct blki_origin *origin = data_race(disk->origin[bdev_partno(bio->bi_bdev)]);

	if (unlikely(!chain_run(origin, bio)))
		return;
	bio->bi_bdev = origin->shadow;
	bio_list_add(&current->bio_list[0], bio);
}

static void wrap_submit(struct bio *bio)
{
	struct blki_disk *disk = disk_of(bio->bi_bdev);
	struct blki_origin *origin = READ_ONCE(disk->origin[bdev_partno(bio->bi_bdev)]);

	/* a shadow's bio, or one of another bdev of the disk, is the driver's at once */
	if (likely(origin->bdev == bio->bi_bdev) && !chain_run(origin, bio))
		return;
	disk->orig->submit_bio(bio);
}

/**
 * blki_hook_pass_on - hand a held bio to the driver after all
 * @origin: where it was held
 * @bio: a bio that every filter passed
 *
 * The shadow keeps it from the filters: the list hook never sees a shadow's bio, the wrap hook takes it
 * for another bdev's. submit_bio_noacct() looks at it a second time: harmless, its sector is absolute and
 * marked so, and cgroup accounting is flagged in the bio. Only a throttle by I/O count counts it twice.
 *
 * Context: process, may sleep; not called from ->submit_bio.
 */
void blki_hook_pass_on(struct blki_origin *origin, struct bio *bio)
{
	bio->bi_bdev = origin->shadow;
	bio_set_flag(bio, BIO_REMAPPED);
	submit_bio_noacct(bio);
}

/**
 * blki_queue_freeze - stop a queue and wait until nothing is in it
 * @q: the queue
 * @timeout_ms: longest wait
 *
 * Between this and blki_queue_unfreeze() nothing may allocate with I/O: the pages might have to be written
 * to this very queue.
 *
 * Context: may sleep. Return: 0 frozen; -ETIMEDOUT not frozen, as before.
 */
int blki_queue_freeze(struct request_queue *q, unsigned int timeout_ms)
{
	blk_freeze_queue_start(q);
	if (blk_mq_freeze_queue_wait_timeout(q, msecs_to_jiffies(timeout_ms)) > 0)
		return 0;
	blk_mq_unfreeze_queue(q);
	return -ETIMEDOUT;
}

/** blki_queue_unfreeze - let a queue run again; Context: may sleep */
void blki_queue_unfreeze(struct request_queue *q)
{
	blk_mq_unfreeze_queue(q);
}

/*
 * Wait for every submitter that has tested the flag of a bdev and has not yet entered the queue
 * (blk_mq_submit_bio(), bio_queue_enter()) or not yet left ->submit_bio.
 *
 * From the test to that point a task sleeps in one place only: queue entry, while the queue is frozen or
 * its device sleeps. So hold the freeze lock while nobody has the queue frozen, and the device awake; then
 * those who slept there are running again (on_rq), nobody new can sleep there, and one RCU-tasks period,
 * which waits for every running task to sleep or leave the kernel, sees all of them through. Queue
 * entry, fops load and our ->submit_bio, which never sleeps, are all before that point.
 *
 * A dead disk stays frozen for ever; its sleepers are woken to fail in queue entry and never load the
 * operations, so the period alone is enough.
 */
static void submitters_sync(struct gendisk *gd)
{
	struct request_queue *q = gd->queue;
	struct device *dev = blki_queue_device(q);

	if (dev)
		pm_runtime_get_sync(dev);
	for (;;) {
		mutex_lock(&q->mq_freeze_lock);
		if (!q->mq_freeze_depth || test_bit(GD_DEAD, &gd->state))
			break;
		mutex_unlock(&q->mq_freeze_lock);
		wait_event_timeout(q->mq_freeze_wq, !READ_ONCE(q->mq_freeze_depth), HZ / 50 + 1);
	}
	synchronize_rcu_tasks();
	mutex_unlock(&q->mq_freeze_lock);
	if (dev)
		pm_runtime_put(dev);
}

static void fops_install(struct blki_disk *disk)
{
	disk->orig = disk->gd->fops;
	disk->ops = *disk->orig;
	disk->ops.submit_bio = disk->hook->submit;
	smp_store_release(&disk->gd->fops, &disk->ops);
}

/* Nobody is left who loads ->submit_bio from our copy, as the callers prove; the copy is immortal and our
 * code is not, so it gets an entry that only submits the bio again, all the same.
 */
static void fops_restore(struct blki_disk *disk)
{
	WRITE_ONCE(disk->gd->fops, disk->orig);
	WRITE_ONCE(disk->ops.submit_bio, submit_bio_noacct);
}

static void slot_set(struct blki_disk *disk, struct blki_origin *origin, bool flag)
{
	spin_lock(&disk->lock);
	WRITE_ONCE(disk->origin[bdev_partno(origin->bdev)], origin);
	if (flag)
		bdev_set_flag(origin->bdev, BD_HAS_SUBMIT_BIO);
	spin_unlock(&disk->lock);
}

static void slot_clear(struct blki_disk *disk, struct blki_origin *origin)
{
	spin_lock(&disk->lock);
	WRITE_ONCE(disk->origin[bdev_partno(origin->bdev)], &blki_foreign);
	spin_unlock(&disk->lock);
}

/*
 * fops first, then the flag: who sees the flag must see the operations. synchronize_rcu() puts a full
 * barrier on every CPU between the two stores, so a CPU that reads the flag as set reads the operations
 * after that barrier, on every architecture.
 *
 * Then submitters_sync(): those who had read the flag as clear have entered the queue when it returns; the
 * freeze that the caller does next waits for them. From then on every bio of the origin comes here.
 */
static void list_arm(struct blki_origin *origin)
{
	struct blki_disk *disk = origin->disk;

	mutex_lock(&disk->install);
	if (!disk->nr_hooked++) {
		fops_install(disk);
		synchronize_rcu();
	}
	mutex_unlock(&disk->install);
	slot_set(disk, origin, true);
	submitters_sync(disk->gd);
}

static void list_disarm_frozen(struct blki_origin *origin)
{
	bdev_clear_flag(origin->bdev, BD_HAS_SUBMIT_BIO);
	stamp_sync(origin);
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

/*
 * After the flag is clear and the queue runs again: late callers that had seen it set are still to come,
 * and find the hook, the origin and its (now empty) chain; the origin is gone only when all have left. A
 * caller still needs ->submit_bio to be there, so the operations go last.
 */
static void list_quiesce(struct blki_origin *origin)
{
	struct blki_disk *disk = origin->disk;

	if (!bdev_partno(origin->bdev))
		inherited_clear(disk);
	submitters_sync(disk->gd);
	slot_clear(disk, origin);
	mutex_lock(&disk->install);
	if (!--disk->nr_hooked)
		fops_restore(disk);
	mutex_unlock(&disk->install);
}

/* Nothing came of the attach. The chain is empty, so late callers pass; no freeze is needed to leave. */
static void list_unarm(struct blki_origin *origin)
{
	list_disarm_frozen(origin);
	list_quiesce(origin);
}

/* Frozen: nobody is inside ->submit_bio, and who waits in queue entry loads the operations afterwards. */
static void wrap_arm_frozen(struct blki_origin *origin)
{
	struct blki_disk *disk = origin->disk;

	mutex_lock(&disk->install);
	slot_set(disk, origin, false);
	if (!disk->nr_hooked++)
		fops_install(disk);
	mutex_unlock(&disk->install);
}

static void wrap_disarm_frozen(struct blki_origin *origin)
{
	struct blki_disk *disk = origin->disk;

	mutex_lock(&disk->install);
	if (!--disk->nr_hooked)
		fops_restore(disk);
	slot_clear(disk, origin);
	mutex_unlock(&disk->install);
}

static const struct blki_hook_ops hook_list = {
	.name = "list",
	.id = BLKI_HOOK_LIST,
	.submit = list_submit,
	.arm = list_arm,
	.unarm = list_unarm,
	.disarm_frozen = list_disarm_frozen,
	.quiesce = list_quiesce,
};

static const struct blki_hook_ops hook_wrap = {
	.name = "wrap",
	.id = BLKI_HOOK_WRAP,
	.submit = wrap_submit,
	.arm_frozen = wrap_arm_frozen,
	.disarm_frozen = wrap_disarm_frozen,
};

/* Drivers that tell their disks by the address of the operations, or whose disks this hook can not serve */
static bool origin_refused(struct block_device *bdev, struct blki_say *say)
{
	struct gendisk *gd = bdev->bd_disk;
	bool mq = queue_is_mq(gd->queue);

	if (bdev_is_zoned(bdev)) {
		blki_say(say, "%pg: a zoned device can not be an origin: zone write plugging takes a flagged device for bio-based; use a conventional device",
			 bdev);
		return true;
	}
	if (gd->queue->limits.features & BLK_FEAT_DAX) {
		blki_say(say, "%pg: a DAX device can not be an origin: mapped accesses make no bio and would go unseen; turn DAX off",
			 bdev);
		return true;
	}
	if ((!mq && !strncmp(gd->disk_name, "nvme", 4)) || !strncmp(gd->disk_name, "dasd", 4)) {
		blki_say(say, "%pg: its driver tells disks apart by the operations table that the hook replaces; attach to a device above it (a dm-linear)",
			 bdev);
		return true;
	}
	if (mq && (gd->fops->submit_bio || bdev_test_flag(bdev, BD_HAS_SUBMIT_BIO))) {
		blki_say(say, "%pg: another module already intercepts this disk's bios; unload it first",
			 bdev);
		return true;
	}
	return false;
}

/**
 * blki_hook_find - choose the hook for an origin
 * @bdev: the origin, on a disk that is not hooked yet
 * @wanted: what the user asked for
 * @say: gets the reason of a refusal
 *
 * Context: process. Return: the hook; ERR_PTR(-EOPNOTSUPP) the device or the wish can not be served.
 */
const struct blki_hook_ops *blki_hook_find(struct block_device *bdev, enum blki_hook wanted,
					   struct blki_say *say)
{
	const struct blki_hook_ops *hook;

	hook = queue_is_mq(bdev_get_queue(bdev)) ? &hook_list : &hook_wrap;
	if (wanted != BLKI_HOOK_DEFAULT && wanted != hook->id) {
		blki_say(say, "%pg: only the hook \"%s\" serves a %s device; ask for that or for the default",
			 bdev, hook->name, hook == &hook_list ? "blk-mq" : "bio-based");
		return ERR_PTR(-EOPNOTSUPP);
	}
	if (origin_refused(bdev, say))
		return ERR_PTR(-EOPNOTSUPP);
	return hook;
}
