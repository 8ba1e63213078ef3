// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Media faults on an array: what each kind does, that a decision depends on seed, block and touch
 * alone, and that its frequency is the probability asked for.
 */
#include "ublk-sim/fault.h"

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

#define BLOCK_BYTES	1024u
#define NR_BLOCKS	4096u
#define DISK_BYTES	((uint64_t)NR_BLOCKS * BLOCK_BYTES)
#define OLD		0x11
#define NEW		0x77

static unsigned char disk[DISK_BYTES];

static int disk_write(void *context, uint64_t offset_bytes, const void *data,
		      uint64_t length_bytes)
{
	int *refuse = context;

	assert_true(offset_bytes <= DISK_BYTES && length_bytes <= DISK_BYTES - offset_bytes);
	if (refuse && *refuse)
		return *refuse;
	memcpy(disk + offset_bytes, data, length_bytes);
	return 0;
}

static const struct sim_media media = { .write = disk_write };

static struct sim_fault *plan_seeded(uint64_t seed, const char *text)
{
	struct sim_fault_config config = {
		.block_bytes = BLOCK_BYTES, .size_bytes = DISK_BYTES, .seed = seed,
	};
	struct sim_fault_rule rules[4];
	struct sim_fault *fault = NULL;
	char *copy = strdup(text);
	struct sim_error err;
	char *save = NULL;
	char *rule;

	for (rule = strtok_r(copy, ";", &save); rule; rule = strtok_r(NULL, ";", &save))
		assert_int_equal(sim_fault_rule_parse(rule, &rules[config.nr_rules++], &err), 0);
	config.rules = rules;
	assert_int_equal(sim_fault_create(&config, &fault, &err), 0);
	free(copy);
	memset(disk, OLD, sizeof(disk));
	return fault;
}

static struct sim_fault *plan(const char *text)
{
	return plan_seeded(1, text);
}

static int put(struct sim_fault *fault, uint64_t block, uint64_t nr)
{
	unsigned char data[64 * BLOCK_BYTES];
	bool hang;

	memset(data, NEW, sizeof(data));
	return sim_fault_write(fault, block * BLOCK_BYTES, data, nr * BLOCK_BYTES, &media, &hang);
}

static int get(struct sim_fault *fault, uint64_t block, uint64_t nr)
{
	unsigned char data[64 * BLOCK_BYTES];
	bool hang;

	return sim_fault_read(fault, block * BLOCK_BYTES, data, nr * BLOCK_BYTES, &hang);
}

/* Bytes of a block that have a value. */
static unsigned int count(uint64_t block, int value)
{
	unsigned int nr = 0;
	unsigned int i;

	for (i = 0; i < BLOCK_BYTES; i++)
		nr += disk[block * BLOCK_BYTES + i] == value;
	return nr;
}

static void create_refuses_rules_beyond_the_disk(void **state)
{
	struct sim_fault_rule rule = {
		.lba_first = 1, .lba_last = NR_BLOCKS, .touch_first = 1, .probability = 1,
	};
	struct sim_fault_config config = {
		.rules = &rule, .nr_rules = 1, .block_bytes = BLOCK_BYTES, .size_bytes = DISK_BYTES,
	};
	struct sim_fault *fault = NULL;
	struct sim_error err;

	(void)state;
	assert_int_equal(sim_fault_create(&config, &fault, &err), -EINVAL);
	assert_non_null(strstr(err.text, "4096"));
	assert_non_null(strstr(err.text, "4095"));
	rule.lba_first = NR_BLOCKS;
	rule.lba_last = UINT64_MAX;
	assert_int_equal(sim_fault_create(&config, &fault, &err), -EINVAL);
	config.nr_rules = SIM_FAULT_RULES_MAX + 1;
	assert_int_equal(sim_fault_create(&config, &fault, &err), -EINVAL);
	assert_null(fault);
}

static void watches_only_blocks_that_are_named(void **state)
{
	struct sim_fault *fault = plan("bad:lba=10-11;lost:lba=20");

	(void)state;
	assert_false(sim_fault_watches(fault, 0, 10 * BLOCK_BYTES));
	assert_true(sim_fault_watches(fault, 0, 11 * BLOCK_BYTES));
	assert_true(sim_fault_watches(fault, 11 * BLOCK_BYTES, BLOCK_BYTES));
	assert_false(sim_fault_watches(fault, 12 * BLOCK_BYTES, 8 * BLOCK_BYTES));
	assert_true(sim_fault_watches(fault, 20 * BLOCK_BYTES, BLOCK_BYTES));
	assert_false(sim_fault_watches(fault, 0, 0));
	assert_false(sim_fault_watches(fault, DISK_BYTES, BLOCK_BYTES));
	sim_fault_destroy(fault);
}

static void bad_block_fails_until_written(void **state)
{
	struct sim_fault *fault = plan("bad:lba=10");
	struct sim_fault_totals totals;

	(void)state;
	assert_int_equal(get(fault, 9, 1), 0);
	assert_int_equal(get(fault, 9, 2), -EIO);
	assert_int_equal(get(fault, 10, 1), -EIO);
	assert_int_equal(put(fault, 10, 1), 0);
	assert_int_equal(count(10, NEW), BLOCK_BYTES);
	assert_int_equal(get(fault, 10, 1), 0);
	assert_int_equal(get(fault, 8, 8), 0);
	sim_fault_totals(fault, &totals);
	assert_int_equal(totals.nr[SIM_FAULT_BAD], 2);
	sim_fault_destroy(fault);
}

static void bad_block_from_a_touch_on_stays_bad(void **state)
{
	struct sim_fault *fault = plan("bad:lba=10,touch=3");

	(void)state;
	assert_int_equal(get(fault, 10, 1), 0);
	assert_int_equal(get(fault, 10, 1), 0);
	assert_int_equal(get(fault, 10, 1), -EIO);
	assert_int_equal(get(fault, 10, 1), -EIO);
	sim_fault_heal(fault, 10 * BLOCK_BYTES, BLOCK_BYTES);
	assert_int_equal(get(fault, 10, 1), 0);
	sim_fault_destroy(fault);
}

static void heal_reaches_named_blocks_only_inside_the_range(void **state)
{
	struct sim_fault *fault = plan("bad:lba=10-13");

	(void)state;
	sim_fault_heal(fault, 11 * BLOCK_BYTES, 2 * BLOCK_BYTES);
	assert_int_equal(get(fault, 10, 1), -EIO);
	assert_int_equal(get(fault, 11, 2), 0);
	assert_int_equal(get(fault, 13, 1), -EIO);
	sim_fault_destroy(fault);
}

static unsigned int bits_that_differ(const unsigned char *data, int value, size_t length)
{
	unsigned int nr = 0;
	size_t i;

	for (i = 0; i < length; i++)
		nr += (unsigned int)__builtin_popcount(data[i] ^ (unsigned int)value);
	return nr;
}

static void flip_inverts_one_bit_of_a_read(void **state)
{
	struct sim_fault *fault = plan("flip:lba=3,touch=2");
	unsigned char data[2 * BLOCK_BYTES];
	bool hang;

	(void)state;
	memset(data, OLD, sizeof(data));
	assert_int_equal(sim_fault_read(fault, 2 * BLOCK_BYTES, data, sizeof(data), &hang), 0);
	assert_int_equal(bits_that_differ(data, OLD, sizeof(data)), 0);
	assert_int_equal(sim_fault_read(fault, 2 * BLOCK_BYTES, data, sizeof(data), &hang), 0);
	assert_int_equal(bits_that_differ(data, OLD, BLOCK_BYTES), 0);
	assert_int_equal(bits_that_differ(data + BLOCK_BYTES, OLD, BLOCK_BYTES), 1);
	assert_int_equal(bits_that_differ(disk, OLD, sizeof(disk)), 0);
	assert_false(hang);
	sim_fault_destroy(fault);
}

static void flip_on_write_is_stored(void **state)
{
	struct sim_fault *fault = plan("flip:lba=3,op=write");

	(void)state;
	assert_int_equal(put(fault, 2, 3), 0);
	assert_int_equal(count(2, NEW), BLOCK_BYTES);
	assert_int_equal(count(3, NEW), BLOCK_BYTES - 1);
	assert_int_equal(bits_that_differ(disk + 3 * BLOCK_BYTES, NEW, BLOCK_BYTES), 1);
	assert_int_equal(count(4, NEW), BLOCK_BYTES);
	sim_fault_destroy(fault);
}

static void lost_block_keeps_what_it_had(void **state)
{
	struct sim_fault *fault = plan("lost:lba=3");

	(void)state;
	assert_int_equal(put(fault, 2, 3), 0);
	assert_int_equal(count(2, NEW), BLOCK_BYTES);
	assert_int_equal(count(3, OLD), BLOCK_BYTES);
	assert_int_equal(count(4, NEW), BLOCK_BYTES);
	sim_fault_destroy(fault);
}

static void misdirected_block_lands_on_one_other(void **state)
{
	struct sim_fault *fault = plan("misdirect:lba=3");
	unsigned int nr_new = 0;
	uint64_t block;

	(void)state;
	assert_int_equal(put(fault, 3, 1), 0);
	assert_int_equal(count(3, OLD), BLOCK_BYTES);
	for (block = 0; block < NR_BLOCKS; block++)
		nr_new += count(block, NEW) == BLOCK_BYTES;
	assert_int_equal(nr_new, 1);
	sim_fault_destroy(fault);
}

static void torn_write_ends_in_the_middle_of_the_block(void **state)
{
	struct sim_fault *fault = plan("torn:lba=3,touch=1");

	(void)state;
	assert_int_equal(put(fault, 2, 3), 0);
	assert_int_equal(count(2, NEW), BLOCK_BYTES);
	assert_int_equal(count(3, NEW), BLOCK_BYTES / 2);
	assert_int_equal(disk[3 * BLOCK_BYTES], NEW);
	assert_int_equal(count(4, OLD), BLOCK_BYTES);
	assert_int_equal(put(fault, 2, 3), 0);
	assert_int_equal(count(3, NEW), BLOCK_BYTES);
	assert_int_equal(count(4, NEW), BLOCK_BYTES);
	sim_fault_destroy(fault);
}

static void hang_holds_the_answer_of_finished_io(void **state)
{
	struct sim_fault *fault = plan("hang:lba=3,op=write,touch=2");
	unsigned char data[BLOCK_BYTES];
	bool hang;

	(void)state;
	memset(data, NEW, sizeof(data));
	assert_int_equal(sim_fault_read(fault, 3 * BLOCK_BYTES, data, BLOCK_BYTES, &hang), 0);
	assert_false(hang);
	memset(data, NEW, sizeof(data));
	assert_int_equal(sim_fault_write(fault, 3 * BLOCK_BYTES, data, BLOCK_BYTES, &media, &hang),
			 0);
	assert_true(hang);
	assert_int_equal(count(3, NEW), BLOCK_BYTES);
	sim_fault_destroy(fault);
}

static void medium_error_is_handed_on(void **state)
{
	struct sim_fault *fault = plan("flip:lba=3,touch=9");
	int refuse = -ENOSPC;
	const struct sim_media full = { .write = disk_write, .context = &refuse };
	unsigned char data[BLOCK_BYTES] = { 0 };
	bool hang;

	(void)state;
	assert_int_equal(sim_fault_write(fault, 3 * BLOCK_BYTES, data, BLOCK_BYTES, &full, &hang),
			 -ENOSPC);
	sim_fault_destroy(fault);
}

/* 4096 blocks at p = 0.25: 1024 with a standard deviation of 27.7. */
static void probability_is_met(void **state)
{
	struct sim_fault *fault = plan("bad:p=0.25");
	struct sim_fault_totals totals;
	uint64_t block;

	(void)state;
	for (block = 0; block < NR_BLOCKS; block++)
		get(fault, block, 1);
	sim_fault_totals(fault, &totals);
	assert_in_range(totals.nr[SIM_FAULT_BAD], 1024 - 111, 1024 + 111);
	sim_fault_destroy(fault);
}

/* Touch every block three times in the order that the seed gives; the totals. */
static struct sim_fault_totals shuffled_run(uint64_t plan_seed, uint64_t order_seed)
{
	struct sim_fault *fault = plan_seeded(plan_seed, "flip:p=0.1;flip:p=0.05,touch=2-");
	struct sim_fault_totals totals;
	uint16_t order[3 * NR_BLOCKS];
	struct sim_rng rng;
	uint64_t other;
	uint16_t kept;
	unsigned int i;

	for (i = 0; i < 3 * NR_BLOCKS; i++)
		order[i] = (uint16_t)(i % NR_BLOCKS);
	sim_rng_seed(&rng, order_seed);
	for (i = 3 * NR_BLOCKS; i > 1; i--) {
		other = sim_rng_below(&rng, i);
		kept = order[i - 1];
		order[i - 1] = order[other];
		order[other] = kept;
	}
	for (i = 0; i < 3 * NR_BLOCKS; i++)
		get(fault, order[i], 1);
	sim_fault_totals(fault, &totals);
	sim_fault_destroy(fault);
	return totals;
}

static void decisions_do_not_depend_on_the_order_of_blocks(void **state)
{
	const struct sim_fault_totals first = shuffled_run(1, 10);
	const struct sim_fault_totals second = shuffled_run(1, 20);
	const struct sim_fault_totals other = shuffled_run(2, 10);

	(void)state;
	assert_memory_equal(&first, &second, sizeof(first));
	assert_true(first.nr[SIM_FAULT_FLIP] > 0);
	assert_true(first.hash != other.hash);
}

/* All blocks are flipped once under both seeds: the hash differs by which bit. */
static void hash_covers_which_bit_is_flipped(void **state)
{
	uint64_t hashes[2];
	unsigned int i;
	uint64_t block;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct sim_fault *fault = plan_seeded(i + 1, "flip");
		struct sim_fault_totals totals;

		for (block = 0; block < NR_BLOCKS; block++)
			get(fault, block, 1);
		sim_fault_totals(fault, &totals);
		assert_int_equal(totals.nr[SIM_FAULT_FLIP], NR_BLOCKS);
		hashes[i] = totals.hash;
		sim_fault_destroy(fault);
	}
	assert_true(hashes[0] != hashes[1]);
}

struct worker {
	struct sim_fault *fault;
	uint64_t first;
	uint64_t step;
};

static void *worker_run(void *data)
{
	const struct worker *worker = data;
	uint64_t block;

	for (block = worker->first; block < NR_BLOCKS; block += worker->step)
		get(worker->fault, block, 1);
	return NULL;
}

static void decisions_do_not_depend_on_threads(void **state)
{
	struct sim_fault_totals totals[2];
	struct worker workers[4];
	pthread_t threads[4];
	unsigned int run;
	unsigned int i;

	(void)state;
	for (run = 0; run < 2; run++) {
		const unsigned int nr = run ? 4 : 1;
		struct sim_fault *fault = plan("flip:p=0.1");

		for (i = 0; i < nr; i++) {
			workers[i] = (struct worker){ fault, i, nr };
			assert_int_equal(
				pthread_create(&threads[i], NULL, worker_run, &workers[i]), 0);
		}
		for (i = 0; i < nr; i++)
			pthread_join(threads[i], NULL);
		sim_fault_totals(fault, &totals[run]);
		sim_fault_destroy(fault);
	}
	assert_memory_equal(&totals[0], &totals[1], sizeof(totals[0]));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(create_refuses_rules_beyond_the_disk),
		cmocka_unit_test(watches_only_blocks_that_are_named),
		cmocka_unit_test(bad_block_fails_until_written),
		cmocka_unit_test(bad_block_from_a_touch_on_stays_bad),
		cmocka_unit_test(heal_reaches_named_blocks_only_inside_the_range),
		cmocka_unit_test(flip_inverts_one_bit_of_a_read),
		cmocka_unit_test(flip_on_write_is_stored),
		cmocka_unit_test(lost_block_keeps_what_it_had),
		cmocka_unit_test(misdirected_block_lands_on_one_other),
		cmocka_unit_test(torn_write_ends_in_the_middle_of_the_block),
		cmocka_unit_test(hang_holds_the_answer_of_finished_io),
		cmocka_unit_test(medium_error_is_handed_on),
		cmocka_unit_test(probability_is_met),
		cmocka_unit_test(decisions_do_not_depend_on_the_order_of_blocks),
		cmocka_unit_test(hash_covers_which_bit_is_flipped),
		cmocka_unit_test(decisions_do_not_depend_on_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
