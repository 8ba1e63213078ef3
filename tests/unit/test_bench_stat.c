// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of bench/stat.c against known answers.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/stat.h"

static void median_odd_number_is_middle(void **state)
{
	const double values[] = { 9, 1, 5 };

	(void)state;
	assert_true(bench_median(values, 3) == 5);
	assert_true(values[0] == 9);
}

static void median_even_number_is_mean_of_middle(void **state)
{
	const double values[] = { 4, 1, 3, 2 };

	(void)state;
	assert_true(bench_median(values, 4) == 2.5);
}

static void median_of_nothing_is_nan(void **state)
{
	const double value = 1;

	(void)state;
	assert_true(isnan(bench_median(&value, 0)));
	assert_true(bench_median(&value, 1) == 1);
}

/* Ranks for n = 6, 15, 20 as tabulated by Hahn and Meeker: 1, 4, 6. */
static void median_interval_known_sizes_use_tabulated_ranks(void **state)
{
	static const struct {
		size_t nr, rank;
	} known[] = { { 6, 1 }, { 8, 1 }, { 9, 2 }, { 15, 4 }, { 20, 6 }, { 50, 18 } };
	double values[50], low, high;
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		for (j = 0; j < known[i].nr; j++)
			values[j] = (double)(known[i].nr - j);
		assert_int_equal(bench_median_interval(values, known[i].nr, &low, &high), 0);
		assert_true(low == (double)known[i].rank);
		assert_true(high == (double)(known[i].nr + 1 - known[i].rank));
	}
}

static void median_interval_of_five_is_refused(void **state)
{
	const double values[] = { 1, 2, 3, 4, 5 };
	double low, high;

	(void)state;
	assert_int_equal(bench_median_interval(values, 5, &low, &high), -ERANGE);
	assert_int_equal(bench_median_interval(values, 0, &low, &high), -ERANGE);
}

static void range_d2_known_sizes_return_table(void **state)
{
	(void)state;
	assert_true(bench_range_d2(0) == 0);
	assert_true(bench_range_d2(1) == 0);
	assert_true(bench_range_d2(2) == 1.128);
	assert_true(bench_range_d2(3) == 1.693);
	assert_true(bench_range_d2(10) == 3.078);
	assert_true(bench_range_d2(11) == 0);
}

/* d2 is what the range of normal samples is on average; 20000 samples bring it within 1 %. */
static void range_d2_simulation_agrees(void **state)
{
	unsigned int n;

	(void)state;
	srand48(1);
	for (n = 2; n <= BENCH_MAX_REPS; n++) {
		double sum = 0;
		int i;

		for (i = 0; i < 20000; i++) {
			double low = INFINITY, high = -INFINITY;
			unsigned int k;

			for (k = 0; k < n; k++) {
				double z = sqrt(-2 * log(1 - drand48())) *
					   cos(2 * M_PI * drand48());

				low = fmin(low, z);
				high = fmax(high, z);
			}
			sum += high - low;
		}
		assert_true(fabs(sum / 20000 / bench_range_d2(n) - 1) < 0.01);
	}
}

static void summarize_three_reps_gives_spread_of_medians(void **state)
{
	const double samples[] = { 10, 10, 99, 12, 12, 12, 11, 11, 500 };
	struct bench_summary s;

	(void)state;
	assert_int_equal(bench_summarize(samples, 9, 3, &s), 0);
	assert_true(s.median == 12);
	assert_true(s.rep_median[0] == 10 && s.rep_median[1] == 12 && s.rep_median[2] == 11);
	assert_true(s.spread == 2);
	assert_true(fabs(s.sigma - 2 / 1.693) < 1e-12);
	assert_true(fabs(s.mean - 677.0 / 9) < 1e-12);
}

static void summarize_ragged_reps_is_refused(void **state)
{
	const double samples[] = { 1, 2, 3, 4 };
	struct bench_summary s;

	(void)state;
	assert_int_equal(bench_summarize(samples, 4, 3, &s), -EINVAL);
	assert_int_equal(bench_summarize(samples, 0, 1, &s), -EINVAL);
	assert_int_equal(bench_summarize(samples, 4, 0, &s), -EINVAL);
	assert_int_equal(bench_summarize(samples, 4, BENCH_MAX_REPS + 1, &s), -EINVAL);
	assert_int_equal(bench_summarize(samples, 4, 1, &s), 0);
	assert_true(s.sigma == 0);
}

static void resolvable_no_spread_is_one_unit(void **state)
{
	const double sigma[2] = { 0, 0 };

	(void)state;
	assert_true(bench_resolvable(sigma, 2, 3) == 1);
}

/* 3.717 is t(0.975; 4) + t(0.8; 4); the variance of a difference of means of 3 is (9 + 16) / 3. */
static void resolvable_known_spread_gives_known_effect(void **state)
{
	const double sigma[2] = { 3, 4 };

	(void)state;
	assert_true(fabs(bench_resolvable(sigma, 2, 3) - 3.717 * sqrt(25.0 / 3)) < 1e-9);
}

static void resolvable_one_rep_is_infinite(void **state)
{
	const double sigma[2] = { 0, 0 };

	(void)state;
	assert_true(isinf(bench_resolvable(sigma, 2, 1)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(median_odd_number_is_middle),
		cmocka_unit_test(median_even_number_is_mean_of_middle),
		cmocka_unit_test(median_of_nothing_is_nan),
		cmocka_unit_test(median_interval_known_sizes_use_tabulated_ranks),
		cmocka_unit_test(median_interval_of_five_is_refused),
		cmocka_unit_test(range_d2_known_sizes_return_table),
		cmocka_unit_test(range_d2_simulation_agrees),
		cmocka_unit_test(summarize_three_reps_gives_spread_of_medians),
		cmocka_unit_test(summarize_ragged_reps_is_refused),
		cmocka_unit_test(resolvable_no_spread_is_one_unit),
		cmocka_unit_test(resolvable_known_spread_gives_known_effect),
		cmocka_unit_test(resolvable_one_rep_is_infinite),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
