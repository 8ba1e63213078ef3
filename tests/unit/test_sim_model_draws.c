// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the service model draws: its distribution against the profile (Kolmogorov–Smirnov, D at most
 * 0.02 at n = 10,000), and that seed and order of the I/Os decide all of it, whoever asks and when.
 */
#include "made_model.h"

#include "tests/helpers/distribution.h"
#include "ublk-sim/disk_model.h"
#include "ublk-sim/rng.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define DRAWS		10000u
#define KS_MAX		0.02

/* One I/O after another at random places, from a disk that has nothing else to do. */
static void sample(struct sim_model *model, enum sim_op op, uint64_t seed, uint64_t ns[DRAWS])
{
	uint64_t now_ns = 0;
	struct sim_rng rng;
	unsigned int i;

	sim_rng_seed(&rng, seed);
	for (i = 0; i < DRAWS; i++) {
		const uint64_t block = sim_rng_below(&rng, MADE_DISK_BYTES / MADE_BLOCK_BYTES);
		const uint64_t due_ns = made_arrival(model, now_ns, op, block * MADE_BLOCK_BYTES, MADE_BLOCK_BYTES);

		ns[i] = due_ns - now_ns;
		/* A pause, so that no cap and no program is met. */
		now_ns = due_ns + 10000000;
	}
}

static void service_times_follow_the_profile(void **state)
{
	static const char *const names[] = { "nvme-tlc", "sata-ssd", "cloud-volume", "hdd-7200" };
	static const enum sim_op ops[] = { SIM_OP_READ, SIM_OP_WRITE };
	struct distribution distribution;
	struct sim_profile profile;
	uint64_t ns[DRAWS];
	size_t i;
	size_t k;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		made_shipped(names[i], &profile);
		/* It stalls I/Os by design; its own test is test_sim_model_flash. */
		profile.gc_bytes = 0;
		for (k = 0; k < sizeof(ops) / sizeof(ops[0]); k++) {
			struct sim_model *model = sim_model_create(&profile, MADE_DISK_BYTES, 1);
			double distance;

			sample(model, ops[k], 2, ns);
			distribution_init(&distribution, &profile, ops[k]);
			distance = distribution_distance(&distribution, ns, DRAWS);
			print_message("%s op %d: D = %.4f\n", names[i], ops[k], distance);
			assert_true(distance <= KS_MAX);
			sim_model_destroy(model);
		}
	}
}

/* A test of the test: draws of another profile are told apart. */
static void service_times_of_another_profile_differ(void **state)
{
	struct distribution distribution;
	struct sim_profile profile;
	struct sim_model *model;
	uint64_t ns[DRAWS];

	(void)state;
	made_shipped("nvme-tlc", &profile);
	model = sim_model_create(&profile, MADE_DISK_BYTES, 1);
	sample(model, SIM_OP_READ, 2, ns);
	profile.ops[SIM_OP_READ].base.ns[2] += 1000;
	distribution_init(&distribution, &profile, SIM_OP_READ);
	assert_true(distribution_distance(&distribution, ns, DRAWS) > KS_MAX);
	sim_model_destroy(model);
}

static void quantiles_of_a_rotating_disk_turn_its_shares_round(void **state)
{
	struct distribution distribution;
	struct sim_profile profile;
	int percent;

	(void)state;
	made_shipped("hdd-7200", &profile);
	distribution_init(&distribution, &profile, SIM_OP_READ);
	for (percent = 1; percent < 100; percent++)
		assert_float_equal(distribution_share(&distribution,
						      distribution_quantile(&distribution,
									    percent / 100.0)),
				   percent / 100.0, 1e-6);
	/* Nothing is shorter than the overhead and the next track, or longer than all at its worst. */
	assert_true(distribution_share(&distribution, 1100000) == 0);
	assert_true(distribution_share(&distribution, 300000 + 15063000 + 8333334) == 1);
}

/* Each eighth of uniform times is where it ought to be but for half a step: D is a sixteenth. */
static void distance_of_a_known_sample_is_known(void **state)
{
	const struct sim_quantiles table = { .nr = 2, .p = { 0, 1 }, .ns = { 0, 16000 } };
	const struct distribution distribution = { .table = &table };
	uint64_t ns[] = { 15000, 1000, 5000, 3000, 7000, 9000, 13000, 11000 };
	uint64_t late[] = { 1000, 3000, 5000, 7000, 9000, 11000, 13000, 16000 };

	(void)state;
	assert_float_equal(distribution_distance(&distribution, ns, 8), 1.0 / 16, 1e-9);
	assert_true(ns[0] == 1000 && ns[7] == 15000);
	assert_float_equal(distribution_distance(&distribution, late, 8), 1.0 / 8, 1e-9);
}

static void equal_arrivals_have_equal_due_times(void **state)
{
	struct sim_model_totals totals[3];
	uint64_t dues[3] = { 0 };
	struct sim_profile profile;
	unsigned int run;
	unsigned int i;

	(void)state;
	made_shipped("nvme-tlc", &profile);
	for (run = 0; run < 3; run++) {
		struct sim_model *model = sim_model_create(&profile, MADE_DISK_BYTES, run < 2 ? 7 : 8);

		for (i = 0; i < 2000; i++) {
			const uint64_t due_ns =
				made_arrival(model, i * 1000, i % 3 ? SIM_OP_READ : SIM_OP_WRITE,
				       i * 65536ULL, MADE_BLOCK_BYTES);

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
	made_shipped("hdd-7200", &profile);
	for (run = 0; run < 2; run++) {
		struct sim_model *model = sim_model_create(&profile, MADE_DISK_BYTES, 7);

		for (i = 0; i < 500; i++)
			made_read(model, i * (run ? 100000ULL : 33333333ULL), i * 7919ULL * 65536);
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
		made_read(data, i * 1000ULL, i * 65536ULL);
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
	made_shipped("nvme-tlc", &profile);
	for (run = 0; run < 2; run++) {
		struct sim_model *model = sim_model_create(&profile, MADE_DISK_BYTES, 7);

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

/* Of a disk whose model drew for a read and one more I/O, and was then taken away. */
static uint64_t disk_hash(uint64_t seed, enum sim_op second)
{
	struct sim_disk disk = { .seed = seed };
	struct sim_profile profile;
	uint64_t hash;

	made_shipped("nvme-tlc", &profile);
	disk.model = sim_model_create(&profile, MADE_DISK_BYTES, seed);
	hash = sim_disk_model_hash(&disk);
	made_arrival(disk.model, 1000000, SIM_OP_READ, 0, MADE_BLOCK_BYTES);
	made_arrival(disk.model, 2000000, second, 0, MADE_BLOCK_BYTES);
	assert_true(sim_disk_model_hash(&disk) != hash);
	hash = sim_disk_model_hash(&disk);
	disk.model_hash = hash;
	sim_model_destroy(disk.model);
	disk.model = NULL;
	assert_true(sim_disk_model_hash(&disk) == hash);
	return hash;
}

static void disk_hash_covers_what_its_model_draws(void **state)
{
	(void)state;
	assert_true(disk_hash(1, SIM_OP_READ) == disk_hash(1, SIM_OP_READ));
	assert_true(disk_hash(1, SIM_OP_READ) != disk_hash(2, SIM_OP_READ));
	assert_true(disk_hash(1, SIM_OP_READ) != disk_hash(1, SIM_OP_WRITE));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(service_times_follow_the_profile),
		cmocka_unit_test(service_times_of_another_profile_differ),
		cmocka_unit_test(quantiles_of_a_rotating_disk_turn_its_shares_round),
		cmocka_unit_test(distance_of_a_known_sample_is_known),
		cmocka_unit_test(equal_arrivals_have_equal_due_times),
		cmocka_unit_test(hash_does_not_depend_on_the_clock),
		cmocka_unit_test(threads_share_a_model),
		cmocka_unit_test(disk_hash_covers_what_its_model_draws),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
