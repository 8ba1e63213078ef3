// SPDX-License-Identifier: GPL-2.0
/*
 * Origins: which block devices are interposed, and who is changing which.
 *
 * attach.c makes and ends them; ctl.c lists them. registry_lock covers the list, who uses which disk, and
 * every busy flag; it is held for list work only, never over an open, an allocation that may do I/O, a
 * freeze or a wait, so the status can always be read. The busy flag makes attaches and detaches of one
 * origin exclude each other: the second one is told so at once.
 */
#include <linux/blkdev.h>
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
	origin->pass_mode = disk->hook == &blki_hook_list && !bdev_partno(origin->bdev) ?
			    BLKI_MODE_PASS_WHOLE : BLKI_MODE_PASS;
	origin->mode = origin->pass_mode;
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

/* Is it where the bios of some origin are aimed? */
static struct blki_origin *aimed_at_locked(const struct block_device *bdev)
{
	struct blki_origin *origin;

	lockdep_assert_held(&registry_lock);
	list_for_each_entry(origin, &origins, node)
		if (origin->native == bdev)
			return origin;
	return NULL;
}

/**
 * blki_origin_aim - make sure that a native acceptor is no origin, and becomes none
 * @origin: busy with this call
 * @bdev: the acceptor, or NULL to give it free
 * @say: gets the reason of a refusal
 *
 * Its bios would meet a hook that aims them again: two native remaps onto each other's origins would send a
 * bio round for ever, with no context to count its rounds in.
 *
 * Context: may sleep. Return: 0; -ELOOP it is an origin.
 */
int blki_origin_aim(struct blki_origin *origin, struct block_device *bdev, struct blki_say *say)
{
	int r = 0;

	mutex_lock(&registry_lock);
	if (bdev && origin_find_locked(bdev)) {
		blki_say(say, "%pg: acceptor %pg is an origin itself, so bios could go round in circles; detach everything from %pg first",
			 origin->bdev, bdev, bdev);
		r = -ELOOP;
	} else {
		origin->native = bdev;
	}
	mutex_unlock(&registry_lock);
	return r;
}

/** blki_origin_free - undo blki_origin_alloc(); NULL is allowed. Context: may sleep */
void blki_origin_free(struct blki_origin *origin)
{
	if (!origin)
		return;
	if (origin->wq)
		destroy_workqueue(origin->wq);
	if (origin->file)
		bdev_fput(origin->file);
	free_percpu(origin->visits);
	kfree(origin);
}

/**
 * blki_origin_alloc - open a device and make everything an origin needs, nothing of it visible yet
 * @devt: the device
 * @say: gets the reason of a failure
 *
 * Context: may sleep. Return: the origin, for blki_origin_free(); ERR_PTR(-ENOMEM) or of the open.
 */
struct blki_origin *blki_origin_alloc(dev_t devt, struct blki_say *say)
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
	origin->queue_ref = &bdev_get_queue(origin->bdev)->q_usage_counter;
	origin->shadow = blki_shadow_get(origin->bdev);
	origin->disk = blki_disk_get(origin->bdev->bd_disk);
	origin->visits = alloc_percpu(struct blki_visits);
	if (!origin->shadow || !origin->disk || !origin->visits)
		goto err_free;
	origin->wq = alloc_ordered_workqueue("blki-%u:%u", WQ_MEM_RECLAIM, MAJOR(devt),
					     MINOR(devt));
	if (!origin->wq)
		goto err_free;
	return origin;

err_free:
	blki_origin_free(origin);
	return ERR_PTR(r);
}

/**
 * blki_origin_claim - find the origin of a device or publish a new one, and make it busy
 * @fresh: a new origin of the device; NULL afterwards if it was used
 * @wanted: the user's choice of a hook
 * @say: gets the reason of a refusal
 *
 * Context: may sleep. Return: the origin, for blki_origin_unclaim() or blki_origin_forget();
 * ERR_PTR(-EBUSY) somebody else is changing it, it has another hook, or it is a native acceptor; ERR_PTR(-EOPNOTSUPP) the device can
 * not be an origin.
 */
struct blki_origin *blki_origin_claim(struct blki_origin **fresh, enum blki_hook wanted,
				      struct blki_say *say)
{
	struct blki_origin *origin;
	int r = 0;

	mutex_lock(&registry_lock);
	origin = aimed_at_locked((*fresh)->bdev);
	if (origin) {
		blki_say(say, "%pg: takes the bios of %pg (native remap); stop that first: blki remap stop /dev/%pg",
			 (*fresh)->bdev, origin->bdev, origin->bdev);
		mutex_unlock(&registry_lock);
		return ERR_PTR(-EBUSY);
	}
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

/** blki_origin_unclaim - the change is over. Context: may sleep */
void blki_origin_unclaim(struct blki_origin *origin)
{
	mutex_lock(&registry_lock);
	origin->busy = false;
	mutex_unlock(&registry_lock);
}

/**
 * blki_origin_forget - end a busy origin
 * @origin: its chain is empty and its hook deserted: nothing leads here any more
 *
 * Context: may sleep.
 */
void blki_origin_forget(struct blki_origin *origin)
{
	flush_work(&origin->forward);
	mutex_lock(&registry_lock);
	list_del(&origin->node);
	origin->disk->users--;
	mutex_unlock(&registry_lock);
	blki_origin_free(origin);
}

/* An interposer that was not published yet has the id 0 */
static struct blki_interposer *find_by_id(struct blki_origin *origin, u64 id)
{
	struct blki_interposer *ip;

	spin_lock(&origin->hold_lock);
	for (ip = origin->filters; ip && ip->id != id; ip = ip->next)
		;
	if (origin->remap && origin->remap->id == id)
		ip = origin->remap;
	spin_unlock(&origin->hold_lock);
	return ip;
}

/**
 * blki_origin_publish - give an interposer that is in its chain an id
 * @ip: the interposer; may be detached by another caller once its origin is not busy any more
 *
 * Context: may sleep. Return: the id, never 0.
 */
u64 blki_origin_publish(struct blki_interposer *ip)
{
	u64 id;

	mutex_lock(&registry_lock);
	id = ip->id = next_id++;
	mutex_unlock(&registry_lock);
	return id;
}

/**
 * blki_origin_claim_id - find an interposer by its id and make its origin busy
 * @id: the id
 * @say: gets the reason of a failure
 *
 * Ids are given before busy ends, so what is claimed is complete.
 *
 * Context: may sleep. Return: the interposer; ERR_PTR(-ENOENT) there is none; ERR_PTR(-EBUSY) somebody else
 * is changing its origin.
 */
struct blki_interposer *blki_origin_claim_id(u64 id, struct blki_say *say)
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

/**
 * blki_origin_find_id - find an interposer that the caller made busy before
 * @id: the id
 *
 * Context: may sleep. Return: the interposer, which stays as long as it is busy; NULL there is none.
 */
struct blki_interposer *blki_origin_find_id(u64 id)
{
	struct blki_interposer *ip = NULL;
	struct blki_origin *origin;

	mutex_lock(&registry_lock);
	list_for_each_entry(origin, &origins, node) {
		ip = find_by_id(origin, id);
		if (ip)
			break;
	}
	mutex_unlock(&registry_lock);
	return ip;
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
		   origin->disk->hook->is_on && !origin->disk->hook->is_on() ? BLKI_STATE_OFF :
		   BLKI_STATE_LIVE;
	/* 0 until its attach has come that far */
	e->since_ns = READ_ONCE(ip->since_ns);
	e->nr_completed = blki_stat(ip, completed);
	e->nr_done = blki_stat(ip, done);
	e->pause_ns = READ_ONCE(ip->pause_ns);
	e->flags = ip->flags;
	e->nr_whole_disk = blki_whole_since(origin->bdev, &ip->whole);
	snprintf(e->origin, sizeof(e->origin), "%pg", origin->bdev);
	if (ip->kind == BLKI_KIND_FILTER) {
		strscpy(e->name, ip->filter.ops->name, sizeof(e->name));
		e->nr_seen = blki_chain_seen(ip);
		e->nr_bytes = blki_chain_bytes(ip);
		return;
	}
	strscpy(e->name, ip->kind == BLKI_KIND_NATIVE ? "native" : "remap", sizeof(e->name));
	e->nr_seen = blki_stat(ip, seen);
	e->nr_bytes = blki_stat(ip, bytes);
	e->nr_in_flight = e->nr_seen - e->nr_done;
	if (ip->kind == BLKI_KIND_NATIVE) {
		e->nr_seen = blki_chain_seen(ip);
		e->nr_bytes = blki_chain_bytes(ip);
	}
	e->nr_loops = blki_stat(ip, loops);
	e->offset_sectors = ip->remap.offset_sectors;
	e->class = ip->remap.class;
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
	struct blki_interposer *ip;
	struct blki_origin *origin;
	unsigned int nr = 0;

	mutex_lock(&registry_lock);
	list_for_each_entry(origin, &origins, node) {
		spin_lock(&origin->hold_lock);
		for (ip = origin->filters; ip; ip = ip->next, nr++)
			if (nr < room)
				entry_fill(&entries[nr], origin, ip);
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
