// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of tests/helpers/block.c: a block that is right is accepted, and each way in which the disk
 * under test can be wrong is told apart. The system tests believe this judgement.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "block.h"

#define OFFSET	(3 * (uint64_t)BLOCK_BYTES)
#define SEED	42
#define GEN	7

static uint64_t block[BLOCK_BYTES / sizeof(uint64_t)];

static const struct block_want want = {
	.offset_bytes = OFFSET,
	.seed = SEED,
	.generation_min = GEN,
	.generation_max = GEN,
};

static int fill(void **state)
{
	(void)state;
	block_fill(block, OFFSET, SEED, GEN);
	return 0;
}

static void check_filled_block_is_right(void **state)
{
	(void)state;
	assert_int_equal(block_check(block, &want), BLOCK_OK);
}

static void check_zeroes_is_foreign(void **state)
{
	(void)state;
	memset(block, 0, sizeof(block));
	assert_int_equal(block_check(block, &want), BLOCK_FOREIGN);
}

static void check_any_flipped_bit_is_noticed(void **state)
{
	(void)state;
	for (size_t word = 0; word < BLOCK_BYTES / sizeof(uint64_t); word++) {
		block[word] ^= 1ULL << (word % 64);
		assert_int_not_equal(block_check(block, &want), BLOCK_OK);
		block[word] ^= 1ULL << (word % 64);
	}
	assert_int_equal(block_check(block, &want), BLOCK_OK);
}

static void check_halves_of_two_generations_is_torn(void **state)
{
	uint64_t newer[BLOCK_BYTES / sizeof(uint64_t)];

	(void)state;
	block_fill(newer, OFFSET, SEED, GEN + 1);
	memcpy((char *)block + BLOCK_BYTES / 2, (char *)newer + BLOCK_BYTES / 2, BLOCK_BYTES / 2);
	assert_int_equal(block_check(block, &want), BLOCK_TORN);
}

static void check_swapped_words_is_torn(void **state)
{
	uint64_t word = block[100];

	(void)state;
	block[100] = block[200];
	block[200] = word;
	assert_int_equal(block_check(block, &want), BLOCK_TORN);
}

static void check_block_of_another_offset_is_misplaced(void **state)
{
	(void)state;
	block_fill(block, OFFSET + BLOCK_BYTES, SEED, GEN);
	assert_int_equal(block_check(block, &want), BLOCK_MISPLACED);
}

static void check_block_of_another_seed_is_other_run(void **state)
{
	(void)state;
	block_fill(block, OFFSET, SEED + 1, GEN);
	assert_int_equal(block_check(block, &want), BLOCK_OTHER_RUN);
}

static void check_older_generation_is_stale(void **state)
{
	(void)state;
	block_fill(block, OFFSET, SEED, GEN - 1);
	assert_int_equal(block_check(block, &want), BLOCK_STALE);
}

static void check_newer_generation_is_ahead(void **state)
{
	(void)state;
	block_fill(block, OFFSET, SEED, GEN + 1);
	assert_int_equal(block_check(block, &want), BLOCK_AHEAD);
}

static void check_range_of_generations_takes_both_ends(void **state)
{
	struct block_want range = want;

	(void)state;
	range.generation_min = GEN - 1;
	assert_int_equal(block_check(block, &range), BLOCK_OK);
	range.generation_max = GEN + 1;
	assert_int_equal(block_check(block, &range), BLOCK_OK);
	range.generation_min = GEN + 1;
	assert_int_equal(block_check(block, &range), BLOCK_STALE);
}

static void random_known_seed_gives_known_answers(void **state)
{
	uint64_t sequence = 1234567;

	(void)state;
	/* first outputs of splitmix64 for this seed, as its reference implementation gives them */
	assert_true(block_random(&sequence) == 6457827717110365317ULL);
	assert_true(block_random(&sequence) == 3203168211198807973ULL);
	assert_true(block_random(&sequence) == 9817491932198370423ULL);
}

static void parse_sizes_returns_bytes(void **state)
{
	uint64_t bytes;

	(void)state;
	assert_int_equal(block_parse_bytes("4096", &bytes), 0);
	assert_int_equal(bytes, 4096);
	assert_int_equal(block_parse_bytes("64K", &bytes), 0);
	assert_int_equal(bytes, 65536);
	assert_int_equal(block_parse_bytes("3M", &bytes), 0);
	assert_int_equal(bytes, 3 << 20);
	assert_int_equal(block_parse_bytes("2G", &bytes), 0);
	assert_true(bytes == 2ULL << 30);
}

static void parse_nonsense_is_refused(void **state)
{
	static const char *const nonsense[] = {
		"", "-1", " 1", "K", "1KB", "1.5M", "0x10", "99999999999999999999", "99999999999999G",
	};
	uint64_t bytes;

	(void)state;
	for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++)
		assert_int_not_equal(block_parse_bytes(nonsense[i], &bytes), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(check_filled_block_is_right, fill),
		cmocka_unit_test_setup(check_zeroes_is_foreign, fill),
		cmocka_unit_test_setup(check_any_flipped_bit_is_noticed, fill),
		cmocka_unit_test_setup(check_halves_of_two_generations_is_torn, fill),
		cmocka_unit_test_setup(check_swapped_words_is_torn, fill),
		cmocka_unit_test_setup(check_block_of_another_offset_is_misplaced, fill),
		cmocka_unit_test_setup(check_block_of_another_seed_is_other_run, fill),
		cmocka_unit_test_setup(check_older_generation_is_stale, fill),
		cmocka_unit_test_setup(check_newer_generation_is_ahead, fill),
		cmocka_unit_test_setup(check_range_of_generations_takes_both_ends, fill),
		cmocka_unit_test(random_known_seed_gives_known_answers),
		cmocka_unit_test(parse_sizes_returns_bytes),
		cmocka_unit_test(parse_nonsense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
