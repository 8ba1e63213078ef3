// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of tests/helpers/table.c: claims exclude each other, also among threads, and a read's window of
 * acceptable generations is exact without a write in flight and two wide with one.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "table.h"

#define NR_BLOCKS	16
#define NR_ROUNDS	20000

static int create(void **state)
{
	*state = table_create(NR_BLOCKS);
	return *state ? 0 : -1;
}

static int destroy(void **state)
{
	table_free(*state);
	return 0;
}

static void create_gives_blocks_never_written(void **state)
{
	for (uint64_t i = 0; i < NR_BLOCKS; i++) {
		assert_int_equal(table_done(*state, i), 0);
		assert_int_equal(table_issued(*state, i), 0);
	}
}

static void claim_overlapping_range_is_refused_and_claims_nothing(void **state)
{
	assert_true(table_claim(*state, 4, 4));
	assert_false(table_claim(*state, 0, 5));
	assert_true(table_claim(*state, 0, 4));
	assert_false(table_claim(*state, 7, 2));
	assert_true(table_claim(*state, 8, 8));
}

static void release_lets_the_range_be_claimed_again(void **state)
{
	assert_true(table_claim(*state, 0, NR_BLOCKS));
	table_release(*state, 0, NR_BLOCKS);
	assert_true(table_claim(*state, 0, NR_BLOCKS));
}

static void issue_opens_the_window_and_complete_closes_it(void **state)
{
	assert_true(table_claim(*state, 3, 1));
	assert_int_equal(table_issue(*state, 3), 1);
	assert_int_equal(table_done(*state, 3), 0);
	assert_int_equal(table_issued(*state, 3), 1);
	table_complete(*state, 3, true);
	assert_int_equal(table_done(*state, 3), 1);
	assert_int_equal(table_issue(*state, 3), 2);
	table_complete(*state, 3, true);
	assert_int_equal(table_done(*state, 3), 2);
	assert_int_equal(table_done(*state, 2), 0);
}

static void failed_write_keeps_old_and_new_acceptable(void **state)
{
	assert_true(table_claim(*state, 0, 1));
	table_issue(*state, 0);
	table_complete(*state, 0, true);
	table_issue(*state, 0);
	table_complete(*state, 0, false);
	assert_int_equal(table_done(*state, 0), 1);
	assert_int_equal(table_issued(*state, 0), 2);
	table_issue(*state, 0);
	table_complete(*state, 0, true);
	assert_int_equal(table_done(*state, 0), 3);
}

static void *write_block_often(void *table)
{
	for (int i = 0; i < NR_ROUNDS; i++) {
		while (!table_claim(table, 0, 2))
			;
		table_issue(table, 0);
		table_complete(table, 0, true);
		table_release(table, 0, 2);
	}
	return NULL;
}

static void claims_of_two_threads_lose_no_generation(void **state)
{
	pthread_t threads[2];

	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, write_block_often, *state), 0);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(table_done(*state, 0), 2 * NR_ROUNDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(create_gives_blocks_never_written, create, destroy),
		cmocka_unit_test_setup_teardown(
			claim_overlapping_range_is_refused_and_claims_nothing, create, destroy),
		cmocka_unit_test_setup_teardown(release_lets_the_range_be_claimed_again, create,
						destroy),
		cmocka_unit_test_setup_teardown(issue_opens_the_window_and_complete_closes_it,
						create, destroy),
		cmocka_unit_test_setup_teardown(failed_write_keeps_old_and_new_acceptable, create,
						destroy),
		cmocka_unit_test_setup_teardown(claims_of_two_threads_lose_no_generation, create,
						destroy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
