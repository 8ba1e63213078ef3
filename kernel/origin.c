// SPDX-License-Identifier: GPL-2.0
/*
 * Origins and disks: the life of an interposer from attach to detach.
 *
 * ctl.c -> [this] -> hook.c (arm, disarm), chain.c (insert, remove), remap.c (drain).
 *
 * Order of an attach: open, allocate, check (nothing is visible yet) -> arm the hook -> freeze the origin's
 * queue, put the interposer into the chain, unfreeze -> return. The freeze waits for every bio that went
 * straight to the driver, so when the call returns all bios go through the interposer, and none is half
 * way. A device that hangs makes the freeze time out; then the hook is disarmed again.
 *
 * Order of a detach: for a remap, hold and drain (remap.c) -> freeze, take it out of the chain, and when it
 * was the last one disarm the hook, unfreeze -> let held bios go -> wait until nobody is in the hook ->
 * free. Once the freeze has succeeded nothing can fail any more.
 *
 * Locks. registry_lock covers the list of origins, who uses which disk, and every busy flag; it is held for list
 * work only, never over an open, an allocation that may do I/O, a freeze or a wait, so the status can
 * always be read. The busy flag makes attaches and detaches of one origin exclude each other: the second
 * one is told so at once.
 */
#include <linux/blkdev.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "blki.h"

/* covers @origins and their busy, the users of every disk, and @next_id */
static DEFINE_MUTEX(registry_lock);
static LIST_HEAD(origins);
static u64 next_id = 1;

/**
 * blki_interposer_alloc - memory and counters of an interposer
 * @kind: filter or remap
 * @altitude: its place, 0 the filter's own
 *
 * Context: may sleep. Return: the interposer, for blki_interposer_free(); NULL no memory.
 */
struct blki_interposer *blki_interposer_alloc(enum blki_kind kind, u32 altitude)
{
	struct blki_interposer *ip = kzalloc(sizeof(*ip), GFP_KERNEL);

	if (!ip)
		return NULL;
	ip->kind = kind;
	ip->altitude = altitude;
	ip->stats = alloc_percpu(struct blki_stats);
	if (!ip->stats) {
		kfree(ip);
		return NULL;
	}
	return ip;
}

/** blki_interposer_free - undo blki_interposer_alloc(); NULL is allowed. Context: may sleep */
void blki_interposer_free(struct blki_interposer *ip)
{
	if (!ip)
		return;
	free_percpu(ip->stats);
	kfree(ip);
}

/* The first origin on a disk chooses its hook. */
static int disk_join_locked(struct blki_origin *origin, enum blki_hook wanted,
			    struct blki_say *say)
{
	struct blki_disk *disk = origin->disk;

	lockdep_assert_held(&registry_lock);
	if (!disk->users) {
		const struct blki_hook_ops *hook = blki_hook_find(origin->bdev, wanted, say);

		if (IS_ERR(hook))
			return PTR_ERR(hook);
		disk->hook = hook;
	} else if (wanted != BLKI_HOOK_DEFAULT && wanted != disk->hook->id) {
		blki_say(say, "%pg: its disk is already hooked by \"%s\"; detach everything from it to choose another hook",
			 origin->bdev, disk->hook->name);
		return -EBUSY;
	}
	disk->users++;
	origin->pass_mode = origin->mode = blki_hook_pass_mode(origin);
	return 0;
}

static struct blki_origin *origin_find_locked(struct block_device *bdev)
{
	struct blki_origin *origin;

	lockdep_assert_held(&registry_lock);
	list_for_each_entry(origin, &origins, node)
		if (origin->bdev == bdev)
			return origin;
	return NULL;
}

static void origin_free(struct blki_origin *origin)
{
	if (!origin)
		return;
	if (origin->wq)
		destroy_workqueue(origin->wq);
	if (origin->file)
		bdev_fput(origin->file);
	kfree(origin);
}

/* Everything an origin needs, nothing of it visible yet */
static struct blki_origin *origin_alloc(dev_t devt, struct blki_say *say)
{
	struct blki_origin *origin = kzalloc(sizeof(*origin), GFP_KERNEL);
	int r = -ENOMEM;

	if (!origin)
		return ERR_PTR(-ENOMEM);
	spin_lock_init(&origin->hold_lock);
	bio_list_init(&origin->held);
	INIT_WORK(&origin->forward, blki_remap_forward_work);
	origin->file = bdev_file_open_by_dev(devt, BLK_OPEN_READ, NULL, NULL);
	if (IS_ERR(origin->file)) {
		r = PTR_ERR(origin->file);
		origin->file = NULL;
		blki_say(say, "origin %u:%u: can not be opened (errno %d); is the device still there?",
			 MAJOR(devt), MINOR(devt), -r);
		goto err_free;
	}
	origin->bdev = file_bdev(origin->file);
	origin->shadow = blki_shadow_get(origin->bdev);
	origin->disk = blki_disk_get(origin->bdev->bd_disk);
	if (!origin->shadow || !origin->disk)
		goto err_free;
	origin->wq = alloc_ordered_workqueue("blki-%u:%u", WQ_MEM_RECLAIM, MAJOR(devt),
					     MINOR(devt));
	if (!origin->wq)
		goto err_free;
	return origin;

err_free:
	origin_free(origin);
	return ERR_PTR(r);
}

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

/* Find or publish the origin and claim it for this call; @fresh is consumed if it is used. */
static struct blki_origin *origin_claim(struct blki_origin **fresh, enum blki_hook wanted,
					struct blki_say *say)
{
	struct blki_origin *origin;
	int r = 0;

	mutex_lock(&registry_lock);
	origin = origin_find_locked((*fresh)->bdev);
	if (origin && origin->busy) {
		blki_say(say, "%pg: another attach or detach is under way; wait for it", origin->bdev);
		r = -EBUSY;
	} else if (origin && wanted != BLKI_HOOK_DEFAULT && wanted != origin->disk->hook->id) {
		blki_say(say, "%pg: already hooked by \"%s\"; detach everything to choose another hook",
			 origin->bdev, origin->disk->hook->name);
		r = -EBUSY;
	} else if (!origin) {
		r = disk_join_locked(*fresh, wanted, say);
		if (!r) {
			origin = *fresh;
			*fresh = NULL;
			list_add_tail(&origin->node, &origins);
		}
	}
	if (!r)
		origin->busy = true;
	mutex_unlock(&registry_lock);
	return r ? ERR_PTR(r) : origin;
}

static void origin_unclaim(struct blki_origin *origin)
{
	mutex_lock(&registry_lock);
	origin->busy = false;
	mutex_unlock(&registry_lock);
}

static bool chain_empty(struct blki_origin *origin)
{
	return !origin->nr_filters && !origin->remap;
}

/* The hook is deserted and the chain empty: nothing leads here any more. */
static void origin_forget(struct blki_origin *origin)
{
	flush_work(&origin->forward);
	mutex_lock(&registry_lock);
	list_del(&origin->node);
	origin->disk->users--;
	mutex_unlock(&registry_lock);
	origin_free(origin);
}

/* May this interposer join? For a filter, let it prepare itself; undone by ->detach. */
static int admit(struct blki_origin *origin, struct blki_interposer *ip, struct blki_say *say)
{
	int r = blki_chain_check(origin, ip, say);

	if (r)
		return r;
	ip->origin = origin;
	if (ip->kind == BLKI_KIND_REMAP)
		return remap_fits(origin, ip, say);
	ip->filter.bdev = origin->bdev;
	if (ip->filter.ops->attach)
		r = ip->filter.ops->attach(&ip->filter, say);
	return r;
}

static void dismiss(struct blki_interposer *ip)
{
	if (ip->kind == BLKI_KIND_FILTER && ip->filter.ops->detach)
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
	bool first = chain_empty(origin);
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
	struct blki_origin *fresh = origin_alloc(devt, say), *origin;
	int r;

	if (IS_ERR(fresh))
		return PTR_ERR(fresh);
	origin = origin_claim(&fresh, hook, say);
	r = PTR_ERR_OR_ZERO(origin);
	if (r)
		goto out;
	r = admit(origin, ip, say);
	if (!r) {
		r = go_live(origin, ip, timeout_ms, say);
		if (r)
			dismiss(ip);
	}
	if (r && chain_empty(origin)) {
		origin_forget(origin);
		goto out;
	}
	if (!r) {
		__module_get(THIS_MODULE);
		ip->since_ns = ktime_get_real_ns();
	}
	mutex_lock(&registry_lock);
	if (!r)
		*id = ip->id = next_id++;
	origin->busy = false;
	mutex_unlock(&registry_lock);
out:
	origin_free(fresh);
	return r;
}

static struct blki_interposer *find_by_id(struct blki_origin *origin, u64 id)
{
	struct blki_interposer *ip = NULL;
	unsigned int i;

	spin_lock(&origin->hold_lock);
	for (i = 0; i < origin->nr_filters; i++)
		if (origin->filter[i]->id == id)
			ip = origin->filter[i];
	if (origin->remap && origin->remap->id == id)
		ip = origin->remap;
	spin_unlock(&origin->hold_lock);
	return ip;
}

/* Find the interposer and claim its origin. Ids are given before busy ends, so a claimed one is complete. */
static struct blki_interposer *claim_by_id(u64 id, struct blki_say *say)
{
	struct blki_interposer *ip = NULL;
	struct blki_origin *origin;

	mutex_lock(&registry_lock);
	list_for_each_entry(origin, &origins, node) {
		ip = find_by_id(origin, id);
		if (ip)
			break;
	}
	if (!ip) {
		blki_say(say, "interposer %llu: not attached; see blki status", id);
		ip = ERR_PTR(-ENOENT);
	} else if (origin->busy) {
		blki_say(say, "%pg: another attach or detach is under way; wait for it", origin->bdev);
		ip = ERR_PTR(-EBUSY);
	} else {
		origin->busy = true;
	}
	mutex_unlock(&registry_lock);
	return ip;
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
	if (chain_empty(origin))
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
	struct blki_interposer *ip = claim_by_id(id, say);
	struct blki_origin *origin;
	int r;

	if (IS_ERR(ip))
		return PTR_ERR(ip);
	origin = ip->origin;
	r = detach_claimed(origin, ip, timeout_ms, say);
	if (r) {
		origin_unclaim(origin);
		return r;
	}
	if (chain_empty(origin)) {
		if (origin->disk->hook->quiesce)
			origin->disk->hook->quiesce(origin);
		flush_work(&origin->forward);
	}
	synchronize_rcu_tasks();
	if (ip->kind == BLKI_KIND_REMAP) {
		blki_remap_close(ip);
	} else {
		dismiss(ip);
		blki_filter_put(ip);
	}
	blki_interposer_free(ip);
	if (chain_empty(origin))
		origin_forget(origin);
	else
		origin_unclaim(origin);
	module_put(THIS_MODULE);
	return 0;
}

static void entry_fill(struct blki_entry *e, struct blki_origin *origin, struct blki_interposer *ip)
{
	memset(e, 0, sizeof(*e));
	e->id = ip->id;
	e->origin_major = MAJOR(origin->bdev->bd_dev);
	e->origin_minor = MINOR(origin->bdev->bd_dev);
	e->kind = ip->kind;
	e->hook = origin->disk->hook->id;
	e->altitude = ip->altitude;
	e->state = test_bit(GD_DEAD, &origin->bdev->bd_disk->state) ? BLKI_STATE_DEAD :
		   origin->mode == BLKI_MODE_HOLD && ip == origin->remap ? BLKI_STATE_HOLDING :
		   BLKI_STATE_LIVE;
	e->since_ns = ip->since_ns;
	e->nr_completed = blki_stat(ip, completed);
	e->nr_done = blki_stat(ip, done);
	e->nr_seen = blki_stat(ip, seen);
	e->nr_bytes = blki_stat(ip, bytes);
	snprintf(e->origin, sizeof(e->origin), "%pg", origin->bdev);
	if (ip->kind == BLKI_KIND_FILTER) {
		strscpy(e->name, ip->filter.ops->name, sizeof(e->name));
		return;
	}
	strscpy(e->name, "remap", sizeof(e->name));
	e->nr_in_flight = e->nr_seen - e->nr_done;
	e->nr_held = READ_ONCE(origin->nr_held);
	e->nr_punted = atomic_long_read(&ip->remap.nr_punted);
	e->acceptor_major = MAJOR(ip->remap.bdev->bd_dev);
	e->acceptor_minor = MINOR(ip->remap.bdev->bd_dev);
	snprintf(e->acceptor, sizeof(e->acceptor), "%pg", ip->remap.bdev);
}

/**
 * blki_list - describe every interposer
 * @entries: array of @room entries
 * @room: how many fit
 *
 * Context: may sleep, allocates nothing. Return: how many there are, by origin in order of attach, then in
 * the order of the chain; entries beyond @room are only counted.
 */
unsigned int blki_list(struct blki_entry *entries, unsigned int room)
{
	struct blki_origin *origin;
	unsigned int nr = 0, i;

	mutex_lock(&registry_lock);
	list_for_each_entry(origin, &origins, node) {
		spin_lock(&origin->hold_lock);
		for (i = 0; i < origin->nr_filters; i++, nr++)
			if (nr < room)
				entry_fill(&entries[nr], origin, origin->filter[i]);
		if (origin->remap) {
			if (nr < room)
				entry_fill(&entries[nr], origin, origin->remap);
			nr++;
		}
		spin_unlock(&origin->hold_lock);
	}
	mutex_unlock(&registry_lock);
	return nr;
}
