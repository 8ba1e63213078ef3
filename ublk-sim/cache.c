// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The volatile write cache; see cache.h. Writes come in at the tail of a list and leave for the
 * medium by flush, FUA or for want of room; cut.c has the power fail.
 *
 * Whatever leaves, no older version of the same block may leave after it: an entry is destaged
 * together with the older ones it overlaps, these first, and with those that they overlap.
 */
#include "cache_entry.h"

#include "crash.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ATOMIC_BYTES_MAX	(1u << 20)

static struct cache_entry **newest_cell(const struct sim_cache *cache, uint64_t offset_bytes)
{
	struct cache_entry **cells = (struct cache_entry **)(void *)cache->newest.base;

	return &cells[offset_bytes / cache->config.block_bytes];
}

static bool range_valid(const struct sim_cache *cache, uint64_t offset_bytes,
			uint64_t length_bytes)
{
	const uint64_t mask = cache->config.block_bytes - 1;

	return !((offset_bytes | length_bytes) & mask) &&
	       offset_bytes <= cache->config.size_bytes &&
	       length_bytes <= cache->config.size_bytes - offset_bytes;
}

static void entry_add_locked(struct sim_cache *cache, struct cache_entry *entry)
{
	const uint64_t end = entry->offset_bytes + entry->length_bytes;
	uint64_t at;

	for (at = entry->offset_bytes; at < end; at += cache->config.block_bytes)
		*newest_cell(cache, at) = entry;
	TAILQ_INSERT_TAIL(&cache->entries, entry, link);
	cache->nr_entries++;
	cache->bytes += entry->length_bytes;
}

void cache_entry_remove_locked(struct sim_cache *cache, struct cache_entry *entry)
{
	const uint64_t end = entry->offset_bytes + entry->length_bytes;
	uint64_t at;

	for (at = entry->offset_bytes; at < end; at += cache->config.block_bytes)
		if (*newest_cell(cache, at) == entry)
			*newest_cell(cache, at) = NULL;
	TAILQ_REMOVE(&cache->entries, entry, link);
	cache->nr_entries--;
	cache->bytes -= entry->length_bytes;
	free(entry);
}

static struct cache_entry *entry_create(uint64_t offset_bytes, const void *data,
					uint32_t length_bytes)
{
	struct cache_entry *entry = malloc(sizeof(*entry) + length_bytes);

	if (!entry)
		return NULL;
	entry->offset_bytes = offset_bytes;
	entry->length_bytes = length_bytes;
	memcpy(entry->data, data, length_bytes);
	return entry;
}

/* A write became durable; which one is known by its number, its content by the I/Os so far. */
static void durable_note_locked(struct sim_cache *cache, uint64_t number, uint64_t offset_bytes)
{
	cache->hash = sim_mix3(cache->hash, number, offset_bytes);
}

/* Store one entry. It stays when the medium refuses it. */
static int entry_store_locked(struct sim_cache *cache, struct cache_entry *entry)
{
	int ret = cache->media.write(cache->media.context, entry->offset_bytes, entry->data,
				     entry->length_bytes);

	if (ret)
		return ret;
	durable_note_locked(cache, entry->number, entry->offset_bytes);
	cache_entry_remove_locked(cache, entry);
	cache->nr_destaged++;
	return 0;
}

/*
 * Destage what overlaps [from, to) of @last and its elders, and what those overlap in turn. One
 * pass towards the oldest marks and widens the range, which stays one interval: what is found
 * there is older than all that widened it. The way back stores, the oldest first.
 */
static int range_destage_locked(struct sim_cache *cache, struct cache_entry *last, uint64_t from,
				uint64_t to)
{
	struct cache_entry *first = NULL;
	struct cache_entry *entry;
	struct cache_entry *next;
	int ret;

	for (entry = last; entry; entry = TAILQ_PREV(entry, cache_list, link)) {
		const uint64_t end = entry->offset_bytes + entry->length_bytes;

		entry->leaving = entry->offset_bytes < to && end > from;
		if (!entry->leaving)
			continue;
		first = entry;
		from = entry->offset_bytes < from ? entry->offset_bytes : from;
		to = end > to ? end : to;
	}
	for (entry = first; entry; entry = next) {
		next = entry == last ? NULL : TAILQ_NEXT(entry, link);
		ret = entry->leaving ? entry_store_locked(cache, entry) : 0;
		if (ret)
			return ret;
	}
	return 0;
}

static struct cache_entry *victim_random_locked(struct sim_cache *cache)
{
	uint64_t steps = sim_rng_below(&cache->rng, cache->nr_entries);
	struct cache_entry *entry = TAILQ_FIRST(&cache->entries);

	while (steps--)
		entry = TAILQ_NEXT(entry, link);
	return entry;
}

/* The lowest address at or behind the last one, or the lowest of all. */
static struct cache_entry *victim_elevator_locked(struct sim_cache *cache)
{
	struct cache_entry *ahead = NULL;
	struct cache_entry *lowest = NULL;
	struct cache_entry *entry;

	TAILQ_FOREACH(entry, &cache->entries, link) {
		if (!lowest || entry->offset_bytes < lowest->offset_bytes)
			lowest = entry;
		if (entry->offset_bytes >= cache->elevator_bytes &&
		    (!ahead || entry->offset_bytes < ahead->offset_bytes))
			ahead = entry;
	}
	return ahead ? ahead : lowest;
}

static int victim_destage_locked(struct sim_cache *cache)
{
	struct cache_entry *entry;

	switch (cache->config.destage) {
	case SIM_DESTAGE_RANDOM:
		entry = victim_random_locked(cache);
		break;
	case SIM_DESTAGE_ELEVATOR:
		entry = victim_elevator_locked(cache);
		cache->elevator_bytes = entry->offset_bytes + entry->length_bytes;
		break;
	default:
		entry = TAILQ_FIRST(&cache->entries);
	}
	return range_destage_locked(cache, entry, entry->offset_bytes,
				    entry->offset_bytes + entry->length_bytes);
}

/* To the medium at once, behind all older versions of the range. */
static int write_through_locked(struct sim_cache *cache, uint64_t offset_bytes, const void *data,
				uint32_t length_bytes)
{
	int ret = range_destage_locked(cache, TAILQ_LAST(&cache->entries, cache_list),
				       offset_bytes, offset_bytes + length_bytes);

	if (!ret)
		ret = cache->media.write(cache->media.context, offset_bytes, data, length_bytes);
	if (!ret)
		durable_note_locked(cache, cache->nr_writes, offset_bytes);
	return ret;
}

static int write_back_locked(struct sim_cache *cache, uint64_t offset_bytes, const void *data,
			     uint32_t length_bytes)
{
	struct cache_entry *entry;
	int ret;

	while (cache->bytes + length_bytes > cache->config.limit_bytes) {
		ret = victim_destage_locked(cache);
		if (ret)
			return ret;
	}
	entry = entry_create(offset_bytes, data, length_bytes);
	if (!entry)
		return -ENOMEM;
	entry->number = cache->nr_writes;
	entry_add_locked(cache, entry);
	return 0;
}

int sim_cache_write(struct sim_cache *cache, uint64_t offset_bytes, const void *data,
		    uint32_t length_bytes, bool fua)
{
	int ret;

	if (!length_bytes || !range_valid(cache, offset_bytes, length_bytes))
		return -EINVAL;
	pthread_rwlock_wrlock(&cache->lock);
	if ((fua && !cache->config.lying) || length_bytes > cache->config.limit_bytes)
		ret = write_through_locked(cache, offset_bytes, data, length_bytes);
	else
		ret = write_back_locked(cache, offset_bytes, data, length_bytes);
	cache->nr_writes++;
	if (!ret && cache->record)
		sim_record_write(cache->record, offset_bytes, data, length_bytes, fua);
	pthread_rwlock_unlock(&cache->lock);
	return ret;
}

/*
 * A block is in the cache, on the medium, or on both with the cache's the newer. A destage moves it
 * from the one to the other, so a reader that looks at both at different times can miss it: it
 * reads the medium, another queue destages, and when the reader looks into the cache the entry is
 * gone, and what it has is the version before. Hence one hold of the lock over both. Shared is
 * enough, because a destage for whatever reason (room, FUA, flush, zeroes, a cut) holds it
 * exclusively from before the write to the medium until the entry is gone; a discard or
 * write-zeroes likewise clears the medium within the hold that removed what it buries. Readers
 * of several queues still read the medium at the same time.
 *
 * Looking into the cache first and at the medium afterwards would be right too, without a lock
 * over the medium, but a read could then meet the half of a destage of its own block.
 */
int sim_cache_read(struct sim_cache *cache, uint64_t offset_bytes, void *data,
		   uint64_t length_bytes)
{
	const uint32_t block_bytes = cache->config.block_bytes;
	const uint64_t end = offset_bytes + length_bytes;
	const struct cache_entry *entry;
	uint64_t at;
	int ret;

	if (!range_valid(cache, offset_bytes, length_bytes))
		return -EINVAL;
	pthread_rwlock_rdlock(&cache->lock);
	ret = cache->media.read(cache->media.context, offset_bytes, data, length_bytes);
	for (at = !ret && cache->nr_entries ? offset_bytes : end; at < end; at += block_bytes) {
		entry = *newest_cell(cache, at);
		if (entry)
			memcpy((unsigned char *)data + (at - offset_bytes),
			       entry->data + (at - entry->offset_bytes), block_bytes);
	}
	pthread_rwlock_unlock(&cache->lock);
	return ret;
}

int sim_cache_zero(struct sim_cache *cache, uint64_t offset_bytes, uint64_t length_bytes)
{
	int ret;

	if (!range_valid(cache, offset_bytes, length_bytes))
		return -EINVAL;
	pthread_rwlock_wrlock(&cache->lock);
	ret = range_destage_locked(cache, TAILQ_LAST(&cache->entries, cache_list), offset_bytes,
				   offset_bytes + length_bytes);
	if (!ret)
		ret = cache->media.zero(cache->media.context, offset_bytes, length_bytes);
	if (!ret)
		durable_note_locked(cache, cache->nr_writes++, offset_bytes);
	if (!ret && cache->record && length_bytes)
		sim_record_write(cache->record, offset_bytes, NULL, length_bytes, false);
	pthread_rwlock_unlock(&cache->lock);
	return ret;
}

int sim_cache_flush(struct sim_cache *cache)
{
	struct cache_entry *entry;
	int ret = 0;

	pthread_rwlock_wrlock(&cache->lock);
	while (!cache->config.lying && !ret) {
		entry = TAILQ_FIRST(&cache->entries);
		if (!entry)
			break;
		ret = entry_store_locked(cache, entry);
	}
	if (!ret) {
		cache->nr_flushes++;
		cache->nr_lies += cache->config.lying;
		if (cache->record)
			sim_record_flush(cache->record);
	}
	pthread_rwlock_unlock(&cache->lock);
	return ret;
}

void sim_cache_set_record(struct sim_cache *cache, struct sim_record *record)
{
	pthread_rwlock_wrlock(&cache->lock);
	cache->record = record;
	pthread_rwlock_unlock(&cache->lock);
}

void sim_cache_set_lying(struct sim_cache *cache, bool lying)
{
	pthread_rwlock_wrlock(&cache->lock);
	cache->config.lying = lying;
	pthread_rwlock_unlock(&cache->lock);
}

void sim_cache_totals(struct sim_cache *cache, struct sim_cache_totals *totals)
{
	pthread_rwlock_rdlock(&cache->lock);
	*totals = (struct sim_cache_totals){
		.nr_entries = cache->nr_entries,
		.bytes = cache->bytes,
		.nr_destaged = cache->nr_destaged,
		.nr_flushes = cache->nr_flushes,
		.nr_lies = cache->nr_lies,
		.hash = cache->hash,
	};
	pthread_rwlock_unlock(&cache->lock);
}

static bool power_of_two(uint64_t value)
{
	return value && !(value & (value - 1));
}

static int config_check(const struct sim_cache_config *config, struct sim_error *err)
{
	if (!power_of_two(config->block_bytes) || config->block_bytes < 512 ||
	    config->block_bytes > 4096 || !config->size_bytes ||
	    config->size_bytes % config->block_bytes)
		return sim_error_set(err, -EINVAL,
				     "a write cache for blocks of %" PRIu32 " bytes on %" PRIu64 " bytes is impossible: blocks are 512, 1024, 2048 or 4096 bytes and the size a multiple; give such",
				     config->block_bytes, config->size_bytes);
	if (config->limit_bytes < SIM_CACHE_BYTES_MIN)
		return sim_error_set(err, -EINVAL,
				     "a write cache of %" PRIu64 " bytes is too small for one I/O; give at least %u",
				     config->limit_bytes, SIM_CACHE_BYTES_MIN);
	if (!power_of_two(config->atomic_bytes) || config->atomic_bytes < 512 ||
	    config->atomic_bytes > ATOMIC_BYTES_MAX)
		return sim_error_set(err, -EINVAL,
				     "an atomic unit of %" PRIu32 " bytes is impossible; give a power of two from 512 to %u",
				     config->atomic_bytes, ATOMIC_BYTES_MAX);
	return 0;
}

/* Readers that follow each other without a gap must not keep a write out for ever. */
static void lock_init(pthread_rwlock_t *lock)
{
	pthread_rwlockattr_t attr;

	pthread_rwlockattr_init(&attr);
	pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(lock, &attr);
	pthread_rwlockattr_destroy(&attr);
}

int sim_cache_create(const struct sim_cache_config *config, const struct sim_media *media,
		     struct sim_cache **created, struct sim_error *err)
{
	struct sim_cache *cache;
	int ret;

	ret = config_check(config, err);
	if (ret)
		return ret;
	cache = calloc(1, sizeof(*cache));
	if (!cache)
		return sim_error_set(err, -ENOMEM,
				     "there is no memory for a write cache; close programs");
	ret = sim_store_init(&cache->newest,
			     config->size_bytes / config->block_bytes * sizeof(cache));
	if (ret) {
		free(cache);
		return sim_error_set(err, ret,
				     "the map of a write cache on %" PRIu64 " bytes cannot be reserved: %s; give a smaller size (-s) or larger blocks (-b)",
				     config->size_bytes, strerror(-ret));
	}
	cache->config = *config;
	cache->media = *media;
	lock_init(&cache->lock);
	TAILQ_INIT(&cache->entries);
	sim_rng_seed(&cache->rng, config->seed);
	*created = cache;
	return 0;
}

void sim_cache_destroy(struct sim_cache *cache)
{
	struct cache_entry *entry;

	if (!cache)
		return;
	while ((entry = TAILQ_FIRST(&cache->entries)))
		cache_entry_remove_locked(cache, entry);
	sim_store_uninit(&cache->newest);
	pthread_rwlock_destroy(&cache->lock);
	free(cache);
}

int sim_destage_find(const char *name)
{
	static const char *const names[SIM_DESTAGES] = { "fifo", "random", "elevator" };
	int policy;

	for (policy = 0; policy < SIM_DESTAGES; policy++)
		if (!strcmp(name, names[policy]))
			return policy;
	return -EINVAL;
}
