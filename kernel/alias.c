// SPDX-License-Identifier: GPL-2.0
/*
 * The alias: /dev/blki/NAME, a disk that reaches an origin's driver below the hook.
 *
 * any DM target -> [this] -> the origin's driver. The origin is claimed by its file system; the alias is
 * claimed by nobody, so a stock target opens it exclusively. The origin itself is held open for reading and
 * without a holder for as long as the alias exists. Which aliases there are is alias_list.c's.
 *
 * No clone. alias_submit() aims the caller's bio at the shadow (shadow.c) and hands it to blk_mq_submit_bio(),
 * or, where that is not known (hook_fast.c) or the origin is bio-based, leaves it on current->bio_list, which
 * the caller's loop sorts below the alias. Nothing is allocated, so there is no memory to run out of, and no
 * order to get wrong. The caller's reference on the alias's queue is held meanwhile: the origin's queue is
 * another one, below it, and nobody who has frozen that waits for this one. bi_bdev stays on the shadow:
 * nobody puts it back, as with nvme multipath and raid0. Who looks at it afterwards is polling (bio_poll() so
 * finds the queue that can be polled), device-mapper (which asks the limits of the device that failed a
 * discard, and gets the origin's), and the trace of the end of the bio (which names the origin). The alias
 * keeps no account of I/O in flight that a completion would have to settle; it counts bios.
 *
 * As in linear.c a plain read or write goes on past submit_bio_noacct(), which has just checked and throttled
 * it for the alias; what the origin may have changed since is checked here or by blk_mq_submit_bio(), and other
 * operations take the checked way. So I/O that only comes by the alias (a snapshot that is being read) is not
 * held against the origin's io.max, but against the alias's own; weights and latencies are the origin's,
 * because the bio moves to the origin's blkg.
 *
 * Limits are the origin's and follow it: they are looked at whenever the alias is opened, which is when a
 * target stacks them, and once a second while there is I/O. In between, a bio that the origin can not take
 * any more ends with an error here or in the origin's driver. A change of limits freezes the alias's queue;
 * when the origin hangs with bios of the alias waiting for it, that is given up and tried again later.
 */
#include <linux/blk-cgroup.h>
#include <linux/blkdev.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include <linux/workqueue.h>

#include "alias.h"
#include "hook.h"

/* The origin's limits are compared this often while there is I/O */
#define ALIAS_LOOK_INTERVAL	HZ

/* 100 ms: what the alias's I/O in a queue that works takes at most; longer, the old limits stay for now */
#define ALIAS_FREEZE_MS		100

static noinline void look_kick(struct alias_disk *alias)
{
	WRITE_ONCE(alias->look_at, jiffies + ALIAS_LOOK_INTERVAL);
	queue_work(system_unbound_wq, &alias->look);
}

/* Nobody below asks a bio-based origin this: it may have lost NOWAIT, or have got larger blocks. */
static noinline void submit_listed(struct alias_disk *alias, struct bio *bio)
{
	struct block_device *origin = alias->origin;
	u64 bytes = (u64)bio->bi_iter.bi_sector << SECTOR_SHIFT | bio->bi_iter.bi_size;

	if ((bio->bi_opf & REQ_NOWAIT) && !data_race(bdev_nowait(origin))) {
		bio_wouldblock_error(bio);
		return;
	}
	if (bytes & (data_race(bdev_logical_block_size(origin)) - 1)) {
		bio_io_error(bio);
		return;
	}
	bio->bi_iter.bi_sector += origin->bd_start_sect;
	blki_bio_set_dev(bio, alias->shadow, true, &alias->move);
	bio_list_add(&current->bio_list[0], bio);
}

/* submit_bio_noacct() shifts the sectors, so they stay the origin's here; an empty flush has none. */
static noinline void submit_checked(struct alias_disk *alias, struct bio *bio)
{
	if (bio_sectors(bio) && bio_end_sector(bio) > data_race(bdev_nr_sectors(alias->origin))) {
		bio_io_error(bio);
		return;
	}
	bio_set_dev(bio, alias->shadow);
	submit_bio_noacct(bio);
}

/*
 * The origin's size and limits may be changing at this moment, as they may under submit_bio_noacct(), which looks at
 * them without a lock as well.
 *
 * REQ_POLLED stays: the alias has BLK_FEAT_POLL when the origin has, and a driver that has lost its poll
 * queues refuses the bio.
 */
static void alias_submit(struct bio *bio)
{
	struct alias_disk *alias = bio->bi_bdev->bd_disk->private_data;
	struct block_device *origin = alias->origin;

	this_cpu_inc(*alias->nr_bios);
	if (unlikely(time_after(jiffies, READ_ONCE(alias->look_at))))
		look_kick(alias);
	if (unlikely(!blki_bio_is_plain(bio))) {
		submit_checked(alias, bio);
		return;
	}
	if (unlikely(bio_end_sector(bio) > data_race(bdev_nr_sectors(origin)))) {
		bio_io_error(bio);
		return;
	}
	if (unlikely(!alias->direct)) {
		submit_listed(alias, bio);
		return;
	}
	bio->bi_iter.bi_sector += origin->bd_start_sect;
	blki_bio_set_dev(bio, alias->shadow, true, &alias->move);
	static_call(blki_mq_submit)(bio);
}

/*
 * What the alias can do is what the origin can. Stacking starts from a DMA alignment of 511, while the
 * vectors reach the origin's driver as they are; and it does not ask whether discards or the write cache are
 * switched off by the user.
 */
static void limits_make(const struct alias_disk *alias, struct queue_limits *seen,
			struct queue_limits *lim)
{
	blk_set_stacking_limits(lim);
	lim->features |= BLK_FEAT_NOWAIT | BLK_FEAT_POLL;
	lim->dma_alignment = 0;
	lim->max_user_discard_sectors = seen->max_discard_sectors;
	blk_stack_limits(lim, seen, alias->origin->bd_start_sect);
	if (seen->flags & BLK_FLAG_WRITE_CACHE_DISABLED)
		lim->features &= ~(BLK_FEAT_WRITE_CACHE | BLK_FEAT_FUA);
}

/* False: somebody is changing them */
static bool limits_copy(struct block_device *origin, struct queue_limits *lim)
{
	struct request_queue *q = bdev_get_queue(origin);

	if (!mutex_trylock(&q->limits_lock))
		return false;
	memcpy(lim, &q->limits, sizeof(*lim));
	mutex_unlock(&q->limits_lock);
	return true;
}

static void limits_follow(struct alias_disk *alias)
{
	struct request_queue *q = alias->gd->queue;
	struct queue_limits now, lim;
	int r;

	lockdep_assert_held(&alias->look_lock);
	if (!limits_copy(alias->origin, &now) || !memcmp(&now, &alias->seen, sizeof(now)))
		return;
	limits_make(alias, &now, &lim);
	if (blki_queue_freeze(q, ALIAS_FREEZE_MS))
		return;
	r = queue_limits_set(q, &lim);
	blki_queue_unfreeze(q);
	memcpy(&alias->seen, &now, sizeof(now));
	if (r)
		pr_warn("blki: %s: the new limits of %pg can not be taken over (errno %d); the old ones stay\n",
			alias->gd->disk_name, alias->origin, -r);
}

/**
 * blki_alias_look - make limits, size and read-only state those of the origin
 * @alias: the alias
 *
 * Context: may sleep, does no I/O and waits for none longer than ALIAS_FREEZE_MS.
 */
void blki_alias_look(struct alias_disk *alias)
{
	mutex_lock(&alias->look_lock);
	limits_follow(alias);
	if (get_capacity(alias->gd) != bdev_nr_sectors(alias->origin))
		set_capacity_and_notify(alias->gd, bdev_nr_sectors(alias->origin));
	set_disk_ro(alias->gd, bdev_read_only(alias->origin));
	mutex_unlock(&alias->look_lock);
}

static void look_work(struct work_struct *work)
{
	blki_alias_look(container_of(work, struct alias_disk, look));
}

static int alias_open(struct gendisk *gd, blk_mode_t mode)
{
	struct alias_disk *alias = gd->private_data;

	lockdep_assert_held(&gd->open_mutex);
	if (alias->retired || test_bit(GD_DEAD, &alias->origin->bd_disk->state))
		return -ENXIO;
	blki_alias_look(alias);
	return (mode & BLK_OPEN_WRITE) && get_disk_ro(gd) ? -EROFS : 0;
}

static void alias_free_disk(struct gendisk *gd)
{
	struct alias_disk *alias = gd->private_data;

	complete(&alias->freed);
}

static const struct block_device_operations alias_fops = {
	.owner = THIS_MODULE,
	.submit_bio = alias_submit,
	.open = alias_open,
	.free_disk = alias_free_disk,
};

/** blki_alias_nr_bios - bios that went through an alias, summed over the CPUs; Context: any */
unsigned long blki_alias_nr_bios(const struct alias_disk *alias)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(*per_cpu_ptr(alias->nr_bios, cpu));
	return sum;
}

static ssize_t origin_show(struct device *dev, struct device_attribute *attr, char *page)
{
	struct alias_disk *alias = dev_to_disk(dev)->private_data;

	return sysfs_emit(page, "%pg\n", alias->origin);
}
static DEVICE_ATTR_RO(origin);

static ssize_t nr_bios_show(struct device *dev, struct device_attribute *attr, char *page)
{
	struct alias_disk *alias = dev_to_disk(dev)->private_data;

	return sysfs_emit(page, "%lu\n", blki_alias_nr_bios(alias));
}
static DEVICE_ATTR_RO(nr_bios);

static struct attribute *alias_attrs[] = {
	&dev_attr_origin.attr,
	&dev_attr_nr_bios.attr,
	NULL,
};

/* /sys/block/blki!NAME/blki/ */
static const struct attribute_group alias_group = {
	.name = BLKI_ALIAS_DIR,
	.attrs = alias_attrs,
};

static const struct attribute_group *alias_groups[] = {
	&alias_group,
	NULL,
};

/* All but the disk; takes half made ones */
static void alias_free(struct alias_disk *alias)
{
	free_percpu(alias->nr_bios);
	if (alias->file)
		bdev_fput(alias->file);
	kfree(alias);
}

/* All but the disk. The file becomes the alias's on success */
static struct alias_disk *alias_alloc(struct file *file)
{
	struct alias_disk *alias = kzalloc(sizeof(*alias), GFP_KERNEL);

	if (!alias)
		return NULL;
	alias->origin = file_bdev(file);
	alias->direct = blki_mq_submit_known && queue_is_mq(bdev_get_queue(alias->origin));
	mutex_init(&alias->look_lock);
	INIT_WORK(&alias->look, look_work);
	init_completion(&alias->freed);
	alias->look_at = jiffies + ALIAS_LOOK_INTERVAL;
	alias->nr_bios = alloc_percpu(unsigned long);
	alias->shadow = blki_shadow_get(alias->origin);
	if (!alias->nr_bios || !alias->shadow) {
		alias_free(alias);
		return NULL;
	}
	alias->file = file;
	return alias;
}

/* A disk that nobody can see yet. Return: 0; -EINTR; or -errno of its making */
static int disk_alloc(struct alias_disk *alias, dev_t devt)
{
	struct request_queue *q = bdev_get_queue(alias->origin);
	struct queue_limits lim;
	struct gendisk *gd;

	if (mutex_lock_killable(&q->limits_lock))
		return -EINTR;
	memcpy(&alias->seen, &q->limits, sizeof(alias->seen));
	mutex_unlock(&q->limits_lock);
	limits_make(alias, &alias->seen, &lim);
	gd = blk_alloc_disk(&lim, alias->origin->bd_disk->node_id);
	if (IS_ERR(gd))
		return PTR_ERR(gd);
	gd->major = MAJOR(devt);
	gd->first_minor = MINOR(devt);
	gd->minors = 1;
	gd->flags |= GENHD_FL_NO_PART;
	gd->fops = &alias_fops;
	gd->private_data = alias;
	snprintf(gd->disk_name, sizeof(gd->disk_name), BLKI_ALIAS_DIR "!%pg", alias->origin);
	set_capacity(gd, bdev_nr_sectors(alias->origin));
	set_disk_ro(gd, bdev_read_only(alias->origin));
	blki_blkg_find(&alias->move.from, gd->part0);
	blki_blkg_find(&alias->move.to, alias->origin);
	alias->gd = gd;
	return 0;
}

/* Nobody has it open. The disk's memory goes when the last one who found it by its number has let go. */
static void disk_remove(struct alias_disk *alias)
{
	del_gendisk(alias->gd);
	cancel_work_sync(&alias->look);
	put_disk(alias->gd);
	wait_for_completion(&alias->freed);
}

/**
 * blki_alias_make - make an alias: the disk and its node are there when this returns
 * @file: the origin, opened for reading with no holder; the alias's on success, the caller's otherwise
 * @devt: its number
 *
 * slaves/ORIGIN in sysfs shows what it stands on, as it does for a device-mapper device.
 *
 * Context: may sleep, allocates with I/O. Return: the alias, for blki_alias_destroy(); ERR_PTR(-ENOMEM);
 * ERR_PTR(-EINTR) killed while the origin's limits were being changed; ERR_PTR(-ENOENT) the origin has gone
 * meanwhile; or of add_disk().
 */
struct alias_disk *blki_alias_make(struct file *file, dev_t devt)
{
	struct alias_disk *alias = alias_alloc(file);
	struct kobject *origin;
	int r;

	if (!alias)
		return ERR_PTR(-ENOMEM);
	r = disk_alloc(alias, devt);
	if (r)
		goto err_free;
	r = device_add_disk(NULL, alias->gd, alias_groups);
	if (r) {
		put_disk(alias->gd);
		goto err_free;
	}
	origin = bdev_kobj(alias->origin);
	r = sysfs_create_link(alias->gd->slave_dir, origin, kobject_name(origin));
	if (!r)
		return alias;
	disk_remove(alias);
err_free:
	alias->file = NULL;
	alias_free(alias);
	return ERR_PTR(r);
}

/**
 * blki_alias_retire - let nobody open it any more
 * @alias: the alias
 *
 * Context: may sleep. Return: true; false it is open, nothing has changed.
 */
bool blki_alias_retire(struct alias_disk *alias)
{
	struct gendisk *gd = alias->gd;

	mutex_lock(&gd->open_mutex);
	alias->retired = !disk_openers(gd);
	mutex_unlock(&gd->open_mutex);
	return alias->retired;
}

/**
 * blki_alias_destroy - undo blki_alias_make()
 * @alias: retired, or the module is going, which keeps everybody from opening it, too
 *
 * When this returns no bio is inside, and the operations have been used for the last time, but for the
 * last instructions of alias_free_disk().
 *
 * Context: may sleep.
 */
void blki_alias_destroy(struct alias_disk *alias)
{
	disk_remove(alias);
	alias_free(alias);
}
