// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The checks of a profiled arm at their limits, and the comparing table.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench/profile_arm.h"

#define NR_IOS 100

static void add(struct profile_arm *arm, const char *stack, uint64_t nr_insns)
{
	struct profile_counts counts = { .nr_insns = nr_insns };

	assert_int_equal(profile_tally_add(&arm->stacks, stack, &counts), 0);
}

static void arm_fold(struct profile_arm *arm)
{
	assert_int_equal(profile_fold_functions(&arm->stacks, &arm->functions), 0);
}

static void arm_free(struct profile_arm *arm)
{
	profile_tally_free(&arm->stacks);
	profile_functions_free(&arm->functions);
	profile_tally_free(&arm->samples);
}

/* Number of checks that fail for these sums. */
static size_t failures(uint64_t clock_insns, uint64_t known, uint64_t unknown, uint64_t overflows)
{
	struct profile_meta_window meta = {
		.device = "null_blk", .load = "randread-4k-qd1", .arm = "raw",
		.nr_ios = NR_IOS, .clock_insns = clock_insns,
	};
	struct profile_arm arm = { .meta = &meta, .nr_overflows = overflows };
	struct profile_checks checks = { 0 };
	size_t nr_failed;

	add(&arm, "entry;submit_bio", known);
	if (unknown)
		add(&arm, "entry;[unknown]", unknown);
	arm_fold(&arm);
	assert_int_equal(profile_check_arm(&checks, &arm), 0);
	nr_failed = profile_checks_nr_failed(&checks);
	profile_checks_free(&checks);
	arm_free(&arm);
	return nr_failed;
}

static void sum_within_half_a_percent_passes(void **state)
{
	(void)state;
	assert_int_equal(failures(1000000, 1000000, 0, 0), 0);
	assert_int_equal(failures(1000000, 1005000, 0, 0), 0);
	assert_int_equal(failures(1000000, 995000, 0, 0), 0);
}

static void sum_beyond_half_a_percent_fails(void **state)
{
	(void)state;
	assert_int_equal(failures(1000000, 1005001, 0, 0), 1);
	assert_int_equal(failures(1000000, 994999, 0, 0), 1);
	assert_int_equal(failures(0, 1000000, 0, 0), 1);
}

static void unknown_code_beyond_limit_fails(void **state)
{
	(void)state;
	assert_int_equal(failures(1000000, 995000, 5000, 0), 0);
	assert_int_equal(failures(1000000, 994999, 5001, 0), 1);
}

static void overflow_fails(void **state)
{
	(void)state;
	assert_int_equal(failures(1000000, 1000000, 0, 1), 1);
}

static void submit_bio_never_seen_fails(void **state)
{
	struct profile_meta_window meta = { .nr_ios = NR_IOS, .clock_insns = 1000 };
	struct profile_arm arm = { .meta = &meta };
	struct profile_checks checks = { 0 };

	(void)state;
	add(&arm, "entry;elsewhere", 1000);
	arm_fold(&arm);
	assert_int_equal(profile_check_arm(&checks, &arm), 0);
	assert_int_equal(profile_checks_nr_failed(&checks), 1);
	profile_checks_free(&checks);
	arm_free(&arm);
}

static void too_few_samples_fail(void **state)
{
	struct profile_meta_window meta = {
		.nr_ios = NR_IOS, .clock_insns = 1000, .sampled = true,
	};
	struct profile_arm arm = { .meta = &meta };
	struct profile_counts counts = { .nr_insns = PROFILE_SAMPLES_MIN - 1 };
	struct profile_counts one = { .nr_insns = 1 };
	struct profile_checks checks = { 0 };

	(void)state;
	add(&arm, "submit_bio", 1000);
	arm_fold(&arm);
	profile_tally_add(&arm.samples, "bench;submit_bio", &counts);
	assert_int_equal(profile_check_arm(&checks, &arm), 0);
	assert_int_equal(profile_checks_nr_failed(&checks), 1);
	profile_checks_free(&checks);
	profile_tally_add(&arm.samples, "bench;submit_bio", &one);
	assert_int_equal(profile_check_arm(&checks, &arm), 0);
	assert_int_equal(profile_checks_nr_failed(&checks), 0);
	profile_checks_free(&checks);
	arm_free(&arm);
}

static void table_sorts_by_difference_to_dm_linear(void **state)
{
	struct profile_meta_window metas[] = {
		{ .arm = "raw", .nr_ios = NR_IOS },
		{ .arm = "dm-linear", .nr_ios = NR_IOS },
		{ .arm = "remap", .nr_ios = NR_IOS },
		{ .arm = "pass", .nr_ios = NR_IOS },
	};
	struct profile_arm arms[4] = { 0 };
	struct profile_table table = { .nr_arms = 4 };

	(void)state;
	for (int i = 0; i < 4; i++) {
		arms[i].meta = &metas[i];
		table.arms[i] = &arms[i];
		add(&arms[i], "submit_bio;same", 500);
		add(&arms[i], "outside", 900);
	}
	add(&arms[1], "submit_bio;dm_submit_bio", 3000);
	add(&arms[2], "submit_bio;dm_submit_bio", 2000);
	add(&arms[2], "submit_bio;hook [blki]", 150);
	for (int i = 0; i < 4; i++)
		arm_fold(&arms[i]);
	assert_int_equal(profile_table_make(&table), 0);
	assert_int_equal(table.subject, 2);
	assert_int_equal(table.reference, 1);
	assert_int_equal(table.nr_rows, 3);
	assert_string_equal(table.rows[0].function, "hook [blki]");
	assert_true(table.rows[0].difference == 1.5);
	assert_true(table.rows[0].insns[0] == 0 && table.rows[0].insns[2] == 1.5);
	assert_string_equal(table.rows[1].function, "same");
	assert_true(table.rows[1].difference == 0 && table.rows[1].insns[3] == 5);
	assert_string_equal(table.rows[2].function, "dm_submit_bio");
	assert_true(table.rows[2].difference == -10);
	profile_table_free(&table);
	for (int i = 0; i < 4; i++)
		arm_free(&arms[i]);
}

static void table_without_dm_linear_compares_with_first(void **state)
{
	struct profile_meta_window metas[] = {
		{ .arm = "raw", .nr_ios = NR_IOS }, { .arm = "pass", .nr_ios = NR_IOS },
	};
	struct profile_arm arms[2] = { { .meta = &metas[0] }, { .meta = &metas[1] } };
	struct profile_table table = { .arms = { &arms[0], &arms[1] }, .nr_arms = 2 };

	(void)state;
	assert_int_equal(profile_table_make(&table), 0);
	assert_int_equal(table.subject, 1);
	assert_int_equal(table.reference, 0);
	assert_int_equal(table.nr_rows, 0);
	table.nr_arms = 1;
	assert_int_equal(profile_table_make(&table), 0);
	assert_int_equal(table.subject, 0);
	assert_int_equal(table.reference, 0);
	profile_table_free(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sum_within_half_a_percent_passes),
		cmocka_unit_test(sum_beyond_half_a_percent_fails),
		cmocka_unit_test(unknown_code_beyond_limit_fails),
		cmocka_unit_test(overflow_fails),
		cmocka_unit_test(submit_bio_never_seen_fails),
		cmocka_unit_test(too_few_samples_fail),
		cmocka_unit_test(table_sorts_by_difference_to_dm_linear),
		cmocka_unit_test(table_without_dm_linear_compares_with_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
