// SPDX-License-Identifier: GPL-2.0
/*
 * What must outlive the hook: shadows of bdevs and operations of disks.
 *
 * hook.c and linear.c aim bios at a shadow; the block layer reads a hooked disk's operations. Both may be
 * looked at after the last detach, even after the module is gone: a completed bio still names the shadow in
 * bi_bdev until its owner frees it, and a task may be between loading disk->fops and using it. Nothing
 * tells us when the last such reader has left, so this memory is never freed. It is bounded: one shadow
 * (about 1 KiB) per bdev and one hook (about 2.5 KiB) per disk that was ever used by this load of the
 * module, found again on the next attach.
 *
 * A shadow is safe to read as long as its bdev is open, because all it points to (disk, queue, statistics)
 * is the bdev's; owners of bios keep the bdev open, or they could not hold a bio of it either.
 */
#include <linux/kmemleak.h>
#include <linux/slab.h>

#include "blki.h"

/**
 * struct blki_shadow - one immortal copy of a bdev
 * @bdev: the copy
 * @real: the bdev it was made from
 * @diskseq: of its disk, which with the statistics of @bdev tells a recycled address apart: a partition that
 *	was deleted and made again may be all the same but for them
 * @node: in the list of all, under registry_lock
 */
struct blki_shadow {
	struct block_device bdev;
	struct block_device *real;
	u64 diskseq;
	struct list_head node;
};

/* covers both lists; a leaf lock */
static DEFINE_MUTEX(registry_lock);
static LIST_HEAD(shadows);
static LIST_HEAD(disks);

static struct blki_shadow *shadow_find(struct block_device *bdev)
{
	struct blki_shadow *s;

	lockdep_assert_held(&registry_lock);
	list_for_each_entry(s, &shadows, node)
		if (s->real == bdev && s->bdev.bd_disk == bdev->bd_disk &&
		    s->bdev.bd_dev == bdev->bd_dev && s->diskseq == bdev->bd_disk->diskseq &&
		    s->bdev.bd_start_sect == bdev->bd_start_sect &&
		    s->bdev.bd_stats == bdev->bd_stats)
			return s;
	return NULL;
}

static struct blki_shadow *shadow_make(struct block_device *bdev)
{
	struct blki_shadow *s = kzalloc(sizeof(*s), GFP_NOIO);

	if (!s)
		return NULL;
	kmemleak_not_leak(s);
	memcpy(&s->bdev, bdev, sizeof(s->bdev));
	/* on blk-mq the flag is the hook; on a bio-based disk it is how the driver gets its bios at all */
	if (queue_is_mq(bdev_get_queue(bdev)))
		bdev_clear_flag(&s->bdev, BD_HAS_SUBMIT_BIO);
	/* the copy would go stale at a resize; bios were held against the real size before they came here */
	s->bdev.bd_nr_sectors = (sector_t)-1;
	s->real = bdev;
	s->diskseq = bdev->bd_disk->diskseq;
	list_add(&s->node, &shadows);
	return s;
}

/**
 * blki_shadow_get - the bdev on which bios go past the hook
 * @bdev: an open bdev
 *
 * Context: process, may sleep, does no I/O. Return: the shadow, immortal; NULL no memory.
 */
struct block_device *blki_shadow_get(struct block_device *bdev)
{
	struct blki_shadow *s;

	mutex_lock(&registry_lock);
	s = shadow_find(bdev);
	if (!s)
		s = shadow_make(bdev);
	mutex_unlock(&registry_lock);
	return s ? &s->bdev : NULL;
}

/**
 * blki_disk_get - the hook of a disk, installed or not
 * @gd: a disk with an open bdev
 *
 * Context: process, may sleep, does no I/O. Return: the hook, immortal; NULL no memory.
 */
struct blki_disk *blki_disk_get(struct gendisk *gd)
{
	struct blki_disk *disk;
	unsigned int i;

	mutex_lock(&registry_lock);
	list_for_each_entry(disk, &disks, node)
		if (disk->gd == gd && disk->diskseq == gd->diskseq)
			goto out;
	disk = kzalloc(sizeof(*disk), GFP_NOIO);
	if (!disk)
		goto out;
	kmemleak_not_leak(disk);
	disk->gd = gd;
	disk->diskseq = gd->diskseq;
	spin_lock_init(&disk->lock);
	mutex_init(&disk->install);
	for (i = 0; i < BLKI_PARTS_MAX; i++)
		disk->origin[i] = &blki_foreign;
	list_add(&disk->node, &disks);
out:
	mutex_unlock(&registry_lock);
	return disk;
}
