// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sparse store: limits, zeroes where nothing was written, and a discard that clears exactly
 * its range at every alignment and gives whole pages back.
 */
#include "ublk-sim/store.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define STORE_BYTES	(64u << 10)
#define FILL		0xa5

static void store_init_zero_bytes_returns_einval(void **state)
{
	struct sim_store store = { 0 };

	(void)state;
	assert_int_equal(sim_store_init(&store, 0), -EINVAL);
	sim_store_uninit(&store);
}

static void store_init_beyond_address_space_returns_enomem(void **state)
{
	struct sim_store store = { 0 };

	(void)state;
	assert_int_equal(sim_store_init(&store, 1ULL << 62), -ENOMEM);
	assert_null(store.base);
}

static void store_unwritten_reads_as_zero(void **state)
{
	struct sim_store store;
	size_t i;

	(void)state;
	assert_int_equal(sim_store_init(&store, 1ULL << 36), 0);
	for (i = 0; i < 4096; i++)
		assert_int_equal(store.base[(1ULL << 35) + i], 0);
	sim_store_uninit(&store);
	assert_null(store.base);
}

static void store_at_keeps_to_the_store(void **state)
{
	struct sim_store store;

	(void)state;
	assert_int_equal(sim_store_init(&store, STORE_BYTES), 0);
	assert_ptr_equal(sim_store_at(&store, 0, STORE_BYTES), store.base);
	assert_ptr_equal(sim_store_at(&store, STORE_BYTES - 512, 512),
			 store.base + STORE_BYTES - 512);
	assert_ptr_equal(sim_store_at(&store, STORE_BYTES, 0), store.base + STORE_BYTES);
	assert_null(sim_store_at(&store, STORE_BYTES - 511, 512));
	assert_null(sim_store_at(&store, STORE_BYTES + 1, 0));
	assert_null(sim_store_at(&store, UINT64_MAX, 1));
	assert_null(sim_store_at(&store, 1, UINT64_MAX));
	sim_store_uninit(&store);
}

/* Is [from, to) zero and the rest FILL? */
static bool only_cleared(const struct sim_store *store, uint64_t from, uint64_t to)
{
	uint64_t i;

	for (i = 0; i < store->size_bytes; i++)
		if (store->base[i] != (i >= from && i < to ? 0 : FILL))
			return false;
	return true;
}

static const struct {
	uint64_t offset_bytes;
	uint64_t length_bytes;
} ranges[] = {
	{ 0, 0 },	{ 0, 1 },	{ 0, 512 },	{ 512, 512 },	{ 4096, 4096 },
	{ 4095, 2 },	{ 4097, 4094 },	{ 4097, 4095 },	{ 4097, 8191 },	{ 511, 20000 },
	{ 8192, 512 },	{ 7680, 4608 },	{ 0, STORE_BYTES },
	{ STORE_BYTES - 512, 512 },	{ STORE_BYTES, 0 },
};

static void store_discard_clears_exactly_its_range(void **state)
{
	struct sim_store store;
	size_t i;

	(void)state;
	assert_int_equal(sim_store_init(&store, STORE_BYTES), 0);
	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		memset(store.base, FILL, STORE_BYTES);
		assert_int_equal(sim_store_discard(&store, ranges[i].offset_bytes,
						   ranges[i].length_bytes), 0);
		assert_true(only_cleared(&store, ranges[i].offset_bytes,
					 ranges[i].offset_bytes + ranges[i].length_bytes));
	}
	assert_int_equal(sim_store_discard(&store, STORE_BYTES - 511, 512), -EINVAL);
	sim_store_uninit(&store);
}

static void store_zero_clears_exactly_its_range(void **state)
{
	struct sim_store store;
	size_t i;

	(void)state;
	assert_int_equal(sim_store_init(&store, STORE_BYTES), 0);
	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		memset(store.base, FILL, STORE_BYTES);
		assert_int_equal(sim_store_zero(&store, ranges[i].offset_bytes,
						ranges[i].length_bytes), 0);
		assert_true(only_cleared(&store, ranges[i].offset_bytes,
					 ranges[i].offset_bytes + ranges[i].length_bytes));
	}
	assert_int_equal(sim_store_zero(&store, 1, STORE_BYTES), -EINVAL);
	sim_store_uninit(&store);
}

static unsigned int nr_resident(const struct sim_store *store)
{
	unsigned char pages[STORE_BYTES / 4096];
	const size_t nr = STORE_BYTES / (size_t)sysconf(_SC_PAGESIZE);
	unsigned int sum = 0;
	size_t i;

	assert_int_equal(mincore(store->base, STORE_BYTES, pages), 0);
	for (i = 0; i < nr; i++)
		sum += pages[i] & 1;
	return sum;
}

static void store_discard_gives_pages_back(void **state)
{
	const unsigned int page_bytes = (unsigned int)sysconf(_SC_PAGESIZE);
	struct sim_store store;

	(void)state;
	assert_int_equal(sim_store_init(&store, STORE_BYTES), 0);
	assert_int_equal(nr_resident(&store), 0);
	store.base[0] = FILL;
	assert_int_equal(nr_resident(&store), 1);
	memset(store.base, FILL, STORE_BYTES);
	assert_int_equal(nr_resident(&store), STORE_BYTES / page_bytes);
	assert_int_equal(sim_store_discard(&store, 1, STORE_BYTES - 2), 0);
	assert_int_equal(nr_resident(&store), 2);
	assert_int_equal(store.base[0], FILL);
	assert_int_equal(store.base[STORE_BYTES - 1], FILL);
	sim_store_uninit(&store);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(store_init_zero_bytes_returns_einval),
		cmocka_unit_test(store_init_beyond_address_space_returns_enomem),
		cmocka_unit_test(store_unwritten_reads_as_zero),
		cmocka_unit_test(store_at_keeps_to_the_store),
		cmocka_unit_test(store_discard_clears_exactly_its_range),
		cmocka_unit_test(store_zero_clears_exactly_its_range),
		cmocka_unit_test(store_discard_gives_pages_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
