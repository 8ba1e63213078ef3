// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What each kind of power cut leaves of the volatile cache, and that equal runs have equal cuts.
 */
#include "cache_array.h"

#include "ublk-sim/rng.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

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
		assert_int_equal(get(cache, 3), on_medium(&array, 3));
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

static void random_run(struct sim_cache *cache, struct sim_rng *rng, struct versions *versions)
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
		assert_int_equal(get(cache, block),
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
		random_run(cache, &rng, versions);
		assert_int_equal(sim_cache_cut(cache, policy, seed, &cut), 0);
		for (block = 0; block < NR_BLOCKS; block++)
			assert_non_null(memchr(versions[block].value, on_medium(&array, block),
					       versions[block].nr));
		sim_cache_destroy(cache);
	}
}

/* A run that makes room, writes through and zeroes, then a cut. */
static struct sim_cache_totals run_and_cut(struct array *array, uint64_t seed,
					   enum sim_destage destage, struct sim_cut *cut)
{
	struct sim_cache_config config = {
		.limit_bytes = 16 * BLOCK_BYTES,
		.destage = destage,
		.seed = seed,
	};
	struct sim_cache *cache = cache_on(array, &config);
	struct sim_cache_totals totals;
	unsigned int i;

	for (i = 0; i < 60; i++)
		put(cache, i, 2, (int)i + 1, i % 20 == 7);
	sim_cache_totals(cache, &totals);
	assert_int_equal(sim_cache_cut(cache, SIM_CUT_TORN, 9, cut), 0);
	sim_cache_destroy(cache);
	return totals;
}

static void equal_runs_have_equal_hashes_and_cuts(void **state)
{
	struct sim_cache_totals totals[2];
	struct sim_cut cuts[2];
	struct array arrays[2];
	unsigned int run;

	(void)state;
	for (run = 0; run < 2; run++)
		totals[run] = run_and_cut(&arrays[run], 5, SIM_DESTAGE_RANDOM, &cuts[run]);
	assert_memory_equal(&totals[0], &totals[1], sizeof(totals[0]));
	assert_memory_equal(&cuts[0], &cuts[1], sizeof(cuts[0]));
	assert_memory_equal(arrays[0].bytes, arrays[1].bytes, DISK_BYTES);
	assert_true(cuts[0].hash != 0);
}

static void other_decisions_have_another_hash(void **state)
{
	struct array array;
	struct sim_cut cut;
	const uint64_t hash = run_and_cut(&array, 5, SIM_DESTAGE_RANDOM, &cut).hash;

	(void)state;
	assert_true(run_and_cut(&array, 6, SIM_DESTAGE_RANDOM, &cut).hash != hash);
	assert_true(run_and_cut(&array, 5, SIM_DESTAGE_FIFO, &cut).hash != hash);
}

static void policy_names_are_found(void **state)
{
	(void)state;
	assert_int_equal(sim_cut_policy_find("none"), SIM_CUT_NONE);
	assert_int_equal(sim_cut_policy_find("torn"), SIM_CUT_TORN);
	assert_int_equal(sim_cut_policy_find("Torn"), -EINVAL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_none_all_prefix_keep_what_they_say),
		cmocka_unit_test(cut_random_reaches_every_subset),
		cmocka_unit_test(cut_torn_tears_between_atomic_units),
		cmocka_unit_test(any_cut_leaves_a_possible_version_of_each_block),
		cmocka_unit_test(equal_runs_have_equal_hashes_and_cuts),
		cmocka_unit_test(other_decisions_have_another_hash),
		cmocka_unit_test(policy_names_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
