// SPDX-License-Identifier: GPL-2.0
/*
 * I/O through the whole-disk node past an interposed partition.
 *
 * A bio sent to /dev/sda does not pass an interposer on /dev/sda2, though it may touch the same sectors. No
 * hook is needed to notice: the block layer counts each I/O of a partition for the partition and for the
 * whole disk, so what the disk has more than its partitions together came through the disk's own node.
 */
#include <linux/blkdev.h>
#include <linux/part_stat.h>
#include <linux/rcupdate.h>

#include "blki.h"

/* flushes are counted for the whole disk only, whoever sends them */
static u64 nr_ios(struct block_device *bdev)
{
	return part_stat_read(bdev, ios[STAT_READ]) + part_stat_read(bdev, ios[STAT_WRITE]) +
	       part_stat_read(bdev, ios[STAT_DISCARD]);
}

/**
 * blki_whole_take - how many I/Os has a disk had that belong to none of its partitions?
 * @bdev: any bdev of the disk, open
 *
 * I/Os that end while this adds up may be seen on one side only, so it can be off by a few; never for ever.
 *
 * Context: any. Return: the number, with a mark that changes when partitions come and go, whose counts
 * would be missing or new.
 */
struct blki_whole blki_whole_take(struct block_device *bdev)
{
	struct blki_whole whole = {};
	struct block_device *part;
	unsigned long partno;
	u64 nr_parts_ios = 0;

	rcu_read_lock();
	xa_for_each_start(&bdev->bd_disk->part_tbl, partno, part, 1) {
		nr_parts_ios += nr_ios(part);
		whole.parts = (whole.parts + part->bd_start_sect + 1) * 31 + partno;
	}
	rcu_read_unlock();
	whole.nr_ios = nr_ios(bdev->bd_disk->part0) - nr_parts_ios;
	return whole;
}

/**
 * blki_whole_since - I/Os through the whole-disk node since a moment
 * @bdev: a partition, or any other device
 * @then: blki_whole_take() of that moment
 *
 * Context: any. Return: the number; 0 for what is no partition; U64_MAX it is not known.
 */
u64 blki_whole_since(struct block_device *bdev, const struct blki_whole *then)
{
	struct blki_whole now;
	s64 nr;

	if (!bdev_is_partition(bdev))
		return 0;
	now = blki_whole_take(bdev);
	if (now.parts != then->parts || !blk_queue_io_stat(bdev_get_queue(bdev)))
		return U64_MAX;
	nr = now.nr_ios - then->nr_ios;
	return max_t(s64, nr, 0);
}
