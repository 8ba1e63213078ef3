// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The service model in virtual time: how many I/Os are served at once, on which lane, how much longer
 * a large one takes, and one among many. Known answers.
 */
#include "made_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void lanes_serve_so_many_at_once(void **state)
{
	struct sim_profile profile = made_profile();
	struct sim_model *model;

	(void)state;
	profile.lanes = 3;
	model = sim_model_create(&profile, MADE_DISK_BYTES, 1);
	assert_true(made_read(model, 0, 0) == 100);
	assert_true(made_read(model, 0, 0) == 100);
	assert_true(made_read(model, 50, 0) == 150);
	assert_true(made_read(model, 50, 0) == 200);
	assert_true(made_read(model, 50, 0) == 200);
	assert_true(made_read(model, 1000, 0) == 1100);
	sim_model_destroy(model);
}

static void stripes_bind_addresses_to_lanes(void **state)
{
	struct sim_profile profile = made_profile();
	struct sim_model *model;

	(void)state;
	profile.lanes = 2;
	profile.stripe_bytes = 8192;
	model = sim_model_create(&profile, MADE_DISK_BYTES, 1);
	assert_true(made_read(model, 0, 0) == 100);
	assert_true(made_read(model, 0, 4096) == 200);
	assert_true(made_read(model, 0, 8192) == 100);
	assert_true(made_read(model, 0, 16384) == 300);
	sim_model_destroy(model);
}

static void slope_counts_beyond_the_base_length(void **state)
{
	struct sim_profile profile = made_profile();
	struct sim_model *model;

	(void)state;
	profile.ops[SIM_OP_READ].slope_ns_per_kib = 10;
	model = sim_model_create(&profile, MADE_DISK_BYTES, 1);
	assert_true(made_arrival(model, 0, SIM_OP_READ, 0, 512) == 100);
	assert_true(made_arrival(model, 1000, SIM_OP_READ, 0, 4096) == 1100);
	assert_true(made_arrival(model, 2000, SIM_OP_READ, 0, 4096 + 512) == 2105);
	assert_true(made_arrival(model, 3000, SIM_OP_READ, 0, 131072) == 3000 + 100 + 124 * 10);
	sim_model_destroy(model);
}

static void depth_scales_between_steps(void **state)
{
	struct sim_profile profile = made_profile();
	struct sim_model *model;

	(void)state;
	profile.lanes = 8;
	profile.nr_depths = 3;
	memcpy(profile.depth, (uint32_t[]){ 1, 3, 4 }, 3 * sizeof(uint32_t));
	memcpy(profile.depth_scale, (double[]){ 1, 2, 3 }, 3 * sizeof(double));
	model = sim_model_create(&profile, MADE_DISK_BYTES, 1);
	assert_true(made_read(model, 0, 0) == 100);
	assert_true(made_read(model, 0, 0) == 150);
	assert_true(made_read(model, 0, 0) == 200);
	assert_true(made_read(model, 0, 0) == 300);
	assert_true(made_read(model, 0, 0) == 300);
	/* The first has left at 100: again the fifth. At 1000 all have. */
	assert_true(made_read(model, 100, 0) == 400);
	assert_true(made_read(model, 1000, 0) == 1100);
	sim_model_destroy(model);
}

/*
 * A program that has one I/O after the other is at depth 1, though an I/O may be taken to have begun before the last one
 * was answered: the trip is measured, and this program's is a little shorter.
 */
static void answered_before_it_was_seen_is_no_depth(void **state)
{
	const struct sim_io io = { .op = SIM_OP_READ, .length_bytes = MADE_BLOCK_BYTES, .trip_ns = 13 };
	struct sim_profile profile = made_profile();
	struct sim_model *model;

	(void)state;
	profile.lanes = 2;
	profile.nr_depths = 2;
	memcpy(profile.depth, (uint32_t[]){ 1, 2 }, 2 * sizeof(uint32_t));
	memcpy(profile.depth_scale, (double[]){ 1, 2 }, 2 * sizeof(double));
	model = sim_model_create(&profile, MADE_DISK_BYTES, 1);
	assert_true(sim_model_arrive(model, 0, &io) == 100);
	/* begun at 98, seen at 111 */
	assert_true(sim_model_arrive(model, 98, &io) == 98 + 100);
	/* seen at 197, while that is in the disk */
	assert_true(sim_model_arrive(model, 184, &io) == 184 + 200);
	sim_model_destroy(model);
}

static void sequential_io_needs_no_mechanics(void **state)
{
	struct sim_profile profile = made_profile();
	struct sim_model *model;

	(void)state;
	profile.seek_track_ns = 1000000;
	profile.seek_full_ns = 1000000;
	profile.rotation_ns = 1;
	model = sim_model_create(&profile, MADE_DISK_BYTES, 1);
	assert_true(made_read(model, 0, 0) == 100);
	assert_true(made_read(model, 1000, MADE_BLOCK_BYTES) == 1100);
	assert_true(made_read(model, 2000, MADE_BLOCK_BYTES) >= 2000 + 1000000);
	sim_model_destroy(model);
}

static void clock_that_goes_back_is_held(void **state)
{
	struct sim_profile profile = made_profile();
	struct sim_model *model = sim_model_create(&profile, MADE_DISK_BYTES, 1);

	(void)state;
	assert_true(made_read(model, 1000, 0) == 1100);
	assert_true(made_read(model, 990, 0) == 1200);
	sim_model_destroy(model);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(lanes_serve_so_many_at_once),
		cmocka_unit_test(stripes_bind_addresses_to_lanes),
		cmocka_unit_test(slope_counts_beyond_the_base_length),
		cmocka_unit_test(depth_scales_between_steps),
		cmocka_unit_test(answered_before_it_was_seen_is_no_depth),
		cmocka_unit_test(sequential_io_needs_no_mechanics),
		cmocka_unit_test(clock_that_goes_back_is_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
