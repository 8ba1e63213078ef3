// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The service model in virtual time: caps on I/Os and bytes per second, their credit and burst rate.
 * Known answers.
 */
#include "made_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void iops_cap_delivers_its_rate_after_the_credit(void **state)
{
	struct sim_profile profile = made_profile();
	struct sim_model *model;
	uint64_t due_ns = 0;
	unsigned int i;

	(void)state;
	profile.lanes = 256;
	profile.ios = (struct sim_cap){ .rate_per_s = 1000, .credit = 10 };
	model = sim_model_create(&profile, MADE_DISK_BYTES, 1);
	for (i = 0; i < 10; i++)
		assert_true(made_read(model, 0, 0) == 100);
	for (i = 1; i <= 50; i++)
		due_ns = made_read(model, 0, 0);
	assert_true(due_ns == 50 * 1000000 + 100);
	/* A second later the bucket is full again and no fuller. */
	for (i = 0; i < 10; i++)
		assert_true(made_read(model, 1000000000, 0) == 1000000100);
	assert_true(made_read(model, 1000000000, 0) == 1001000100);
	/* Flushes are not counted. */
	assert_true(made_arrival(model, 1000000000, SIM_OP_FLUSH, 0, 0) <= 1001000200);
	sim_model_destroy(model);
}

static void burst_rate_holds_while_there_is_credit(void **state)
{
	struct sim_profile profile = made_profile();
	struct sim_model *model;
	uint64_t due_ns = 0;
	unsigned int i;

	(void)state;
	profile.lanes = 256;
	profile.ios = (struct sim_cap){ .rate_per_s = 100, .burst_per_s = 1000, .credit = 90 };
	model = sim_model_create(&profile, MADE_DISK_BYTES, 1);
	/* 1,000 a second spend 900 of credit: 90 last for 99 I/Os; then there are 100 a second. */
	for (i = 0; i < 99; i++)
		due_ns = made_read(model, i * 1000000ULL, 0);
	assert_true(due_ns == 98 * 1000000ULL + 100);
	for (i = 0; i < 10; i++)
		due_ns = made_read(model, 99 * 1000000ULL, 0);
	assert_true(due_ns == 190 * 1000000ULL + 100);
	sim_model_destroy(model);
	/* A pile that arrives at once gets the burst rate, not the credit at once. */
	model = sim_model_create(&profile, MADE_DISK_BYTES, 1);
	for (i = 0; i < 50; i++)
		due_ns = made_read(model, 0, 0);
	assert_true(due_ns == 49 * 1000000ULL + 100);
	sim_model_destroy(model);
}

static void large_io_takes_several_tokens(void **state)
{
	struct sim_profile profile = made_profile();
	struct sim_model *model;

	(void)state;
	profile.lanes = 8;
	profile.ios = (struct sim_cap){ .rate_per_s = 1000, .credit = 4, .unit_bytes = 4096 };
	model = sim_model_create(&profile, MADE_DISK_BYTES, 1);
	assert_true(made_arrival(model, 0, SIM_OP_READ, 0, 3 * 4096 + 1) == 100);
	assert_true(made_arrival(model, 0, SIM_OP_READ, 0, 4096) == 1000100);
	sim_model_destroy(model);
}

static void bandwidth_cap_delivers_its_rate(void **state)
{
	struct sim_profile profile = made_profile();
	struct sim_model *model;
	uint64_t due_ns = 0;
	unsigned int i;

	(void)state;
	profile.lanes = 8;
	profile.bytes.rate_per_s = 1000000;
	model = sim_model_create(&profile, MADE_DISK_BYTES, 1);
	/* No credit: the first starts with a full bucket all the same, or nothing ever would. */
	for (i = 0; i < 100; i++)
		due_ns = made_arrival(model, 0, SIM_OP_WRITE, 0, 10000);
	assert_true(due_ns == 99 * 10000000ULL + 100);
	sim_model_destroy(model);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(iops_cap_delivers_its_rate_after_the_credit),
		cmocka_unit_test(burst_rate_holds_while_there_is_credit),
		cmocka_unit_test(large_io_takes_several_tokens),
		cmocka_unit_test(bandwidth_cap_delivers_its_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
