// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A cache on an array; see cache_array.h.
 */
#include "cache_array.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static int array_write(void *context, uint64_t offset_bytes, const void *data,
		       uint64_t length_bytes)
{
	struct array *array = context;

	assert_true(offset_bytes + length_bytes <= DISK_BYTES);
	if (array->refuse)
		return array->refuse;
	memcpy(array->bytes + offset_bytes, data, length_bytes);
	array->nr_writes++;
	return 0;
}

static int array_zero(void *context, uint64_t offset_bytes, uint64_t length_bytes)
{
	struct array *array = context;

	memset(array->bytes + offset_bytes, 0, length_bytes);
	return 0;
}

static int array_read(void *context, uint64_t offset_bytes, void *data, uint64_t length_bytes)
{
	const struct array *array = context;

	memcpy(data, array->bytes + offset_bytes, length_bytes);
	if (array->after_read)
		array->after_read(array->context);
	return 0;
}

struct sim_media array_media(struct array *array)
{
	return (struct sim_media){ array_write, array_zero, array_read, array };
}

struct sim_cache *cache_on(struct array *array, struct sim_cache_config *config)
{
	const struct sim_media media = array_media(array);
	struct sim_cache *cache = NULL;
	struct sim_error err;

	memset(array, 0, sizeof(*array));
	config->size_bytes = DISK_BYTES;
	config->block_bytes = BLOCK_BYTES;
	if (!config->limit_bytes)
		config->limit_bytes = 1u << 20;
	if (!config->atomic_bytes)
		config->atomic_bytes = BLOCK_BYTES;
	assert_int_equal(sim_cache_create(config, &media, &cache, &err), 0);
	return cache;
}

void put(struct sim_cache *cache, uint64_t block, uint32_t nr, int value, bool fua)
{
	unsigned char data[DISK_BYTES];

	memset(data, value, sizeof(data));
	assert_int_equal(sim_cache_write(cache, block * BLOCK_BYTES, data, nr * BLOCK_BYTES, fua),
			 0);
}

int get(struct sim_cache *cache, uint64_t block)
{
	unsigned char data[BLOCK_BYTES];

	assert_int_equal(sim_cache_read(cache, block * BLOCK_BYTES, data, BLOCK_BYTES), 0);
	return data[BLOCK_BYTES - 1];
}

int on_medium(const struct array *array, uint64_t block)
{
	return array->bytes[block * BLOCK_BYTES];
}
