// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The generator: the published sequence of SplitMix64, bounds without bias, fractions in [0, 1).
 */
#include "ublk-sim/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void rng_next_gives_the_published_sequence(void **state)
{
	/* The first values of SplitMix64 for the seed 1234567, as its published test has them. */
	static const uint64_t wanted[] = {
		6457827717110365317ULL, 3203168211198807973ULL, 9817491932198370423ULL,
		4593380528125082431ULL, 16408922859458223821ULL,
	};
	struct sim_rng rng;
	size_t i;

	(void)state;
	sim_rng_seed(&rng, 1234567);
	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		assert_true(sim_rng_next(&rng) == wanted[i]);
}

static void rng_below_is_even(void **state)
{
	enum { BOUND = 6, DRAWS = 60000 };
	unsigned int counts[BOUND] = { 0 };
	struct sim_rng rng;
	double chi_squared = 0;
	unsigned int i;

	(void)state;
	sim_rng_seed(&rng, 1);
	for (i = 0; i < DRAWS; i++) {
		const uint64_t value = sim_rng_below(&rng, BOUND);

		assert_true(value < BOUND);
		counts[value]++;
	}
	for (i = 0; i < BOUND; i++) {
		const double off = counts[i] - (double)DRAWS / BOUND;

		chi_squared += off * off / ((double)DRAWS / BOUND);
	}
	/* 5 degrees of freedom: 20.5 is met by chance once in 1,000 seeds. */
	assert_true(chi_squared < 20.5);
}

/* With a bound of 3 * 2^62 a quarter of the first draws is refused; taken, they would be even. */
static void rng_below_large_bound_is_unbiased(void **state)
{
	const uint64_t bound = 3ULL << 62;
	unsigned int low = 0;
	struct sim_rng rng;
	unsigned int i;

	(void)state;
	sim_rng_seed(&rng, 7);
	for (i = 0; i < 30000; i++)
		low += sim_rng_below(&rng, bound) % 3 == 0;
	/* A third, 10000, with a standard deviation of 82; without refusals it would be a half. */
	assert_in_range(low, 10000 - 330, 10000 + 330);
}

static void rng_below_one_is_zero(void **state)
{
	struct sim_rng rng;

	(void)state;
	sim_rng_seed(&rng, 3);
	assert_true(sim_rng_below(&rng, 1) == 0);
	assert_true(sim_rng_below(&rng, 1) == 0);
}

static void unit_edges_stay_below_one(void **state)
{
	(void)state;
	assert_true(sim_unit(0) == 0.0);
	assert_true(sim_unit(UINT64_MAX) < 1.0);
	assert_true(sim_unit(1ULL << 63) == 0.5);
}

static void mix3_tells_its_arguments_apart(void **state)
{
	(void)state;
	assert_true(sim_mix3(1, 2, 3) == sim_mix3(1, 2, 3));
	assert_false(sim_mix3(1, 2, 3) == sim_mix3(2, 1, 3));
	assert_false(sim_mix3(1, 2, 3) == sim_mix3(1, 3, 2));
	assert_false(sim_mix3(0, 0, 0) == 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(rng_next_gives_the_published_sequence),
		cmocka_unit_test(rng_below_is_even),
		cmocka_unit_test(rng_below_large_bound_is_unbiased),
		cmocka_unit_test(rng_below_one_is_zero),
		cmocka_unit_test(unit_edges_stay_below_one),
		cmocka_unit_test(mix3_tells_its_arguments_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
