// SPDX-License-Identifier: GPL-2.0
/*
 * The device-mapper target "blki-linear": dm-linear on a device that is in use, below the hook.
 *
 * Table: START LENGTH blki-linear DEV OFFSET, OFFSET in 512-byte sectors of DEV; what the user writes as
 * "linear DEV OFFSET noexcl". remap.c -> DM -> [this] -> the origin's driver.
 *
 * noexcl: DEV is opened for reading and with no holder, so a mounted file system keeps its claim. Below
 * the hook: clones are aimed at the shadow (shadow.c), which the list hook never sees and the wrap hook
 * hands to the driver.
 *
 * A plain read or write goes on current->bio_list as it is, past submit_bio_noacct(): the bio it was
 * cloned from has been throttled and checked against DEV's limits, or DM's, which are stacked from them;
 * passing it again would throttle and count it twice. The size of DEV is held against every clone here.
 * Other operations take the checked way, because a limit may have become 0 since.
 */
#include <linux/blkdev.h>
#include <linux/device-mapper.h>
#include <linux/slab.h>

#include "hook.h"

#define DM_MSG_PREFIX	BLKI_LINEAR_TARGET

/**
 * struct linear_c - one mapped extent
 * @dev: as dm core wants to see it in ->iterate_devices; its bdev and file are ours
 * @shadow: where clones go
 * @root: of their queue
 * @offset_sectors: first sector of the extent on the device
 */
struct linear_c {
	struct dm_dev dev;
	struct block_device *shadow;
	struct blki_blkg root;
	sector_t offset_sectors;
};

static int linear_open(struct linear_c *lc, const char *path, struct dm_target *ti)
{
	dev_t devt;
	int r = lookup_bdev(path, &devt);
	unsigned int major, minor;
	char dummy;

	if (r && sscanf(path, "%u:%u%c", &major, &minor, &dummy) == 2) {
		devt = MKDEV(major, minor);
		r = 0;
	}
	if (r) {
		ti->error = "Device lookup failed: no such block device";
		return r;
	}
	lc->dev.bdev_file = bdev_file_open_by_dev(devt, BLK_OPEN_READ, NULL, NULL);
	if (IS_ERR(lc->dev.bdev_file)) {
		ti->error = "Device can not be opened for reading";
		return PTR_ERR(lc->dev.bdev_file);
	}
	lc->dev.bdev = file_bdev(lc->dev.bdev_file);
	lc->dev.mode = BLK_OPEN_READ | BLK_OPEN_WRITE;
	format_dev_t(lc->dev.name, devt);
	return 0;
}

static bool extent_fits(struct linear_c *lc, struct dm_target *ti)
{
	sector_t nr = bdev_nr_sectors(lc->dev.bdev);

	return lc->offset_sectors <= nr && ti->len <= nr - lc->offset_sectors;
}

/* <dev_path> <offset> */
static int linear_ctr(struct dm_target *ti, unsigned int argc, char **argv)
{
	struct linear_c *lc;
	unsigned long long offset_sectors;
	int r = -EINVAL;

	if (argc != 2) {
		ti->error = "Two arguments are needed: DEVICE OFFSET_SECTORS";
		return -EINVAL;
	}
	lc = kzalloc(sizeof(*lc), GFP_KERNEL);
	if (!lc) {
		ti->error = "Out of memory";
		return -ENOMEM;
	}
	if (kstrtoull(argv[1], 10, &offset_sectors)) {
		ti->error = "The offset is no number of sectors";
		goto err_free;
	}
	lc->offset_sectors = offset_sectors;
	r = linear_open(lc, argv[0], ti);
	if (r)
		goto err_free;
	r = -EINVAL;
	if (bdev_is_zoned(lc->dev.bdev)) {
		ti->error = "A zoned device can not be mapped";
		goto err_put;
	}
	if (!extent_fits(lc, ti)) {
		ti->error = "The extent ends beyond the device";
		goto err_put;
	}
	lc->shadow = blki_shadow_get(lc->dev.bdev);
	if (!lc->shadow) {
		ti->error = "Out of memory";
		r = -ENOMEM;
		goto err_put;
	}
	blki_blkg_find(&lc->root, lc->dev.bdev);
	ti->num_flush_bios = 1;
	ti->num_discard_bios = 1;
	ti->num_secure_erase_bios = 1;
	ti->num_write_zeroes_bios = 1;
	ti->flush_bypasses_map = false;
	ti->private = lc;
	return 0;

err_put:
	bdev_fput(lc->dev.bdev_file);
err_free:
	kfree(lc);
	return r;
}

static void linear_dtr(struct dm_target *ti)
{
	struct linear_c *lc = ti->private;

	bdev_fput(lc->dev.bdev_file);
	kfree(lc);
}

/* True: the extent has shrunk away under the clone */
static bool beyond_end(struct linear_c *lc, sector_t sector, struct bio *bio)
{
	return unlikely(sector + bio_sectors(bio) > bdev_nr_sectors(lc->dev.bdev));
}

/* The less common ways are out of line, so that the common one has no register to save for them */
static noinline int map_checked(struct linear_c *lc, struct bio *bio, sector_t sector)
{
	bio_set_dev(bio, lc->shadow);
	bio->bi_iter.bi_sector = sector;
	return DM_MAPIO_REMAPPED;
}

static noinline int map_of_group(struct bio *bio)
{
	bio_associate_blkg(bio);
	bio_list_add(&current->bio_list[0], bio);
	return DM_MAPIO_SUBMITTED;
}

static int linear_map(struct dm_target *ti, struct bio *bio)
{
	struct linear_c *lc = ti->private;
	enum req_op op = bio_op(bio);
	sector_t sector = lc->offset_sectors + dm_target_offset(ti, bio->bi_iter.bi_sector);

	if (unlikely(!bio_sectors(bio)))
		sector = 0;
	if (beyond_end(lc, sector, bio))
		return DM_MAPIO_KILL;
	if (unlikely((op != REQ_OP_READ && op != REQ_OP_WRITE) || (bio->bi_opf & REQ_ATOMIC) ||
		     !current->bio_list))
		return map_checked(lc, bio, sector);
	if (likely(bio_sectors(bio)))
		sector += lc->dev.bdev->bd_start_sect;
	bio->bi_iter.bi_sector = sector;
	if (unlikely(!blki_bio_set_first_dev(bio, lc->shadow, &lc->root)))
		return map_of_group(bio);
	bio_list_add(&current->bio_list[0], bio);
	return DM_MAPIO_SUBMITTED;
}

static void linear_status(struct dm_target *ti, status_type_t type, unsigned int status_flags,
			  char *result, unsigned int maxlen)
{
	struct linear_c *lc = ti->private;
	size_t sz = 0;

	switch (type) {
	case STATUSTYPE_INFO:
		result[0] = '\0';
		break;
	case STATUSTYPE_TABLE:
		DMEMIT("%s %llu", lc->dev.name, (unsigned long long)lc->offset_sectors);
		break;
	case STATUSTYPE_IMA:
		DMEMIT_TARGET_NAME_VERSION(ti->type);
		DMEMIT(",device_name=%s,start=%llu;", lc->dev.name,
		       (unsigned long long)lc->offset_sectors);
		break;
	}
}

static int linear_prepare_ioctl(struct dm_target *ti, struct block_device **bdev)
{
	struct linear_c *lc = ti->private;

	*bdev = lc->dev.bdev;
	/* as dm-linear: only a map of the whole device may take its ioctls without CAP_SYS_RAWIO */
	return lc->offset_sectors || ti->len != bdev_nr_sectors(lc->dev.bdev);
}

static int linear_iterate_devices(struct dm_target *ti, iterate_devices_callout_fn fn, void *data)
{
	struct linear_c *lc = ti->private;

	return fn(ti, &lc->dev, lc->offset_sectors, ti->len, data);
}

static struct target_type linear_target = {
	.name = BLKI_LINEAR_TARGET,
	.version = { 1, 0, 0 },
	.features = DM_TARGET_PASSES_INTEGRITY | DM_TARGET_NOWAIT | DM_TARGET_PASSES_CRYPTO,
	.module = THIS_MODULE,
	.ctr = linear_ctr,
	.dtr = linear_dtr,
	.map = linear_map,
	.status = linear_status,
	.prepare_ioctl = linear_prepare_ioctl,
	.iterate_devices = linear_iterate_devices,
};

/** blki_linear_init - register the target; Context: may sleep; Return: 0 or -errno */
int __init blki_linear_init(void)
{
	return dm_register_target(&linear_target);
}

/** blki_linear_exit - unregister it; no table uses it, because each pins the module */
void blki_linear_exit(void)
{
	dm_unregister_target(&linear_target);
}
