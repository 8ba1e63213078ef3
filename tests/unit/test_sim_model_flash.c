// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The service model in virtual time: programs in the background, garbage collection, and what a flush
 * waits for. Known answers.
 */
#include "made_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void read_waits_for_a_program_until_it_is_suspended(void **state)
{
	struct sim_profile profile = made_profile();
	struct sim_model *model;

	(void)state;
	profile.lanes = 2;
	profile.stripe_bytes = 4096;
	profile.program_bytes = 8192;
	profile.program_ns = 1000;
	profile.program_buffered = 2;
	profile.suspend_ns = 300;
	model = sim_model_create(&profile, MADE_DISK_BYTES, 1);
	assert_true(made_arrival(model, 0, SIM_OP_WRITE, 0, 4096) == 100);
	assert_true(made_read(model, 100, 0) == 200);
	/* The second 4 KiB start a program at 300: it ends at 1300. */
	assert_true(made_arrival(model, 200, SIM_OP_WRITE, 0, 4096) == 300);
	assert_true(made_read(model, 300, 0) == 300 + 300 + 100);
	assert_true(made_read(model, 300, 4096) == 400);
	assert_true(made_read(model, 1200, 0) == 1300 + 100);
	assert_true(made_read(model, 2000, 0) == 2100);
	sim_model_destroy(model);
}

static void write_waits_when_its_lane_is_too_far_behind(void **state)
{
	struct sim_profile profile = made_profile();
	struct sim_model *model;
	uint64_t due_ns = 0;
	unsigned int i;

	(void)state;
	profile.program_bytes = 4096;
	profile.program_ns = 1000;
	profile.program_buffered = 2;
	model = sim_model_create(&profile, MADE_DISK_BYTES, 1);
	for (i = 0; i < 3; i++)
		due_ns = made_arrival(model, 0, SIM_OP_WRITE, 0, 4096);
	/* Programs end at 1100, 2100, 3100: the third is answered at once, later ones wait. */
	assert_true(due_ns == 300);
	assert_true(made_arrival(model, 0, SIM_OP_WRITE, 0, 4096) == 1100 + 100);
	assert_true(made_arrival(model, 0, SIM_OP_WRITE, 0, 4096) == 2100 + 100);
	sim_model_destroy(model);
}

static void garbage_collection_stalls_its_lane(void **state)
{
	struct sim_profile profile = made_profile();
	struct sim_model *model;

	(void)state;
	profile.lanes = 2;
	profile.stripe_bytes = 4096;
	profile.gc_bytes = 8192;
	profile.gc_ns = 5000;
	model = sim_model_create(&profile, MADE_DISK_BYTES, 1);
	assert_true(made_arrival(model, 0, SIM_OP_WRITE, 0, 4096) == 100);
	assert_true(made_arrival(model, 0, SIM_OP_WRITE, 0, 4096) == 200);
	assert_true(made_read(model, 200, 0) == 5300);
	assert_true(made_read(model, 200, 4096) == 300);
	sim_model_destroy(model);
}

static void flush_waits_for_all_that_was_written(void **state)
{
	struct sim_profile profile = made_profile();
	struct sim_model *model;

	(void)state;
	profile.lanes = 2;
	profile.program_bytes = 4096;
	profile.program_ns = 1000;
	profile.program_buffered = 8;
	model = sim_model_create(&profile, MADE_DISK_BYTES, 1);
	assert_true(made_arrival(model, 0, SIM_OP_FLUSH, 0, 0) == 100);
	assert_true(made_arrival(model, 0, SIM_OP_WRITE, 0, 4096) == 100);
	assert_true(made_arrival(model, 50, SIM_OP_FLUSH, 0, 0) == 1100 + 100);
	sim_model_destroy(model);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(read_waits_for_a_program_until_it_is_suspended),
		cmocka_unit_test(write_waits_when_its_lane_is_too_far_behind),
		cmocka_unit_test(garbage_collection_stalls_its_lane),
		cmocka_unit_test(flush_waits_for_all_that_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
