// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The volatile cache and several queues: what a reader sees while others destage.
 */
#include "cache_array.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/* Long enough for a thread to destage an entry, were it let; a test waits this long per case. */
#define DESTAGE_WAIT_NS	50000000

/*
 * Another queue that makes an entry leave, started when a reader has the medium's data and has not
 * looked into the cache yet.
 */
struct mover {
	struct sim_cache *cache;
	void (*move)(struct sim_cache *cache);
	pthread_t thread;
	bool is_over;
};

static void *mover_run(void *data)
{
	const struct mover *mover = data;

	mover->move(mover->cache);
	return NULL;
}

static void mover_start(void *context)
{
	struct mover *mover = context;
	struct timespec until;

	assert_int_equal(pthread_create(&mover->thread, NULL, mover_run, mover), 0);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += DESTAGE_WAIT_NS;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	mover->is_over = !pthread_timedjoin_np(mover->thread, NULL, &until);
}

/* Each destages blocks 3 and 4, and leaves block 3 as it is. */

static void move_by_flush(struct sim_cache *cache)
{
	(void)sim_cache_flush(cache);
}

static void move_by_fua(struct sim_cache *cache)
{
	put(cache, 4, 1, 0x22, true);
}

static void move_for_room(struct sim_cache *cache)
{
	put(cache, 10, 8, 0x33, false);
}

static void move_by_zero(struct sim_cache *cache)
{
	(void)sim_cache_zero(cache, 4ull * BLOCK_BYTES, BLOCK_BYTES);
}

static void move_by_cut(struct sim_cache *cache)
{
	struct sim_cut cut;

	(void)sim_cache_cut(cache, SIM_CUT_NONE, 0, &cut);
}

static void read_misses_no_entry_that_is_destaged_meanwhile(void **state)
{
	void (*const moves[])(struct sim_cache *) = {
		move_by_flush, move_by_fua, move_for_room, move_by_zero, move_by_cut,
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
		struct sim_cache_config config = { .limit_bytes = SIM_CACHE_BYTES_MIN };
		struct array array;
		struct sim_cache *cache = cache_on(&array, &config);
		struct mover mover = { .cache = cache, .move = moves[i] };

		put(cache, 3, 2, 0x11, false);
		array.after_read = mover_start;
		array.context = &mover;
		assert_int_equal(get(cache, 3), 0x11);
		array.after_read = NULL;
		if (!mover.is_over)
			assert_int_equal(pthread_join(mover.thread, NULL), 0);
		assert_int_equal(on_medium(&array, 3), 0x11);
		assert_int_equal(get(cache, 3), 0x11);
		sim_cache_destroy(cache);
	}
}

/*
 * Four queues, each the only writer of a fourth of the disk. Whoever destages, each reads what it
 * wrote last, and of the others' blocks never less than it has read before, and no mixture.
 */
#define NR_WORKERS	4u
#define PART_BLOCKS	(NR_BLOCKS / NR_WORKERS)
#define NR_ROUNDS	250

struct worker {
	struct sim_cache *cache;
	unsigned int nr;
	int seen[NR_BLOCKS];
};

/* The block's value, the same in all its bytes; -1 if it is not, or cannot be read. */
static int value_read(struct sim_cache *cache, uint64_t block)
{
	unsigned char data[BLOCK_BYTES];

	if (sim_cache_read(cache, block * BLOCK_BYTES, data, BLOCK_BYTES) ||
	    memcmp(data, data + 1, BLOCK_BYTES - 1) != 0)
		return -1;
	return data[0];
}

static const char *others_check(struct worker *worker)
{
	uint64_t block;
	int value;

	for (block = 0; block < NR_BLOCKS; block++) {
		if (block / PART_BLOCKS == worker->nr)
			continue;
		value = value_read(worker->cache, block);
		if (value < worker->seen[block])
			return "an older version than before, or half of one";
		worker->seen[block] = value;
	}
	return NULL;
}

static void *worker_run(void *data)
{
	struct worker *worker = data;
	unsigned char block[BLOCK_BYTES];
	const char *failed = NULL;
	uint64_t at;
	int i;

	for (i = 1; i <= NR_ROUNDS && !failed; i++) {
		at = worker->nr * PART_BLOCKS + (unsigned int)i % PART_BLOCKS;
		memset(block, i, sizeof(block));
		if (sim_cache_write(worker->cache, at * BLOCK_BYTES, block, BLOCK_BYTES,
				    i % 16 == 0))
			return "a write failed";
		if (value_read(worker->cache, at) != i)
			return "what was written last is not read";
		if (i % 64 == 0 && sim_cache_flush(worker->cache))
			return "a flush failed";
		failed = others_check(worker);
	}
	return (void *)failed;
}

static void threads_share_a_cache(void **state)
{
	struct sim_cache_config config = { .limit_bytes = 16 * BLOCK_BYTES };
	struct worker workers[NR_WORKERS];
	pthread_t threads[NR_WORKERS];
	struct array array;
	struct sim_cache *cache = cache_on(&array, &config);
	void *failed;
	unsigned int i;

	(void)state;
	for (i = 0; i < NR_WORKERS; i++) {
		workers[i] = (struct worker){ .cache = cache, .nr = i };
		assert_int_equal(pthread_create(&threads[i], NULL, worker_run, &workers[i]), 0);
	}
	for (i = 0; i < NR_WORKERS; i++) {
		assert_int_equal(pthread_join(threads[i], &failed), 0);
		if (failed)
			fail_msg("worker %u: %s", i, (const char *)failed);
	}
	assert_int_equal(sim_cache_flush(cache), 0);
	for (i = 0; i < NR_BLOCKS; i++)
		assert_in_range(on_medium(&array, i), NR_ROUNDS - (int)PART_BLOCKS + 1, NR_ROUNDS);
	sim_cache_destroy(cache);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(read_misses_no_entry_that_is_destaged_meanwhile),
		cmocka_unit_test(threads_share_a_cache),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
