// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Crash states against brute force: the numbered states are exactly those that the definition
 * gives when every subset of a short record is tried, none twice, and each is built as described.
 */
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

#define UNIT_BYTES	512u
/* Writes of the records below; subsets are bit masks. */
#define WRITES_MAX	12u

/* A record in short: 'w' a write, 'F' a FUA write, '|' a flush. Write i goes to unit i. */
static struct sim_record *record_of(const char *script)
{
	struct sim_record *record = sim_record_create(1u << 20);
	unsigned char data[UNIT_BYTES];
	unsigned int nr = 0;

	for (; *script; script++) {
		if (*script == '|') {
			sim_record_flush(record);
			continue;
		}
		memset(data, (int)nr + 1, sizeof(data));
		sim_record_write(record, (uint64_t)nr * UNIT_BYTES, data, sizeof(data),
				 *script == 'F');
		nr++;
	}
	return record;
}

/* Is the set of writes on the medium a state, and of which kind? -1: none. The plain definition. */
static int kind_of(const char *script, uint32_t set, const struct sim_crash_bounds *bounds)
{
	unsigned int epoch[WRITES_MAX];
	bool fua[WRITES_MAX];
	unsigned int nr = 0;
	unsigned int flushes = 0;
	unsigned int prefix = 0;
	unsigned int last = 0;
	unsigned int extra = 0;
	unsigned int i;

	for (; *script; script++) {
		if (*script == '|') {
			flushes++;
			continue;
		}
		fua[nr] = *script == 'F' && !bounds->lying;
		epoch[nr++] = bounds->lying ? 0 : flushes;
	}
	while (prefix < nr && set >> prefix & 1)
		prefix++;
	if (!(set >> prefix))
		return SIM_CRASH_PREFIX;
	for (i = prefix + 1; i < nr; i++) {
		if (set >> i & 1) {
			last = i;
			extra++;
		}
	}
	for (i = prefix; i < last; i++)
		if (!(set >> i & 1) && fua[i])
			return -1;
	if (epoch[last] != epoch[prefix])
		return -1;
	if (extra <= bounds->reorder)
		return SIM_CRASH_REORDER;
	return bounds->drops && extra == last - prefix ? SIM_CRASH_DROP : -1;
}

static int set_add(void *context, uint64_t offset_bytes, const void *data, uint64_t length_bytes)
{
	uint32_t *set = context;
	const unsigned int nr = (unsigned int)(offset_bytes / UNIT_BYTES);

	assert_int_equal(length_bytes, UNIT_BYTES);
	assert_int_equal(*(const unsigned char *)data, nr + 1);
	*set |= 1u << nr;
	return 0;
}

static int set_zero(void *context, uint64_t offset_bytes, uint64_t length_bytes)
{
	(void)context;
	(void)offset_bytes;
	(void)length_bytes;
	return -EIO;
}

static void compare_with_brute_force(const char *script, const struct sim_crash_bounds *bounds)
{
	struct sim_record *record = record_of(script);
	bool seen[1u << WRITES_MAX] = { false };
	uint64_t by_kind[SIM_CRASH_KINDS];
	uint64_t wanted[SIM_CRASH_KINDS] = { 0 };
	struct sim_record_totals totals;
	struct sim_crash_state found;
	struct sim_crash *crash = NULL;
	struct sim_error err;
	uint64_t index;
	uint32_t set;

	sim_record_totals(record, &totals);
	assert_int_equal(sim_crash_create(record, bounds, &crash, &err), 0);
	for (set = 0; set < 1u << totals.nr_writes; set++) {
		const int kind = kind_of(script, set, bounds);

		if (kind >= 0)
			wanted[kind]++;
	}
	for (index = 0; index < sim_crash_total(crash, by_kind); index++) {
		const struct sim_media media = { set_add, set_zero, NULL, &set };

		set = 0;
		assert_int_equal(sim_crash_get(crash, index, &found), 0);
		assert_int_equal(sim_crash_write(crash, &found, &media), 0);
		assert_int_equal(kind_of(script, set, bounds), found.kind);
		assert_false(seen[set]);
		seen[set] = true;
	}
	assert_memory_equal(by_kind, wanted, sizeof(wanted));
	assert_int_equal(sim_crash_get(crash, index, &found), -EINVAL);
	sim_crash_destroy(crash);
	sim_record_destroy(record);
}

static void states_are_those_of_the_definition(void **state)
{
	static const char *const scripts[] = {
		"", "|", "w", "w|", "wwwwwwwwww", "www|wwww|w||wwww", "wwFwwFwwww", "F", "FwFwF|wFFw",
		"wwwwFFFFFww",
	};
	struct sim_crash_bounds bounds = { .atomic_bytes = UNIT_BYTES };
	unsigned int switches;
	uint32_t bound;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		for (bound = 0; bound <= SIM_CRASH_REORDER_MAX; bound++) {
			for (switches = 0; switches < 4; switches++) {
				bounds.reorder = bound;
				bounds.drops = switches & 1;
				bounds.lying = switches & 2;
				compare_with_brute_force(scripts[i], &bounds);
			}
		}
	}
}

/* One epoch of five: 6 prefixes; one overtaking: 4+3+2+1; gaps with two or more behind: 3+2+1. */
static void counts_of_five_writes(void **state)
{
	const struct sim_crash_bounds bounds = {
		.reorder = 1, .drops = true, .atomic_bytes = UNIT_BYTES,
	};
	struct sim_record *record = record_of("wwwww");
	uint64_t by_kind[SIM_CRASH_KINDS];
	struct sim_crash *crash = NULL;
	struct sim_error err;

	(void)state;
	assert_int_equal(sim_crash_create(record, &bounds, &crash, &err), 0);
	assert_int_equal(sim_crash_total(crash, by_kind), 22);
	assert_int_equal(by_kind[SIM_CRASH_PREFIX], 6);
	assert_int_equal(by_kind[SIM_CRASH_REORDER], 10);
	assert_int_equal(by_kind[SIM_CRASH_DROP], 6);
	assert_int_equal(by_kind[SIM_CRASH_TORN], 0);
	sim_crash_destroy(crash);
	sim_record_destroy(record);
}

static int length_add(void *context, uint64_t offset_bytes, const void *data,
		      uint64_t length_bytes)
{
	(void)data;
	*(uint64_t *)context = offset_bytes + length_bytes;
	return 0;
}

/* A write of 2 KiB that begins 512 bytes before a unit of 1 KiB: torn behind 512 and 1536 bytes. */
static void torn_states_end_at_units_of_the_disk(void **state)
{
	const struct sim_crash_bounds bounds = { .torn = true, .atomic_bytes = 1024 };
	static const uint64_t ends[] = { 0, 1024, 2048, 2560 };
	struct sim_record *record = sim_record_create(1u << 20);
	unsigned char data[2048] = { 0 };
	struct sim_crash_state found;
	struct sim_crash *crash = NULL;
	struct sim_error err;
	uint64_t index;

	(void)state;
	sim_record_write(record, 512, data, sizeof(data), true);
	sim_record_write(record, 4096, NULL, 1u << 30, false);
	assert_int_equal(sim_crash_create(record, &bounds, &crash, &err), 0);
	assert_int_equal(sim_crash_total(crash, NULL), 5);
	for (index = 0; index < 4; index++) {
		uint64_t end = 0;
		const struct sim_media media = { length_add, set_zero, NULL, &end };

		assert_int_equal(sim_crash_get(crash, index, &found), 0);
		assert_int_equal(sim_crash_write(crash, &found, &media), 0);
		/* by number: nothing, the two torn ones, all */
		assert_int_equal(end, ends[index]);
	}
	sim_crash_destroy(crash);
	sim_record_destroy(record);
}

static void record_overflows_and_stays_a_prefix(void **state)
{
	struct sim_record *record = sim_record_create(1024);
	unsigned char data[1024] = { 0 };
	struct sim_record_totals totals;

	(void)state;
	sim_record_write(record, 0, data, 512, false);
	sim_record_write(record, 0, data, 1024, false);
	sim_record_write(record, 0, data, 512, false);
	sim_record_totals(record, &totals);
	assert_true(totals.overflowed && totals.nr_writes == 1 && totals.bytes == 512);
	sim_record_destroy(record);
}

static void medium_error_is_handed_on(void **state)
{
	const struct sim_crash_bounds bounds = { .atomic_bytes = UNIT_BYTES };
	struct sim_record *record = sim_record_create(1024);
	const struct sim_media media = { set_add, set_zero, NULL, NULL };
	struct sim_crash_state found;
	struct sim_crash *crash = NULL;
	struct sim_error err;

	(void)state;
	sim_record_write(record, 0, NULL, 512, false);
	assert_int_equal(sim_crash_create(record, &bounds, &crash, &err), 0);
	assert_int_equal(sim_crash_get(crash, 1, &found), 0);
	assert_int_equal(sim_crash_write(crash, &found, &media), -EIO);
	sim_crash_destroy(crash);
	sim_record_destroy(record);
}

static void bad_bounds_are_refused_with_their_value(void **state)
{
	const struct sim_crash_bounds many = { .reorder = 5, .atomic_bytes = 512 };
	const struct sim_crash_bounds small = { .atomic_bytes = 511 };
	struct sim_record *record = record_of("w");
	struct sim_crash *crash = NULL;
	struct sim_error err;

	(void)state;
	assert_int_equal(sim_crash_create(record, &many, &crash, &err), -EINVAL);
	assert_non_null(strstr(err.text, "5"));
	assert_int_equal(sim_crash_create(record, &small, &crash, &err), -EINVAL);
	assert_non_null(strstr(err.text, "511"));
	assert_null(crash);
	sim_record_destroy(record);
}

/* 100,000 writes in one epoch: about 10^23 states with four overtaking. */
static void too_many_states_return_erange(void **state)
{
	const struct sim_crash_bounds bounds = { .reorder = 4, .atomic_bytes = 512 };
	struct sim_record *record = sim_record_create(0);
	struct sim_crash *crash = NULL;
	struct sim_error err;
	unsigned int i;

	(void)state;
	for (i = 0; i < 100000; i++)
		sim_record_write(record, 0, NULL, 512, false);
	assert_int_equal(sim_crash_create(record, &bounds, &crash, &err), -ERANGE);
	assert_null(crash);
	sim_record_destroy(record);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(states_are_those_of_the_definition),
		cmocka_unit_test(counts_of_five_writes),
		cmocka_unit_test(torn_states_end_at_units_of_the_disk),
		cmocka_unit_test(record_overflows_and_stays_a_prefix),
		cmocka_unit_test(medium_error_is_handed_on),
		cmocka_unit_test(bad_bounds_are_refused_with_their_value),
		cmocka_unit_test(too_many_states_return_erange),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
