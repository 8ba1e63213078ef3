/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of the write cache, shared by cache.c (writes come and go in order) and cut.c (the
 * power fails). Nobody else includes it.
 *
 * Entries stand in a list in order of arrival. For each block of the disk, @newest names the
 * youngest entry that has it, or none; older entries may have the same block.
 */
#ifndef UBLK_SIM_CACHE_ENTRY_H
#define UBLK_SIM_CACHE_ENTRY_H

#include "cache.h"
#include "rng.h"
#include "store.h"

#include <pthread.h>
#include <sys/queue.h>

/**
 * struct cache_entry - one write that is not durable
 * @link: in order of arrival
 * @number: of the write, among all that the cache was given
 * @offset_bytes: where
 * @length_bytes: how much
 * @leaving: scratch of one destage: goes with it
 * @data: the bytes
 */
struct cache_entry {
	TAILQ_ENTRY(cache_entry) link;
	uint64_t number;
	uint64_t offset_bytes;
	uint32_t length_bytes;
	bool leaving;
	unsigned char data[];
};

TAILQ_HEAD(cache_list, cache_entry);

/**
 * struct sim_cache - the cache
 * @config: as given; @config.lying may change under @lock
 * @media: where writes become durable
 * @lock: guards all that follows, and orders writes, flushes and the record. Exclusive for all
 *	that changes the cache *or the medium below it*; shared by readers from their first look at
 *	either to their last at the other, see sim_cache_read()
 * @entries: in order of arrival
 * @nr_entries: their number
 * @bytes: their length
 * @newest: a struct cache_entry pointer for each block of the disk
 * @rng: SIM_DESTAGE_RANDOM's draws
 * @elevator_bytes: address behind the last entry that the elevator took
 * @record: notes writes and flushes; NULL for none
 * @nr_writes: writes that the cache was given
 * @hash: see struct sim_cache_totals
 * @nr_destaged: see struct sim_cache_totals
 * @nr_flushes: see struct sim_cache_totals
 * @nr_lies: see struct sim_cache_totals
 */
struct sim_cache {
	struct sim_cache_config config;
	struct sim_media media;
	pthread_rwlock_t lock;
	struct cache_list entries;
	uint64_t nr_entries;
	uint64_t bytes;
	struct sim_store newest;
	struct sim_rng rng;
	uint64_t elevator_bytes;
	struct sim_record *record;
	uint64_t nr_writes;
	uint64_t hash;
	uint64_t nr_destaged;
	uint64_t nr_flushes;
	uint64_t nr_lies;
};

/**
 * cache_entry_remove_locked - take an entry out and free it
 * @cache: its cache
 * @entry: the entry
 */
void cache_entry_remove_locked(struct sim_cache *cache, struct cache_entry *entry);

#endif
