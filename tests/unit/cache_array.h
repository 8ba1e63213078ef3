/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A volatile cache on an array, for the unit tests of the cache: cache.c destages to it and reads
 * from it. Every function aborts the test when it cannot do what it is asked for.
 */
#ifndef UBLK_SIM_CACHE_ARRAY_H
#define UBLK_SIM_CACHE_ARRAY_H

#include "ublk-sim/cache.h"

#include <stdbool.h>
#include <stdint.h>

#define BLOCK_BYTES	512u
#define NR_BLOCKS	64u
#define DISK_BYTES	(NR_BLOCKS * BLOCK_BYTES)

/**
 * struct array - a medium
 * @bytes: what is durable
 * @nr_writes: how many there were
 * @refuse: what writes return instead, if not 0
 * @after_read: called when a read has its data and has not returned; NULL: nothing is
 * @context: its argument
 */
struct array {
	unsigned char bytes[DISK_BYTES];
	unsigned int nr_writes;
	int refuse;
	void (*after_read)(void *context);
	void *context;
};

/** array_media - the calls on @array; Return: by value */
struct sim_media array_media(struct array *array);

/**
 * cache_on - a cache on an array
 * @array: set to zeroes
 * @config: a limit and an atomic unit of 0 become 1 MiB and a block; its sizes are set
 *
 * Return: the cache, to be given to sim_cache_destroy().
 */
struct sim_cache *cache_on(struct array *array, struct sim_cache_config *config);

/** put - write @nr blocks of bytes of @value */
void put(struct sim_cache *cache, uint64_t block, uint32_t nr, int value, bool fua);

/** get - read a block; Return: its last byte */
int get(struct sim_cache *cache, uint64_t block);

/** on_medium - Return: the first byte of a block, as it is durable */
int on_medium(const struct array *array, uint64_t block);

#endif
