// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The volatile cache on an array: what is durable when, which version a read sees, that no older
 * version ever overwrites a newer one, and what each kind of power cut leaves.
 */
#include "ublk-sim/cache.h"
#include "ublk-sim/crash.h"
#include "ublk-sim/rng.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BLOCK_BYTES	512u
#define NR_BLOCKS	64u
#define DISK_BYTES	(NR_BLOCKS * BLOCK_BYTES)

/* A medium that is an array, and refuses writes when told to. */
struct array {
	unsigned char bytes[DISK_BYTES];
	unsigned int nr_writes;
	int refuse;
};

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

static struct sim_cache *cache_on(struct array *array, struct sim_cache_config *config)
{
	const struct sim_media media = { array_write, array_zero, array };
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

static void put(struct sim_cache *cache, uint64_t block, uint32_t nr, int value, bool fua)
{
	unsigned char data[DISK_BYTES];

	memset(data, value, sizeof(data));
	assert_int_equal(sim_cache_write(cache, block * BLOCK_BYTES, data, nr * BLOCK_BYTES, fua),
			 0);
}

/* What a read of one block returns. */
static int get(struct sim_cache *cache, const struct array *array, uint64_t block)
{
	unsigned char data[BLOCK_BYTES];

	memcpy(data, array->bytes + block * BLOCK_BYTES, BLOCK_BYTES);
	sim_cache_read(cache, block * BLOCK_BYTES, data, BLOCK_BYTES);
	return data[BLOCK_BYTES - 1];
}

static int on_medium(const struct array *array, uint64_t block)
{
	return array->bytes[block * BLOCK_BYTES];
}

static void write_is_read_back_and_not_durable(void **state)
{
	struct sim_cache_config config = { 0 };
	struct array array;
	struct sim_cache *cache = cache_on(&array, &config);

	(void)state;
	put(cache, 3, 2, 0x11, false);
	put(cache, 4, 2, 0x22, false);
	assert_int_equal(get(cache, &array, 2), 0);
	assert_int_equal(get(cache, &array, 3), 0x11);
	assert_int_equal(get(cache, &array, 4), 0x22);
	assert_int_equal(get(cache, &array, 5), 0x22);
	assert_int_equal(array.nr_writes, 0);
	sim_cache_destroy(cache);
}

static void flush_makes_all_durable_in_order(void **state)
{
	struct sim_cache_config config = { 0 };
	struct sim_cache_totals totals;
	struct array array;
	struct sim_cache *cache = cache_on(&array, &config);

	(void)state;
	put(cache, 3, 2, 0x11, false);
	put(cache, 4, 1, 0x22, false);
	assert_int_equal(sim_cache_flush(cache), 0);
	assert_int_equal(on_medium(&array, 3), 0x11);
	assert_int_equal(on_medium(&array, 4), 0x22);
	sim_cache_totals(cache, &totals);
	assert_true(totals.nr_entries == 0 && totals.bytes == 0);
	assert_true(totals.nr_destaged == 2 && totals.nr_flushes == 1 && totals.nr_lies == 0);
	sim_cache_destroy(cache);
}

static void lying_flush_keeps_all_volatile(void **state)
{
	struct sim_cache_config config = { .lying = true };
	struct sim_cache_totals totals;
	struct array array;
	struct sim_cache *cache = cache_on(&array, &config);
	struct sim_cut cut;

	(void)state;
	put(cache, 1, 1, 0x11, false);
	put(cache, 2, 1, 0x22, true);
	assert_int_equal(sim_cache_flush(cache), 0);
	sim_cache_totals(cache, &totals);
	assert_true(totals.nr_lies == 1 && totals.nr_entries == 2);
	assert_int_equal(array.nr_writes, 0);
	assert_int_equal(sim_cache_cut(cache, SIM_CUT_ALL, 1, &cut), 0);
	assert_int_equal(get(cache, &array, 2), 0);
	sim_cache_set_lying(cache, false);
	put(cache, 1, 1, 0x33, false);
	assert_int_equal(sim_cache_flush(cache), 0);
	assert_int_equal(on_medium(&array, 1), 0x33);
	sim_cache_destroy(cache);
}

static void fua_is_durable_and_never_overwritten_by_elders(void **state)
{
	struct sim_cache_config config = { 0 };
	struct array array;
	struct sim_cache *cache = cache_on(&array, &config);
	struct sim_cut cut;

	(void)state;
	put(cache, 8, 4, 0x11, false);
	put(cache, 20, 1, 0x55, false);
	put(cache, 9, 1, 0x22, true);
	assert_int_equal(on_medium(&array, 9), 0x22);
	assert_int_equal(on_medium(&array, 20), 0);
	assert_int_equal(sim_cache_cut(cache, SIM_CUT_NONE, 1, &cut), 0);
	assert_int_equal(on_medium(&array, 9), 0x22);
	assert_int_equal(on_medium(&array, 20), 0x55);
	sim_cache_destroy(cache);
}

/*
 * 0x33 is evicted by a FUA write to its second block. 0x22, older and not touched by that write,
 * shares a block with 0x33 and 0x11 one with 0x22: both must go before, or a later destage of
 * theirs would bring back what is old. 0x44 is younger than all that shares its block.
 */
static void destage_takes_elders_of_elders_first(void **state)
{
	struct sim_cache_config config = { 0 };
	struct array array;
	struct sim_cache *cache = cache_on(&array, &config);

	(void)state;
	put(cache, 10, 2, 0x11, false);
	put(cache, 11, 2, 0x22, false);
	put(cache, 12, 2, 0x33, false);
	put(cache, 10, 1, 0x44, false);
	put(cache, 13, 1, 0x55, true);
	assert_int_equal(on_medium(&array, 12), 0x33);
	assert_int_equal(sim_cache_flush(cache), 0);
	assert_int_equal(on_medium(&array, 10), 0x44);
	assert_int_equal(on_medium(&array, 11), 0x22);
	assert_int_equal(on_medium(&array, 12), 0x33);
	assert_int_equal(on_medium(&array, 13), 0x55);
	sim_cache_destroy(cache);
}

static void full_cache_destages_by_policy(void **state)
{
	static const struct {
		enum sim_destage destage;
		unsigned int gone[2];
	} cases[] = {
		{ SIM_DESTAGE_FIFO, { 40, 8 } },
		{ SIM_DESTAGE_ELEVATOR, { 8, 24 } },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sim_cache_config config = {
			.limit_bytes = 8 * BLOCK_BYTES,
			.destage = cases[i].destage,
		};
		struct array array;
		struct sim_cache *cache = cache_on(&array, &config);

		put(cache, 40, 4, 0x11, false);
		put(cache, 8, 4, 0x22, false);
		put(cache, 24, 4, 0x33, false);
		assert_int_equal(array.nr_writes, 1);
		assert_int_not_equal(on_medium(&array, cases[i].gone[0]), 0);
		put(cache, 56, 4, 0x44, false);
		assert_int_equal(array.nr_writes, 2);
		assert_int_not_equal(on_medium(&array, cases[i].gone[1]), 0);
		sim_cache_destroy(cache);
	}
}

static void write_beyond_the_limit_goes_through(void **state)
{
	struct sim_cache_config config = { .limit_bytes = SIM_CACHE_BYTES_MIN };
	struct sim_cache_totals totals;
	struct array array;
	struct sim_cache *cache = cache_on(&array, &config);

	(void)state;
	put(cache, 0, 9, 0x11, false);
	sim_cache_totals(cache, &totals);
	assert_true(totals.nr_entries == 0);
	assert_int_equal(on_medium(&array, 8), 0x11);
	put(cache, 0, 8, 0x22, false);
	sim_cache_totals(cache, &totals);
	assert_true(totals.bytes == SIM_CACHE_BYTES_MIN);
	sim_cache_destroy(cache);
}

static void zero_is_durable_and_buries_elders(void **state)
{
	struct sim_cache_config config = { 0 };
	struct array array;
	struct sim_cache *cache = cache_on(&array, &config);

	(void)state;
	put(cache, 3, 3, 0x11, false);
	assert_int_equal(sim_cache_zero(cache, 4 * BLOCK_BYTES, BLOCK_BYTES), 0);
	assert_int_equal(get(cache, &array, 4), 0);
	assert_int_equal(get(cache, &array, 5), 0x11);
	assert_int_equal(sim_cache_flush(cache), 0);
	assert_int_equal(on_medium(&array, 4), 0);
	sim_cache_destroy(cache);
}

static void medium_error_keeps_the_write(void **state)
{
	struct sim_cache_config config = { 0 };
	struct array array;
	struct sim_cache *cache = cache_on(&array, &config);

	(void)state;
	put(cache, 3, 1, 0x11, false);
	array.refuse = -ENOSPC;
	assert_int_equal(sim_cache_flush(cache), -ENOSPC);
	assert_int_equal(get(cache, &array, 3), 0x11);
	array.refuse = 0;
	assert_int_equal(sim_cache_flush(cache), 0);
	assert_int_equal(on_medium(&array, 3), 0x11);
	sim_cache_destroy(cache);
}

static void bad_ranges_return_einval(void **state)
{
	struct sim_cache_config config = { 0 };
	unsigned char data[2 * BLOCK_BYTES] = { 0 };
	struct array array;
	struct sim_cache *cache = cache_on(&array, &config);

	(void)state;
	assert_int_equal(sim_cache_write(cache, 1, data, BLOCK_BYTES, false), -EINVAL);
	assert_int_equal(sim_cache_write(cache, 0, data, 100, false), -EINVAL);
	assert_int_equal(sim_cache_write(cache, 0, data, 0, false), -EINVAL);
	assert_int_equal(sim_cache_write(cache, DISK_BYTES - 512, data, 1024, false), -EINVAL);
	assert_int_equal(sim_cache_write(cache, UINT64_MAX - 511, data, 512, false), -EINVAL);
	assert_int_equal(sim_cache_zero(cache, DISK_BYTES, 512), -EINVAL);
	sim_cache_destroy(cache);
}

static void bad_config_returns_einval_with_the_value(void **state)
{
	static const struct {
		struct sim_cache_config config;
		const char *said;
	} cases[] = {
		{ { DISK_BYTES, 4095, 512, 512, 0, false, 0 }, "4095" },
		{ { DISK_BYTES, 4096, 1000, 512, 0, false, 0 }, "1000" },
		{ { DISK_BYTES + 1, 4096, 512, 512, 0, false, 0 }, "32769" },
		{ { DISK_BYTES, 4096, 512, 768, 0, false, 0 }, "768" },
	};
	const struct sim_media media = { array_write, array_zero, NULL };
	struct sim_cache *cache = NULL;
	struct sim_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(sim_cache_create(&cases[i].config, &media, &cache, &err), -EINVAL);
		assert_non_null(strstr(err.text, cases[i].said));
		assert_null(cache);
	}
}

static void cut_none_all_prefix_keep_what_they_say(void **state)
{
	struct sim_cache_config config = { 0 };
	bool seen[5] = { false };
	struct sim_cut cut;
	struct array array;
	struct sim_cache *cache;
	uint64_t seed;
	unsigned int i;

	(void)state;
	for (seed = 0; seed < 60; seed++) {
		cache = cache_on(&array, &config);
		for (i = 0; i < 4; i++)
			put(cache, i, 1, 0x11, false);
		assert_int_equal(sim_cache_cut(cache, SIM_CUT_PREFIX, seed, &cut), 0);
		assert_true(cut.nr_pending == 4 && cut.nr_kept + cut.nr_dropped == 4);
		for (i = 0; i < 4; i++)
			assert_int_equal(on_medium(&array, i), i < cut.nr_kept ? 0x11 : 0);
		assert_int_equal(get(cache, &array, 3), on_medium(&array, 3));
		seen[cut.nr_kept] = true;
		sim_cache_destroy(cache);
	}
	for (i = 0; i <= 4; i++)
		assert_true(seen[i]);
	cache = cache_on(&array, &config);
	put(cache, 0, 1, 0x11, false);
	assert_int_equal(sim_cache_cut(cache, SIM_CUT_NONE, 0, &cut), 0);
	assert_true(cut.nr_kept == 1 && on_medium(&array, 0) == 0x11);
	put(cache, 0, 1, 0x22, false);
	assert_int_equal(sim_cache_cut(cache, SIM_CUT_ALL, 0, &cut), 0);
	assert_true(cut.nr_dropped == 1 && on_medium(&array, 0) == 0x11);
	sim_cache_destroy(cache);
}

static void cut_random_reaches_every_subset(void **state)
{
	struct sim_cache_config config = { 0 };
	bool seen[8] = { false };
	struct sim_cut cut;
	struct array array;
	uint64_t seed;
	unsigned int i;

	(void)state;
	for (seed = 0; seed < 100; seed++) {
		struct sim_cache *cache = cache_on(&array, &config);

		for (i = 0; i < 3; i++)
			put(cache, i, 1, 0xff, false);
		assert_int_equal(sim_cache_cut(cache, SIM_CUT_RANDOM, seed, &cut), 0);
		seen[(on_medium(&array, 0) & 1) + (on_medium(&array, 1) & 2) +
		     (on_medium(&array, 2) & 4)] = true;
		sim_cache_destroy(cache);
	}
	for (i = 0; i < 8; i++)
		assert_true(seen[i]);
}

/* Two units of 2 KiB, the first begins before the write: it is torn between blocks 3 and 4 only. */
static void cut_torn_tears_between_atomic_units(void **state)
{
	struct sim_cache_config config = { .atomic_bytes = 2048 };
	unsigned int nr_first = 0;
	unsigned int nr_second = 0;
	struct sim_cut cut;
	struct array array;
	uint64_t seed;

	(void)state;
	for (seed = 0; seed < 50; seed++) {
		struct sim_cache *cache = cache_on(&array, &config);

		put(cache, 2, 6, 0x11, false);
		assert_int_equal(sim_cache_cut(cache, SIM_CUT_TORN, seed, &cut), 0);
		assert_true(cut.nr_torn == 1 && cut.nr_kept == 0);
		assert_int_equal(on_medium(&array, 2), on_medium(&array, 3));
		assert_int_equal(on_medium(&array, 4), on_medium(&array, 7));
		assert_int_not_equal(on_medium(&array, 3), on_medium(&array, 4));
		nr_first += on_medium(&array, 2) == 0x11;
		nr_second += on_medium(&array, 7) == 0x11;
		sim_cache_destroy(cache);
	}
	assert_true(nr_first && nr_second);
}

/*
 * Random runs against the plainest model: for each block the list of versions a cut may leave. A
 * read sees the last one; a FUA write or a flush leaves only the last.
 */
struct versions {
	unsigned int nr;
	unsigned char value[400];
};

static void version_add(struct versions *versions, uint64_t block, uint64_t nr, int value,
			bool durable)
{
	for (; nr--; block++) {
		if (durable)
			versions[block].nr = 0;
		versions[block].value[versions[block].nr++] = (unsigned char)value;
	}
}

static void random_run(struct sim_cache *cache, const struct array *array, struct sim_rng *rng,
		       struct versions *versions)
{
	unsigned int step;
	uint64_t block;

	for (block = 0; block < NR_BLOCKS; block++)
		versions[block] = (struct versions){ .nr = 1 };
	for (step = 1; step < 200; step++) {
		const uint64_t nr = 1 + sim_rng_below(rng, 6);
		const bool fua = sim_rng_below(rng, 12) == 0;

		block = sim_rng_below(rng, NR_BLOCKS - nr);
		put(cache, block, (uint32_t)nr, (int)step, fua);
		version_add(versions, block, nr, (int)step, fua);
		if (sim_rng_below(rng, 50) == 0) {
			assert_int_equal(sim_cache_flush(cache), 0);
			for (block = 0; block < NR_BLOCKS; block++)
				version_add(versions, block, 1,
					    versions[block].value[versions[block].nr - 1], true);
		}
		block = sim_rng_below(rng, NR_BLOCKS);
		assert_int_equal(get(cache, array, block),
				 versions[block].value[versions[block].nr - 1]);
	}
}

static void any_cut_leaves_a_possible_version_of_each_block(void **state)
{
	static struct versions versions[NR_BLOCKS];
	struct sim_cut cut;
	struct array array;
	struct sim_rng rng;
	uint64_t seed;

	(void)state;
	for (seed = 0; seed < 300; seed++) {
		struct sim_cache_config config = {
			.limit_bytes = 24 * BLOCK_BYTES,
			.destage = (enum sim_destage)(seed % SIM_DESTAGES),
			.seed = seed,
		};
		struct sim_cache *cache = cache_on(&array, &config);
		const enum sim_cut_policy policy = (enum sim_cut_policy)(seed % SIM_CUT_POLICIES);
		uint64_t block;

		sim_rng_seed(&rng, seed);
		random_run(cache, &array, &rng, versions);
		assert_int_equal(sim_cache_cut(cache, policy, seed, &cut), 0);
		for (block = 0; block < NR_BLOCKS; block++)
			assert_non_null(memchr(versions[block].value, on_medium(&array, block),
					       versions[block].nr));
		sim_cache_destroy(cache);
	}
}

static void equal_runs_have_equal_cuts(void **state)
{
	struct sim_cut cuts[2];
	struct array arrays[2];
	unsigned int run;
	unsigned int i;

	(void)state;
	for (run = 0; run < 2; run++) {
		struct sim_cache_config config = {
			.limit_bytes = 16 * BLOCK_BYTES,
			.destage = SIM_DESTAGE_RANDOM,
			.seed = 5,
		};
		struct sim_cache *cache = cache_on(&arrays[run], &config);

		for (i = 0; i < 60; i++)
			put(cache, i, 2, (int)i + 1, false);
		assert_int_equal(sim_cache_cut(cache, SIM_CUT_TORN, 9, &cuts[run]), 0);
		sim_cache_destroy(cache);
	}
	assert_memory_equal(&cuts[0], &cuts[1], sizeof(cuts[0]));
	assert_memory_equal(arrays[0].bytes, arrays[1].bytes, DISK_BYTES);
	assert_true(cuts[0].hash != 0);
}

/* One of four threads with a fourth of the disk: each reads what it wrote, whoever destages. */
struct worker {
	struct sim_cache *cache;
	unsigned int nr;
};

static void *worker_run(void *data)
{
	const struct worker *worker = data;
	const uint64_t first = worker->nr * (NR_BLOCKS / 4);
	unsigned char block[BLOCK_BYTES];
	unsigned char back[BLOCK_BYTES];
	uint64_t at;
	unsigned int i;

	for (i = 1; i <= 250; i++) {
		at = (first + i % (NR_BLOCKS / 4)) * BLOCK_BYTES;
		memset(block, (int)i, sizeof(block));
		if (sim_cache_write(worker->cache, at, block, BLOCK_BYTES, i % 16 == 0))
			return "write";
		/* Not destaged yet, or destaged already: only a copy in the cache is compared. */
		if (sim_cache_read(worker->cache, at, back, BLOCK_BYTES) &&
		    memcmp(block, back, BLOCK_BYTES))
			return "read";
		if (i % 64 == 0 && sim_cache_flush(worker->cache))
			return "flush";
	}
	return NULL;
}

static void threads_share_a_cache(void **state)
{
	struct sim_cache_config config = { .limit_bytes = 16 * BLOCK_BYTES };
	struct worker workers[4];
	pthread_t threads[4];
	struct array array;
	struct sim_cache *cache = cache_on(&array, &config);
	void *failed;
	unsigned int i;

	(void)state;
	for (i = 0; i < 4; i++) {
		workers[i] = (struct worker){ cache, i };
		assert_int_equal(pthread_create(&threads[i], NULL, worker_run, &workers[i]), 0);
	}
	for (i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
	assert_int_equal(sim_cache_flush(cache), 0);
	for (i = 0; i < NR_BLOCKS; i++)
		assert_in_range(on_medium(&array, i), 250 - NR_BLOCKS / 4 + 1, 250);
	sim_cache_destroy(cache);
}

static void record_gets_writes_and_flushes(void **state)
{
	struct sim_cache_config config = { 0 };
	struct sim_record *record = sim_record_create(1u << 20);
	struct sim_record_totals totals;
	struct array array;
	struct sim_cache *cache = cache_on(&array, &config);

	(void)state;
	put(cache, 0, 1, 0x11, false);
	sim_cache_set_record(cache, record);
	put(cache, 1, 2, 0x22, true);
	assert_int_equal(sim_cache_flush(cache), 0);
	assert_int_equal(sim_cache_zero(cache, 0, BLOCK_BYTES), 0);
	sim_cache_set_record(cache, NULL);
	put(cache, 3, 1, 0x33, false);
	sim_record_totals(record, &totals);
	assert_true(totals.nr_writes == 2 && totals.nr_epochs == 2);
	assert_true(totals.bytes == 2 * BLOCK_BYTES && !totals.overflowed);
	sim_cache_destroy(cache);
	sim_record_destroy(record);
}

static void names_are_found(void **state)
{
	(void)state;
	assert_int_equal(sim_cut_policy_find("none"), SIM_CUT_NONE);
	assert_int_equal(sim_cut_policy_find("torn"), SIM_CUT_TORN);
	assert_int_equal(sim_cut_policy_find("Torn"), -EINVAL);
	assert_int_equal(sim_destage_find("elevator"), SIM_DESTAGE_ELEVATOR);
	assert_int_equal(sim_destage_find(""), -EINVAL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(write_is_read_back_and_not_durable),
		cmocka_unit_test(flush_makes_all_durable_in_order),
		cmocka_unit_test(lying_flush_keeps_all_volatile),
		cmocka_unit_test(fua_is_durable_and_never_overwritten_by_elders),
		cmocka_unit_test(destage_takes_elders_of_elders_first),
		cmocka_unit_test(full_cache_destages_by_policy),
		cmocka_unit_test(write_beyond_the_limit_goes_through),
		cmocka_unit_test(zero_is_durable_and_buries_elders),
		cmocka_unit_test(medium_error_keeps_the_write),
		cmocka_unit_test(bad_ranges_return_einval),
		cmocka_unit_test(bad_config_returns_einval_with_the_value),
		cmocka_unit_test(cut_none_all_prefix_keep_what_they_say),
		cmocka_unit_test(cut_random_reaches_every_subset),
		cmocka_unit_test(cut_torn_tears_between_atomic_units),
		cmocka_unit_test(any_cut_leaves_a_possible_version_of_each_block),
		cmocka_unit_test(equal_runs_have_equal_cuts),
		cmocka_unit_test(threads_share_a_cache),
		cmocka_unit_test(record_gets_writes_and_flushes),
		cmocka_unit_test(names_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
