// SPDX-License-Identifier: GPL-2.0
/*
 * The hook "wrap", for bio-based disks (brd, dm, md, zram), on exported symbols alone.
 *
 * Every bdev of such a disk has BD_HAS_SUBMIT_BIO and its driver a ->submit_bio. Ours takes its place while
 * the queue is frozen; bios of other bdevs of the disk are handed on to the driver's at once, as are those
 * that pass. Everything happens under the caller's reference on the queue, so a freeze waits for all of it.
 */
#include "hook.h"

static void wrap_submit(struct bio *bio)
{
	struct block_device *bdev = bio->bi_bdev;
	struct blki_disk *disk = blki_disk_of(bdev);
	struct blki_origin *origin = READ_ONCE(disk->origin[bdev_partno(bdev)]);

	/* a shadow's bio, or one of another bdev of the disk, is the driver's at once */
	if (likely(origin->bdev == bdev)) {
		enum blki_way way = blki_chain(origin, bio);

		if (unlikely(way >= BLKI_WAY_ACCEPTOR))
			bio_list_add(&current->bio_list[0], bio);
		if (way != BLKI_WAY_DRIVER)
			return;
	}
	disk->orig->submit_bio(bio);
}

/* Frozen: nobody is inside ->submit_bio, and who waits in queue entry loads the operations afterwards. */
static void wrap_arm_frozen(struct blki_origin *origin)
{
	struct blki_disk *disk = origin->disk;

	mutex_lock(&disk->install);
	blki_slot_set(disk, origin, false);
	if (!disk->nr_hooked++)
		blki_fops_install(disk);
	mutex_unlock(&disk->install);
}

static void wrap_disarm_frozen(struct blki_origin *origin)
{
	struct blki_disk *disk = origin->disk;

	mutex_lock(&disk->install);
	if (!--disk->nr_hooked)
		blki_fops_restore(disk);
	blki_slot_clear(disk, origin);
	mutex_unlock(&disk->install);
}

const struct blki_hook_ops blki_hook_wrap = {
	.name = "wrap",
	.id = BLKI_HOOK_WRAP,
	.submit = wrap_submit,
	.arm_frozen = wrap_arm_frozen,
	.disarm_frozen = wrap_disarm_frozen,
};
