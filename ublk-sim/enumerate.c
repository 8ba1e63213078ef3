// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recording and walking crash states; see enumerate.h. request.c → here → disk.c's parts.
 */
#include "enumerate.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* A bounded run: what an ext4 or SQLite test of some minutes writes. In the server's memory. */
#define RECORD_BYTES_MAX	(256ull << 20)

/* Give the target the changes there are, and take them away. */
static int overlay_settle(struct sim_disk *disk, struct sim_error *err)
{
	struct sim_overlay *changes = disk->overlay;
	struct sim_media media;
	int ret;

	if (!changes)
		return 0;
	disk->overlay = NULL;
	media = sim_disk_media(disk);
	ret = sim_overlay_apply(changes, &media);
	if (ret) {
		disk->overlay = changes;
		return sim_error_set(err, ret, "the target does not take the recorded run: %s; make room on it",
				     strerror(-ret));
	}
	sim_overlay_destroy(changes);
	return 0;
}

static void record_drop(struct sim_disk *disk)
{
	sim_cache_set_record(disk->cache, NULL);
	sim_record_destroy(disk->record);
	disk->record = NULL;
}

/* Everything that was written is on the medium then, whether a flush lied or not. */
static int cache_empty(struct sim_disk *disk, struct sim_error *err)
{
	struct sim_cut cut;
	const int ret = sim_cache_cut(disk->cache, SIM_CUT_NONE, 0, &cut);

	return ret ? sim_error_set(err, ret, "the cache cannot be emptied: %s; free some memory",
				   strerror(-ret)) :
		     0;
}

static int record_begin(struct sim_disk *disk, struct sim_error *err)
{
	int ret;

	ret = sim_cache_flush(disk->cache);
	if (ret)
		return sim_error_set(err, ret,
				     "the target does not take what the cache holds: %s; make room on it",
				     strerror(-ret));
	/* What a lying flush left in it: the states begin with all that was answered before. */
	ret = cache_empty(disk, err);
	if (!ret)
		ret = overlay_settle(disk, err);
	if (ret)
		return ret;
	record_drop(disk);
	disk->overlay = sim_overlay_create(disk->target->size_bytes, disk->block_bytes);
	disk->record = sim_record_create(RECORD_BYTES_MAX);
	if (!disk->overlay || !disk->record) {
		sim_overlay_destroy(disk->overlay);
		disk->overlay = NULL;
		record_drop(disk);
		return sim_error_set(err, -ENOMEM, "there is no memory for a record; free some");
	}
	sim_cache_set_record(disk->cache, disk->record);
	return 0;
}

int sim_enumerate_record(struct sim_disk *disk, bool on, struct sim_error *err)
{
	int ret = 0;

	pthread_rwlock_wrlock(&disk->lock);
	if (!disk->cache)
		ret = sim_error_set(err, -EINVAL,
				    "the disk has no write cache whose writes could be recorded; make it with --cache");
	else if (on)
		ret = record_begin(disk, err);
	else
		sim_cache_set_record(disk->cache, NULL);
	pthread_rwlock_unlock(&disk->lock);
	return ret;
}

static int walk_begin(struct sim_enumerate *walk, struct sim_disk *disk,
		      struct sim_crash_bounds *bounds, struct sim_error *err)
{
	struct sim_record_totals totals;
	int ret;

	if (!disk->record || walk->crash)
		return sim_error_set(err, -EINVAL,
				     "there is no record to walk; begin one with 'ublk-sim set --record=on' or give --run");
	sim_record_totals(disk->record, &totals);
	if (totals.overflowed)
		return sim_error_set(err, -EINVAL,
				     "the recorded run wrote more than %llu bytes and its record is not whole; record a shorter one",
				     RECORD_BYTES_MAX);
	bounds->lying = disk->lying;
	sim_cache_set_record(disk->cache, NULL);
	ret = cache_empty(disk, err);
	if (!ret)
		ret = sim_crash_create(disk->record, bounds, &walk->crash, err);
	if (ret)
		return ret;
	walk->run = disk->overlay;
	disk->overlay = sim_overlay_create(disk->target->size_bytes, disk->block_bytes);
	if (disk->overlay)
		return 0;
	disk->overlay = walk->run;
	walk->run = NULL;
	sim_crash_destroy(walk->crash);
	walk->crash = NULL;
	return sim_error_set(err, -ENOMEM, "there is no memory for a second state; free some");
}

int sim_enumerate_open(struct sim_enumerate *walk, struct sim_disk *disk,
		       struct sim_crash_bounds *bounds, struct sim_error *err)
{
	int ret;

	pthread_rwlock_wrlock(&disk->lock);
	ret = walk_begin(walk, disk, bounds, err);
	pthread_rwlock_unlock(&disk->lock);
	return ret;
}

int sim_enumerate_show(struct sim_enumerate *walk, struct sim_disk *disk, uint64_t index,
		       struct sim_crash_state *state, struct sim_error *err)
{
	struct sim_media media;
	int ret = -EINVAL;

	pthread_rwlock_wrlock(&disk->lock);
	if (walk->crash)
		ret = sim_crash_get(walk->crash, index, state);
	if (!ret)
		/* What the last checker wrote is still in the cache. */
		ret = cache_empty(disk, err);
	if (!ret) {
		sim_overlay_reset(disk->overlay);
		media = sim_disk_media(disk);
		ret = sim_crash_write(walk->crash, state, &media);
	}
	pthread_rwlock_unlock(&disk->lock);
	if (ret)
		return sim_error_set(err, ret,
				     "crash state %" PRIu64 " cannot be shown: %s; give one below the total of an open walk",
				     index, strerror(-ret));
	return 0;
}

int sim_enumerate_close(struct sim_enumerate *walk, struct sim_disk *disk, struct sim_error *err)
{
	int ret = 0;

	if (!walk->crash)
		return 0;
	pthread_rwlock_wrlock(&disk->lock);
	(void)cache_empty(disk, err);
	sim_overlay_destroy(disk->overlay);
	disk->overlay = walk->run;
	sim_crash_destroy(walk->crash);
	*walk = (struct sim_enumerate){ 0 };
	record_drop(disk);
	ret = overlay_settle(disk, err);
	pthread_rwlock_unlock(&disk->lock);
	return ret;
}
