// SPDX-License-Identifier: GPL-2.0
/*
 * The hook, what all ways of catching bios share and no bio waits for: choosing one, taking over a disk's
 * operations, and knowing that nobody is left inside.
 *
 * attach.c -> [this] -> hook_list.c, hook_fast.c, hook_wrap.c, which say how each works. hook.h has the
 * path of a bio. What this file does not do: decide about a bio (chain.c, filters), send it elsewhere
 * (remap.c, native.c).
 */
#include <linux/blk-mq.h>
#include <linux/smp.h>

#include "hook.h"

static DEFINE_PER_CPU(struct blki_visits, foreign_visits);

/* What stands in a disk's table for a bdev that is no origin; saves the hot path a test */
struct blki_origin blki_foreign = { .mode = BLKI_MODE_FOREIGN, .visits = &foreign_visits };

/**
 * blki_stamp_sync - keep the time stamp of an origin's statistics from standing still
 * @origin: an origin whose bios are accounted with its shadow's stamp
 *
 * Who next adds "now - stamp" to io_ticks would add all the time since the attach: for a partition that is
 * the first bio after a detach, so the stamp is set while the detach has the queue frozen; for a whole disk
 * it is also every reader of /proc/diskstats, so it is set for every bio.
 *
 * Context: any.
 */
void blki_stamp_sync(struct blki_origin *origin)
{
	unsigned long now = jiffies;

	if (READ_ONCE(origin->bdev->bd_stamp) != now)
		WRITE_ONCE(origin->bdev->bd_stamp, now);
}

/* A flagged bdev without an origin: a partition that was added while its whole disk was an origin, and got
 * the flag from it. Take the flag away; under the lock, because an attach to that very partition may set
 * both at this moment. Then let the caller's loop look again.
 */
static void foreign_submit(struct bio *bio)
{
	struct block_device *bdev = bio->bi_bdev;
	struct blki_disk *disk = blki_disk_of(bdev);

	spin_lock(&disk->lock);
	if (disk->origin[bdev_partno(bdev)] == &blki_foreign)
		bdev_clear_flag(bdev, BD_HAS_SUBMIT_BIO);
	spin_unlock(&disk->lock);
	bio_list_add(&current->bio_list[0], bio);
}

/**
 * blki_chain_end - what follows the filters
 * @origin: where the bio is
 * @bio: a bio that every filter passed
 *
 * The mode may change from HOLD while we look; blki_remap_submit() looks again under the lock.
 *
 * Context: ->submit_bio; does not sleep. Return: where the bio goes.
 */
enum blki_way blki_chain_end(struct blki_origin *origin, struct bio *bio)
{
	switch (data_race(origin->mode)) {
	case BLKI_MODE_PASS:
		return BLKI_WAY_DRIVER;
	case BLKI_MODE_FOREIGN:
		foreign_submit(bio);
		return BLKI_WAY_GONE;
	case BLKI_MODE_PASS_WHOLE:
		blki_stamp_sync(origin);
		bio_set_flag(bio, BIO_REMAPPED);
		return BLKI_WAY_DRIVER;
	case BLKI_MODE_NEAR:
	case BLKI_MODE_NATIVE:
		return blki_native_submit(origin, bio);
	default:
		return blki_remap_submit(origin, bio);
	}
}

static void trace_submit(struct blki_origin *origin, struct bio *bio)
{
	struct blki_interposer *ip;

	for (ip = READ_ONCE(origin->filters); ip; ip = READ_ONCE(ip->next))
		trace_blki_submit(ip, bio);
}

/* A filter ends a bio: the lower ones have not seen it. */
static void judged_complete(struct blki_interposer *ip, struct bio *bio)
{
	struct blki_interposer *lower = READ_ONCE(ip->next) ?: ip->origin->remap;

	while (lower) {
		this_cpu_inc(lower->stats->missed);
		this_cpu_add(lower->stats->missed_bytes, bio->bi_iter.bi_size);
		if (lower->kind != BLKI_KIND_FILTER)
			break;
		lower = READ_ONCE(lower->next) ?: ip->origin->remap;
	}
	this_cpu_inc(ip->stats->completed);
	trace_blki_complete(ip, bio);
	bio_endio(bio);
}

/**
 * blki_chain_run - let the filters judge a bio, and send it where they or the mode say
 * @origin: where the bio is
 * @bio: the bio, counted by blki_chain_is_quick()
 *
 * With the hook ftrace the chain may change meanwhile (chain.c).
 *
 * Context: ->submit_bio; does not sleep. Return: where the bio goes.
 */
enum blki_way blki_chain_run(struct blki_origin *origin, struct bio *bio)
{
	struct blki_interposer *ip;

	if (blki_bio_is_rest(bio)) {
		this_cpu_inc(origin->visits->rests);
		this_cpu_add(origin->visits->rest_bytes, bio->bi_iter.bi_size);
		return blki_chain_end(origin, bio);
	}
	if (trace_blki_submit_enabled())
		trace_submit(origin, bio);
	for (ip = READ_ONCE(origin->judges); ip; ip = READ_ONCE(ip->next_judge)) {
		if (unlikely(ip->submit(&ip->filter, bio) == BLKI_COMPLETE)) {
			judged_complete(ip, bio);
			return BLKI_WAY_GONE;
		}
	}
	return blki_chain_end(origin, bio);
}

/**
 * blki_hook_pass_on - hand a held bio to the driver after all
 * @origin: where it was held
 * @bio: a bio that every filter passed
 *
 * The shadow keeps it from the filters: list and fast never see a shadow's bio, wrap takes it for another
 * bdev's. submit_bio_noacct() looks at it a second time: harmless, its sector is absolute and marked so,
 * and cgroup accounting is flagged in the bio. Only a throttle by I/O count counts it twice.
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

/* May submitters sleep in the entry of a queue? Under its freeze lock. Those of a dead disk fail instead. */
static bool entry_sleeps(struct gendisk *gd)
{
	struct request_queue *q = gd->queue;

	lockdep_assert_held(&q->mq_freeze_lock);
	return !test_bit(GD_DEAD, &gd->state) &&
	       (q->mq_freeze_depth || (blki_queue_device(q) && blk_queue_pm_only(q)));
}

/*
 * Take the freeze lock of a queue in whose entry nobody sleeps. Frozen is not all: SCSI stops a disk with pm_only
 * alone while it negotiates with it (scsi_device_quiesce()), and a disk that can not be woken stays so.
 */
static bool entry_lock(struct gendisk *gd, unsigned long until, bool forever)
{
	struct request_queue *q = gd->queue;

	for (;;) {
		mutex_lock(&q->mq_freeze_lock);
		if (!entry_sleeps(gd))
			return true;
		mutex_unlock(&q->mq_freeze_lock);
		if (!forever && time_after(jiffies, until))
			return false;
		/* the block layer's stores are plain, under the lock that is taken for the next look */
		wait_event_timeout(q->mq_freeze_wq,
				   !data_race(READ_ONCE(q->mq_freeze_depth)) && !blk_queue_pm_only(q),
				   HZ / 50 + 1);
	}
}

/**
 * blki_queue_await - does a disk take I/O, or will it soon?
 * @gd: the disk
 * @timeout_ms: longest wait
 *
 * Context: may sleep, no queue frozen by the caller. Return: false: it was frozen or asleep all the time.
 */
bool blki_queue_await(struct gendisk *gd, unsigned int timeout_ms)
{
	struct device *dev = blki_queue_device(gd->queue);
	bool runs;

	/* a disk that has been put to sleep is pm_only until somebody wants it */
	if (dev)
		pm_runtime_get_sync(dev);
	runs = entry_lock(gd, jiffies + msecs_to_jiffies(timeout_ms), false);
	if (runs)
		mutex_unlock(&gd->queue->mq_freeze_lock);
	if (dev)
		pm_runtime_put(dev);
	return runs;
}

/**
 * blki_submitters_sync - wait for everybody who is on his way into a queue
 * @gd: the disk
 * @timeout_ms: longest wait for a queue that is frozen or asleep; 0: as long as it takes
 *
 * Wait for every submitter that has tested the flag of a bdev, or has been sent to this queue by a hook, and
 * has not yet entered the queue (blk_mq_submit_bio(), bio_queue_enter()) or not yet left ->submit_bio.
 *
 * From the test to that point a task sleeps in one place only: queue entry, while the queue is frozen or
 * its device sleeps. So hold the freeze lock while nobody has the queue frozen, and the device awake; then
 * those who slept there have been woken, nobody new can sleep there, and blki_tasks_submit_sync(), which waits for
 * every running task to sleep or end its submission, sees all of them through. Queue entry, fops load and our
 * ->submit_bio (but for where it may sleep, which is counted) are all before that point.
 *
 * pm_only has no lock of its own. Whoever raises it for longer than a moment freezes the queue next and waits for our
 * lock there, with pm_only raised: the look after the wait can not miss one that somebody may have slept for.
 *
 * Woken is not yet running (on_rq), and who is not counts as asleep. The wake-up of a task whose CPU is idle is
 * left to that CPU, which owes RCU nothing until it takes its interrupt: with a virtual CPU that its host does
 * not schedule that can be later than the whole period, and the task then finds the flag's way without the
 * operations. A call to every CPU comes after the wake-ups in the same queue, and its interrupt, once begun,
 * holds up the RCU period that RCU-tasks begins with.
 *
 * A dead disk stays frozen for ever; its sleepers are woken to fail in queue entry and never load the
 * operations, so blki_tasks_submit_sync() alone is enough.
 *
 * Context: may sleep, no queue frozen by the caller. Return: 0; -ETIMEDOUT.
 */
int blki_submitters_sync(struct gendisk *gd, unsigned int timeout_ms)
{
	unsigned long until = jiffies + msecs_to_jiffies(timeout_ms);
	struct device *dev = blki_queue_device(gd->queue);
	bool again = true;
	int r = 0;

	if (dev)
		pm_runtime_get_sync(dev);
	while (again && !r) {
		if (entry_lock(gd, until, !timeout_ms)) {
			kick_all_cpus_sync();
			blki_tasks_submit_sync();
			again = entry_sleeps(gd);
			mutex_unlock(&gd->queue->mq_freeze_lock);
		} else {
			r = -ETIMEDOUT;
		}
	}
	if (dev)
		pm_runtime_put(dev);
	return r;
}

/**
 * blki_fops_install - give a disk our operations
 * @disk: the hook; its @install is held
 *
 * Context: process.
 */
void blki_fops_install(struct blki_disk *disk)
{
	disk->orig = disk->gd->fops;
	disk->ops = *disk->orig;
	disk->ops.submit_bio = disk->hook->submit;
	smp_store_release(&disk->gd->fops, &disk->ops);
}

/**
 * blki_fops_restore - give a disk its driver's operations back
 * @disk: the hook; its @install is held
 *
 * Nobody is left who loads ->submit_bio from our copy, as the callers prove; the copy is immortal and our
 * code is not, so it gets an entry that only submits the bio again, all the same.
 *
 * Context: process.
 */
void blki_fops_restore(struct blki_disk *disk)
{
	WRITE_ONCE(disk->gd->fops, disk->orig);
	WRITE_ONCE(disk->ops.submit_bio, submit_bio_noacct);
}

/** blki_slot_set - enter an origin in its disk's table, with @flag its bdev's flag too; Context: process */
void blki_slot_set(struct blki_disk *disk, struct blki_origin *origin, bool flag)
{
	spin_lock(&disk->lock);
	WRITE_ONCE(disk->origin[bdev_partno(origin->bdev)], origin);
	if (flag)
		bdev_set_flag(origin->bdev, BD_HAS_SUBMIT_BIO);
	spin_unlock(&disk->lock);
}

/** blki_slot_clear - undo blki_slot_set(), the flag apart; Context: process */
void blki_slot_clear(struct blki_disk *disk, struct blki_origin *origin)
{
	spin_lock(&disk->lock);
	WRITE_ONCE(disk->origin[bdev_partno(origin->bdev)], &blki_foreign);
	spin_unlock(&disk->lock);
}

/* Drivers that tell their disks by the address of the operations, or whose disks no hook can serve */
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

static const struct blki_hook_ops *const hooks[] = {
	&blki_hook_list,
	&blki_hook_fast,
	&blki_hook_wrap,
	BLKI_HAS_FTRACE_HOOK ? &blki_hook_ftrace : NULL,
};

static const struct blki_hook_ops *hook_by_id(enum blki_hook id)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		if (hooks[i] && hooks[i]->id == id)
			return hooks[i];
	return NULL;
}

/**
 * blki_hook_name - what a hook is called in messages
 * @id: enum blki_hook, not the default
 *
 * Context: any. Return: a constant string, "unknown" for what this module has not.
 */
const char *blki_hook_name(enum blki_hook id)
{
	const struct blki_hook_ops *hook = hook_by_id(id);

	return hook ? hook->name : "unknown";
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
	bool mq = queue_is_mq(bdev_get_queue(bdev));
	const struct blki_hook_ops *hook;
	const char *why;

	BUILD_BUG_ON(BIO_FLAG_LAST > BIO_BLKI_SEEN);

	hook = wanted == BLKI_HOOK_DEFAULT ? mq ? &blki_hook_list : &blki_hook_wrap :
					     hook_by_id(wanted);
	if (!hook) {
		blki_say(say, "%pg: the hook \"ftrace\" needs ftrace direct calls, which this kernel has not; use list",
			 bdev);
		return ERR_PTR(-EOPNOTSUPP);
	}
	if (hook->mq != mq) {
		blki_say(say, "%pg: the hook \"%s\" does not serve a %s device; ask for %s or for the default",
			 bdev, blki_hook_name(wanted), mq ? "blk-mq" : "bio-based",
			 mq ? "list, fast" : "wrap");
		return ERR_PTR(-EOPNOTSUPP);
	}
	why = hook->unusable ? hook->unusable() : NULL;
	if (why) {
		blki_say(say, "%pg: the hook \"%s\" can not be used on this kernel: %s; use list",
			 bdev, hook->name, why);
		return ERR_PTR(-EOPNOTSUPP);
	}
	if (origin_refused(bdev, say))
		return ERR_PTR(-EOPNOTSUPP);
	return hook;
}
