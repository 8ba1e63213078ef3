// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The service model in virtual time: its distribution against the profile (Kolmogorov–Smirnov, D at
 * most 0.02 at n = 10,000), and each mechanism by known answers: lanes, slope, depth, caps with
 * burst credit, programs, garbage collection, mechanics.
 */
#include "ublk-sim/model.h"

#include "ublk-sim/rng.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DRAWS		10000u
#define KS_MAX		0.02
#define DISK_BYTES	(1ULL << 36)
#define BLOCK_BYTES	4096u

/* Every I/O takes exactly 100 ns plus the slope; one lane. */
static struct sim_profile constant(void)
{
	static const struct sim_quantiles base = { .nr = 2, .p = { 0, 1 }, .ns = { 100, 100 } };
	struct sim_profile profile = { .lanes = 1, .bytes.unit_bytes = 1 };
	int op;

	for (op = 0; op < SIM_OP_COUNT; op++)
		profile.ops[op] =
			(struct sim_op_profile){ .base = base, .base_bytes = BLOCK_BYTES };
	return profile;
}

static uint64_t arrive(struct sim_model *model, uint64_t now_ns, enum sim_op op,
		       uint64_t offset_bytes, uint64_t length_bytes)
{
	const struct sim_io io = { op, offset_bytes, length_bytes };

	return sim_model_arrive(model, now_ns, &io);
}

static uint64_t read_at(struct sim_model *model, uint64_t now_ns, uint64_t offset_bytes)
{
	return arrive(model, now_ns, SIM_OP_READ, offset_bytes, BLOCK_BYTES);
}

static int compare_u64(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a;
	const uint64_t y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* The largest distance of the sample's distribution from a continuous one. */
static double ks_distance(uint64_t *ns, double (*share)(const void *, double), const void *of)
{
	double distance = 0;
	unsigned int i;

	qsort(ns, DRAWS, sizeof(*ns), compare_u64);
	for (i = 0; i < DRAWS; i++) {
		const double wanted = share(of, (double)ns[i]);

		distance = fmax(distance, fabs((double)(i + 1) / DRAWS - wanted));
		distance = fmax(distance, fabs((double)i / DRAWS - wanted));
	}
	return distance;
}

static double quantiles_share(const void *of, double ns)
{
	return sim_quantiles_share(of, ns);
}

static void load_shipped(const char *name, struct sim_profile *profile)
{
	char path[256];
	struct sim_error err;

	snprintf(path, sizeof(path), "%s/%s.json", PROFILE_DIR, name);
	if (sim_profile_load(path, profile, &err))
		fail_msg("%s", err.text);
}

/* One I/O after another at random places, from a disk that has nothing else to do. */
static void sample(struct sim_model *model, enum sim_op op, uint64_t seed, uint64_t ns[DRAWS])
{
	uint64_t now_ns = 0;
	struct sim_rng rng;
	unsigned int i;

	sim_rng_seed(&rng, seed);
	for (i = 0; i < DRAWS; i++) {
		const uint64_t block = sim_rng_below(&rng, DISK_BYTES / BLOCK_BYTES);
		const uint64_t due_ns = arrive(model, now_ns, op, block * BLOCK_BYTES, BLOCK_BYTES);

		ns[i] = due_ns - now_ns;
		/* A pause, so that no cap and no program is met. */
		now_ns = due_ns + 10000000;
	}
}

static void service_times_follow_the_quantile_table(void **state)
{
	static const char *const names[] = { "nvme-tlc", "sata-ssd", "cloud-volume" };
	static const enum sim_op ops[] = { SIM_OP_READ, SIM_OP_WRITE };
	struct sim_profile profile;
	uint64_t ns[DRAWS];
	size_t i;
	size_t k;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		load_shipped(names[i], &profile);
		/* It stalls I/Os by design; its own test is below. */
		profile.gc_bytes = 0;
		for (k = 0; k < sizeof(ops) / sizeof(ops[0]); k++) {
			struct sim_model *model = sim_model_create(&profile, DISK_BYTES, 1);
			double distance;

			sample(model, ops[k], 2, ns);
			distance = ks_distance(ns, quantiles_share, &profile.ops[ops[k]].base);
			print_message("%s op %d: D = %.4f\n", names[i], ops[k], distance);
			assert_true(distance <= KS_MAX);
			sim_model_destroy(model);
		}
	}
}

/* A test of the test: draws of another profile are told apart. */
static void service_times_of_another_profile_differ(void **state)
{
	struct sim_profile profile;
	struct sim_model *model;
	uint64_t ns[DRAWS];
	double distance;

	(void)state;
	load_shipped("nvme-tlc", &profile);
	model = sim_model_create(&profile, DISK_BYTES, 1);
	sample(model, SIM_OP_READ, 2, ns);
	profile.ops[SIM_OP_READ].base.ns[2] += 1000;
	distance = ks_distance(ns, quantiles_share, &profile.ops[SIM_OP_READ].base);
	assert_true(distance > KS_MAX);
	sim_model_destroy(model);
}

/*
 * The share of random reads on a rotating disk that take at most a time, by numerical integration:
 * the distance of two random places has the density 2 (1 - d), rotation and overhead are uniform.
 */
static double mechanics_share(const void *of, double ns)
{
	enum { DISTANCES = 400, OVERHEADS = 10 };
	const struct sim_profile *profile = of;
	const struct sim_quantiles *base = &profile->ops[SIM_OP_READ].base;
	double sum = 0;
	int i;
	int k;

	for (i = 0; i < DISTANCES; i++) {
		const double d = (i + 0.5) / DISTANCES;
		const uint64_t beyond_ns = profile->seek_full_ns - profile->seek_track_ns;
		const double seek = (double)profile->seek_track_ns + (double)beyond_ns * sqrt(d);

		for (k = 0; k < OVERHEADS; k++) {
			const double overhead =
				(double)sim_quantiles_at(base, (k + 0.5) / OVERHEADS);
			const double turned = (ns - seek - overhead) / (double)profile->rotation_ns;

			sum += 2 * (1 - d) * fmin(1, fmax(0, turned));
		}
	}
	return sum / (DISTANCES * OVERHEADS);
}

static void rotating_disk_follows_seek_and_rotation(void **state)
{
	struct sim_profile profile;
	struct sim_model *model;
	uint64_t ns[DRAWS];
	double distance;

	(void)state;
	load_shipped("hdd-7200", &profile);
	model = sim_model_create(&profile, DISK_BYTES, 3);
	sample(model, SIM_OP_READ, 4, ns);
	distance = ks_distance(ns, mechanics_share, &profile);
	print_message("hdd-7200: D = %.4f\n", distance);
	assert_true(distance <= KS_MAX);
	sim_model_destroy(model);
}

static void sequential_io_needs_no_mechanics(void **state)
{
	struct sim_profile profile = constant();
	struct sim_model *model;

	(void)state;
	profile.seek_track_ns = 1000000;
	profile.seek_full_ns = 1000000;
	profile.rotation_ns = 1;
	model = sim_model_create(&profile, DISK_BYTES, 1);
	assert_true(read_at(model, 0, 0) == 100);
	assert_true(read_at(model, 1000, BLOCK_BYTES) == 1100);
	assert_true(read_at(model, 2000, BLOCK_BYTES) >= 2000 + 1000000);
	sim_model_destroy(model);
}

static void lanes_serve_so_many_at_once(void **state)
{
	struct sim_profile profile = constant();
	struct sim_model *model;

	(void)state;
	profile.lanes = 3;
	model = sim_model_create(&profile, DISK_BYTES, 1);
	assert_true(read_at(model, 0, 0) == 100);
	assert_true(read_at(model, 0, 0) == 100);
	assert_true(read_at(model, 50, 0) == 150);
	assert_true(read_at(model, 50, 0) == 200);
	assert_true(read_at(model, 50, 0) == 200);
	assert_true(read_at(model, 1000, 0) == 1100);
	sim_model_destroy(model);
}

static void stripes_bind_addresses_to_lanes(void **state)
{
	struct sim_profile profile = constant();
	struct sim_model *model;

	(void)state;
	profile.lanes = 2;
	profile.stripe_bytes = 8192;
	model = sim_model_create(&profile, DISK_BYTES, 1);
	assert_true(read_at(model, 0, 0) == 100);
	assert_true(read_at(model, 0, 4096) == 200);
	assert_true(read_at(model, 0, 8192) == 100);
	assert_true(read_at(model, 0, 16384) == 300);
	sim_model_destroy(model);
}

static void slope_counts_beyond_the_base_length(void **state)
{
	struct sim_profile profile = constant();
	struct sim_model *model;

	(void)state;
	profile.ops[SIM_OP_READ].slope_ns_per_kib = 10;
	model = sim_model_create(&profile, DISK_BYTES, 1);
	assert_true(arrive(model, 0, SIM_OP_READ, 0, 512) == 100);
	assert_true(arrive(model, 1000, SIM_OP_READ, 0, 4096) == 1100);
	assert_true(arrive(model, 2000, SIM_OP_READ, 0, 4096 + 512) == 2105);
	assert_true(arrive(model, 3000, SIM_OP_READ, 0, 131072) == 3000 + 100 + 124 * 10);
	sim_model_destroy(model);
}

static void depth_scales_between_steps(void **state)
{
	struct sim_profile profile = constant();
	struct sim_model *model;

	(void)state;
	profile.lanes = 8;
	profile.nr_depths = 3;
	memcpy(profile.depth, (uint32_t[]){ 1, 3, 4 }, 3 * sizeof(uint32_t));
	memcpy(profile.depth_scale, (double[]){ 1, 2, 3 }, 3 * sizeof(double));
	model = sim_model_create(&profile, DISK_BYTES, 1);
	assert_true(read_at(model, 0, 0) == 100);
	assert_true(read_at(model, 0, 0) == 150);
	assert_true(read_at(model, 0, 0) == 200);
	assert_true(read_at(model, 0, 0) == 300);
	assert_true(read_at(model, 0, 0) == 300);
	/* The first has left at 100: again the fifth. At 1000 all have. */
	assert_true(read_at(model, 100, 0) == 400);
	assert_true(read_at(model, 1000, 0) == 1100);
	sim_model_destroy(model);
}

static void iops_cap_delivers_its_rate_after_the_credit(void **state)
{
	struct sim_profile profile = constant();
	struct sim_model *model;
	uint64_t due_ns = 0;
	unsigned int i;

	(void)state;
	profile.lanes = 256;
	profile.ios = (struct sim_cap){ .rate_per_s = 1000, .credit = 10 };
	model = sim_model_create(&profile, DISK_BYTES, 1);
	for (i = 0; i < 10; i++)
		assert_true(read_at(model, 0, 0) == 100);
	for (i = 1; i <= 50; i++)
		due_ns = read_at(model, 0, 0);
	assert_true(due_ns == 50 * 1000000 + 100);
	/* A second later the bucket is full again and no fuller. */
	for (i = 0; i < 10; i++)
		assert_true(read_at(model, 1000000000, 0) == 1000000100);
	assert_true(read_at(model, 1000000000, 0) == 1001000100);
	/* Flushes are not counted. */
	assert_true(arrive(model, 1000000000, SIM_OP_FLUSH, 0, 0) <= 1001000200);
	sim_model_destroy(model);
}

static void burst_rate_holds_while_there_is_credit(void **state)
{
	struct sim_profile profile = constant();
	struct sim_model *model;
	uint64_t due_ns = 0;
	unsigned int i;

	(void)state;
	profile.lanes = 256;
	profile.ios = (struct sim_cap){ .rate_per_s = 100, .burst_per_s = 1000, .credit = 90 };
	model = sim_model_create(&profile, DISK_BYTES, 1);
	/* 1,000 a second spend 900 of credit: 90 last for 99 I/Os; then there are 100 a second. */
	for (i = 0; i < 99; i++)
		due_ns = read_at(model, i * 1000000ULL, 0);
	assert_true(due_ns == 98 * 1000000ULL + 100);
	for (i = 0; i < 10; i++)
		due_ns = read_at(model, 99 * 1000000ULL, 0);
	assert_true(due_ns == 190 * 1000000ULL + 100);
	sim_model_destroy(model);
	/* A pile that arrives at once gets the burst rate, not the credit at once. */
	model = sim_model_create(&profile, DISK_BYTES, 1);
	for (i = 0; i < 50; i++)
		due_ns = read_at(model, 0, 0);
	assert_true(due_ns == 49 * 1000000ULL + 100);
	sim_model_destroy(model);
}

static void large_io_takes_several_tokens(void **state)
{
	struct sim_profile profile = constant();
	struct sim_model *model;

	(void)state;
	profile.lanes = 8;
	profile.ios = (struct sim_cap){ .rate_per_s = 1000, .credit = 4, .unit_bytes = 4096 };
	model = sim_model_create(&profile, DISK_BYTES, 1);
	assert_true(arrive(model, 0, SIM_OP_READ, 0, 3 * 4096 + 1) == 100);
	assert_true(arrive(model, 0, SIM_OP_READ, 0, 4096) == 1000100);
	sim_model_destroy(model);
}

static void bandwidth_cap_delivers_its_rate(void **state)
{
	struct sim_profile profile = constant();
	struct sim_model *model;
	uint64_t due_ns = 0;
	unsigned int i;

	(void)state;
	profile.lanes = 8;
	profile.bytes.rate_per_s = 1000000;
	model = sim_model_create(&profile, DISK_BYTES, 1);
	/* No credit: the first starts with a full bucket all the same, or nothing ever would. */
	for (i = 0; i < 100; i++)
		due_ns = arrive(model, 0, SIM_OP_WRITE, 0, 10000);
	assert_true(due_ns == 99 * 10000000ULL + 100);
	sim_model_destroy(model);
}

static void read_waits_for_a_program_until_it_is_suspended(void **state)
{
	struct sim_profile profile = constant();
	struct sim_model *model;

	(void)state;
	profile.lanes = 2;
	profile.stripe_bytes = 4096;
	profile.program_bytes = 8192;
	profile.program_ns = 1000;
	profile.program_buffered = 2;
	profile.suspend_ns = 300;
	model = sim_model_create(&profile, DISK_BYTES, 1);
	assert_true(arrive(model, 0, SIM_OP_WRITE, 0, 4096) == 100);
	assert_true(read_at(model, 100, 0) == 200);
	/* The second 4 KiB start a program at 300: it ends at 1300. */
	assert_true(arrive(model, 200, SIM_OP_WRITE, 0, 4096) == 300);
	assert_true(read_at(model, 300, 0) == 300 + 300 + 100);
	assert_true(read_at(model, 300, 4096) == 400);
	assert_true(read_at(model, 1200, 0) == 1300 + 100);
	assert_true(read_at(model, 2000, 0) == 2100);
	sim_model_destroy(model);
}

static void write_waits_when_its_lane_is_too_far_behind(void **state)
{
	struct sim_profile profile = constant();
	struct sim_model *model;
	uint64_t due_ns = 0;
	unsigned int i;

	(void)state;
	profile.program_bytes = 4096;
	profile.program_ns = 1000;
	profile.program_buffered = 2;
	model = sim_model_create(&profile, DISK_BYTES, 1);
	for (i = 0; i < 3; i++)
		due_ns = arrive(model, 0, SIM_OP_WRITE, 0, 4096);
	/* Programs end at 1100, 2100, 3100: the third is answered at once, later ones wait. */
	assert_true(due_ns == 300);
	assert_true(arrive(model, 0, SIM_OP_WRITE, 0, 4096) == 1100 + 100);
	assert_true(arrive(model, 0, SIM_OP_WRITE, 0, 4096) == 2100 + 100);
	sim_model_destroy(model);
}

static void garbage_collection_stalls_its_lane(void **state)
{
	struct sim_profile profile = constant();
	struct sim_model *model;

	(void)state;
	profile.lanes = 2;
	profile.stripe_bytes = 4096;
	profile.gc_bytes = 8192;
	profile.gc_ns = 5000;
	model = sim_model_create(&profile, DISK_BYTES, 1);
	assert_true(arrive(model, 0, SIM_OP_WRITE, 0, 4096) == 100);
	assert_true(arrive(model, 0, SIM_OP_WRITE, 0, 4096) == 200);
	assert_true(read_at(model, 200, 0) == 5300);
	assert_true(read_at(model, 200, 4096) == 300);
	sim_model_destroy(model);
}

static void flush_waits_for_all_that_was_written(void **state)
{
	struct sim_profile profile = constant();
	struct sim_model *model;

	(void)state;
	profile.lanes = 2;
	profile.program_bytes = 4096;
	profile.program_ns = 1000;
	profile.program_buffered = 8;
	model = sim_model_create(&profile, DISK_BYTES, 1);
	assert_true(arrive(model, 0, SIM_OP_FLUSH, 0, 0) == 100);
	assert_true(arrive(model, 0, SIM_OP_WRITE, 0, 4096) == 100);
	assert_true(arrive(model, 50, SIM_OP_FLUSH, 0, 0) == 1100 + 100);
	sim_model_destroy(model);
}

static void equal_arrivals_have_equal_due_times(void **state)
{
	struct sim_model_totals totals[3];
	uint64_t dues[3] = { 0 };
	struct sim_profile profile;
	unsigned int run;
	unsigned int i;

	(void)state;
	load_shipped("nvme-tlc", &profile);
	for (run = 0; run < 3; run++) {
		struct sim_model *model = sim_model_create(&profile, DISK_BYTES, run < 2 ? 7 : 8);

		for (i = 0; i < 2000; i++) {
			const uint64_t due_ns =
				arrive(model, i * 1000, i % 3 ? SIM_OP_READ : SIM_OP_WRITE,
				       i * 65536ULL, BLOCK_BYTES);

			dues[run] = sim_mix3(dues[run], i, due_ns);
		}
		sim_model_totals(model, &totals[run]);
		sim_model_destroy(model);
	}
	assert_true(dues[0] == dues[1] && dues[0] != dues[2]);
	assert_memory_equal(&totals[0], &totals[1], sizeof(totals[0]));
	assert_true(totals[0].hash != totals[2].hash);
	assert_true(totals[0].nr_ios[SIM_OP_WRITE] == 667);
}

/* Other arrival times, other waits, the same draws. */
static void hash_does_not_depend_on_the_clock(void **state)
{
	struct sim_model_totals totals[2];
	struct sim_profile profile;
	unsigned int run;
	unsigned int i;

	(void)state;
	load_shipped("hdd-7200", &profile);
	for (run = 0; run < 2; run++) {
		struct sim_model *model = sim_model_create(&profile, DISK_BYTES, 7);

		for (i = 0; i < 500; i++)
			read_at(model, i * (run ? 100000ULL : 33333333ULL), i * 7919ULL * 65536);
		sim_model_totals(model, &totals[run]);
		sim_model_destroy(model);
	}
	assert_true(totals[0].hash == totals[1].hash);
	assert_true(totals[0].service_ns[SIM_OP_READ] != totals[1].service_ns[SIM_OP_READ]);
}

static void *reads_run(void *data)
{
	unsigned int i;

	for (i = 0; i < 1000; i++)
		read_at(data, i * 1000ULL, i * 65536ULL);
	return NULL;
}

/* Four threads draw what one would have drawn, only who gets which is open. */
static void threads_share_a_model(void **state)
{
	struct sim_model_totals totals[2];
	struct sim_profile profile;
	pthread_t threads[4];
	unsigned int run;
	unsigned int i;

	(void)state;
	load_shipped("nvme-tlc", &profile);
	for (run = 0; run < 2; run++) {
		struct sim_model *model = sim_model_create(&profile, DISK_BYTES, 7);

		for (i = 0; i < 4; i++) {
			assert_int_equal(pthread_create(&threads[i], NULL, reads_run, model), 0);
			if (!run)
				pthread_join(threads[i], NULL);
		}
		for (i = 0; run && i < 4; i++)
			pthread_join(threads[i], NULL);
		sim_model_totals(model, &totals[run]);
		sim_model_destroy(model);
	}
	assert_true(totals[0].nr_ios[SIM_OP_READ] == 4000);
	assert_true(totals[1].nr_ios[SIM_OP_READ] == 4000);
	assert_true(totals[0].hash == totals[1].hash);
}

static void clock_that_goes_back_is_held(void **state)
{
	struct sim_profile profile = constant();
	struct sim_model *model = sim_model_create(&profile, DISK_BYTES, 1);

	(void)state;
	assert_true(read_at(model, 1000, 0) == 1100);
	assert_true(read_at(model, 990, 0) == 1200);
	sim_model_destroy(model);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(service_times_follow_the_quantile_table),
		cmocka_unit_test(service_times_of_another_profile_differ),
		cmocka_unit_test(rotating_disk_follows_seek_and_rotation),
		cmocka_unit_test(sequential_io_needs_no_mechanics),
		cmocka_unit_test(lanes_serve_so_many_at_once),
		cmocka_unit_test(stripes_bind_addresses_to_lanes),
		cmocka_unit_test(slope_counts_beyond_the_base_length),
		cmocka_unit_test(depth_scales_between_steps),
		cmocka_unit_test(iops_cap_delivers_its_rate_after_the_credit),
		cmocka_unit_test(burst_rate_holds_while_there_is_credit),
		cmocka_unit_test(large_io_takes_several_tokens),
		cmocka_unit_test(bandwidth_cap_delivers_its_rate),
		cmocka_unit_test(read_waits_for_a_program_until_it_is_suspended),
		cmocka_unit_test(write_waits_when_its_lane_is_too_far_behind),
		cmocka_unit_test(garbage_collection_stalls_its_lane),
		cmocka_unit_test(flush_waits_for_all_that_was_written),
		cmocka_unit_test(equal_arrivals_have_equal_due_times),
		cmocka_unit_test(hash_does_not_depend_on_the_clock),
		cmocka_unit_test(threads_share_a_model),
		cmocka_unit_test(clock_that_goes_back_is_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
