// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The volatile cache on an array: what is durable when, which version a read sees, that no older
 * version ever overwrites a newer one, and what the record gets. Cuts: test_sim_cut.c; threads:
 * test_sim_cache_threads.c.
 */
#include "cache_array.h"

#include "ublk-sim/crash.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void write_is_read_back_and_not_durable(void **state)
{
	struct sim_cache_config config = { 0 };
	struct array array;
	struct sim_cache *cache = cache_on(&array, &config);

	(void)state;
	put(cache, 3, 2, 0x11, false);
	put(cache, 4, 2, 0x22, false);
	assert_int_equal(get(cache, 2), 0);
	assert_int_equal(get(cache, 3), 0x11);
	assert_int_equal(get(cache, 4), 0x22);
	assert_int_equal(get(cache, 5), 0x22);
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
	assert_int_equal(get(cache, 2), 0);
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
	assert_int_equal(get(cache, 4), 0);
	assert_int_equal(get(cache, 5), 0x11);
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
	assert_int_equal(get(cache, 3), 0x11);
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
	assert_int_equal(sim_cache_read(cache, DISK_BYTES, data, 512), -EINVAL);
	assert_int_equal(sim_cache_read(cache, 256, data, 512), -EINVAL);
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
	const struct sim_media media = array_media(NULL);
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

static void destage_names_are_found(void **state)
{
	(void)state;
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
		cmocka_unit_test(record_gets_writes_and_flushes),
		cmocka_unit_test(destage_names_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
