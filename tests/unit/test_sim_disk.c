// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A whole disk on an array, service model, cache and faults at once: the same seed and the same I/O in the same order
 * give the same due times, data, errors, cut and hash; another seed gives others. And a write that a fault tears
 * inside a block reaches cache and target as whole blocks.
 */
#include "ublk-sim/disk.h"

#include "ublk-sim/queue.h"
#include "ublk-sim/rng.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BLOCK_BYTES	4096u
#define BLOCK_SECTORS	(BLOCK_BYTES >> SIM_SECTOR_SHIFT)
#define NR_BLOCKS	256u
#define NR_IOS		4000u
#define IO_BLOCKS_MAX	4u
#define STEP_NS		50000u

static unsigned char medium[NR_BLOCKS * BLOCK_BYTES];

/* A target of blocks, as a file by direct I/O is. */
static int blocks_judge(uint64_t offset_bytes, uint64_t length_bytes)
{
	if (offset_bytes % BLOCK_BYTES || length_bytes % BLOCK_BYTES || !length_bytes)
		return -EINVAL;
	assert_true(offset_bytes + length_bytes <= sizeof(medium));
	return 0;
}

static int blocks_read(const struct sim_target *target, uint64_t offset_bytes, void *data,
		       uint64_t length_bytes)
{
	const int ret = blocks_judge(offset_bytes, length_bytes);

	(void)target;
	if (!ret)
		memcpy(data, medium + offset_bytes, length_bytes);
	return ret;
}

static int blocks_write(const struct sim_target *target, uint64_t offset_bytes, const void *data,
			uint64_t length_bytes, bool fua)
{
	const int ret = blocks_judge(offset_bytes, length_bytes);

	(void)target;
	(void)fua;
	if (!ret)
		memcpy(medium + offset_bytes, data, length_bytes);
	return ret;
}

static int blocks_clear(const struct sim_target *target, uint64_t offset_bytes,
			uint64_t length_bytes, bool unmap)
{
	const int ret = blocks_judge(offset_bytes, length_bytes);

	(void)target;
	(void)unmap;
	if (!ret)
		memset(medium + offset_bytes, 0, length_bytes);
	return ret;
}

static int blocks_sync(const struct sim_target *target)
{
	(void)target;
	return 0;
}

static const struct sim_target_ops blocks = {
	.name = "blocks",
	.read = blocks_read,
	.write = blocks_write,
	.clear = blocks_clear,
	.sync = blocks_sync,
};

static const struct sim_target target = {
	.ops = &blocks,
	.fd = -1,
	.size_bytes = sizeof(medium),
};

static void disk_start(struct sim_disk *disk, const struct sim_options *opts)
{
	struct sim_error err;

	memset(medium, 0, sizeof(medium));
	assert_int_equal(sim_disk_init(disk, &target, opts, &err), 0);
	sim_disk_set_quiet(disk, false);
}

static struct ublksrv_io_desc iod_of(uint8_t op, uint32_t flags, uint64_t block, uint32_t nr)
{
	return (struct ublksrv_io_desc){
		.op_flags = op | flags,
		.start_sector = block * BLOCK_SECTORS,
		.nr_sectors = op == UBLK_IO_OP_FLUSH ? 0 : nr * BLOCK_SECTORS,
	};
}

/**
 * struct outcome - all that a run shows
 * @hash: the disk's, at the end
 * @seen: of every due time, result and byte that was read
 * @cut: what the power cut kept
 * @medium: of what is on the medium after the cut
 * @nr_errors: I/Os that failed
 */
struct outcome {
	uint64_t hash;
	uint64_t seen;
	uint64_t cut;
	uint64_t medium;
	uint64_t nr_errors;
};

static uint64_t mix_bytes(uint64_t hash, const unsigned char *data, size_t length)
{
	uint64_t word;
	size_t at;

	for (at = 0; at + sizeof(word) <= length; at += sizeof(word)) {
		memcpy(&word, data + at, sizeof(word));
		hash = sim_mix3(hash, word, at);
	}
	return hash;
}

static void io_run(struct sim_disk *disk, struct sim_rng *rng, uint64_t now_ns,
		   struct outcome *outcome)
{
	static const uint8_t ops[] = {
		UBLK_IO_OP_READ,  UBLK_IO_OP_READ,  UBLK_IO_OP_WRITE,	 UBLK_IO_OP_WRITE,
		UBLK_IO_OP_WRITE, UBLK_IO_OP_FLUSH, UBLK_IO_OP_DISCARD, UBLK_IO_OP_READ,
	};
	static unsigned char buffer[IO_BLOCKS_MAX * BLOCK_BYTES];
	const uint8_t op = ops[sim_rng_below(rng, 8)];
	const uint32_t flags = sim_rng_below(rng, 10) ? 0 : UBLK_IO_F_FUA;
	const uint32_t nr = 1 + (uint32_t)sim_rng_below(rng, IO_BLOCKS_MAX);
	const struct ublksrv_io_desc iod =
		iod_of(op, flags, sim_rng_below(rng, NR_BLOCKS - IO_BLOCKS_MAX), nr);
	struct sim_due due;
	bool hang;
	int ret;

	memset(buffer, (int)sim_rng_below(rng, 256), sizeof(buffer));
	assert_int_equal(sim_disk_arrive(disk, &iod, now_ns, &due), SIM_WAY_BUFFER);
	ret = sim_disk_run(disk, &iod, buffer, &hang);
	assert_false(hang);
	assert_true(ret >= 0 || ret == -EIO);
	outcome->nr_errors += ret < 0;
	outcome->seen = sim_mix3(outcome->seen, due.at_ns, (uint64_t)(int64_t)ret);
	if (op == UBLK_IO_OP_READ && ret > 0)
		outcome->seen = mix_bytes(outcome->seen, buffer, (size_t)ret);
}

/* The same I/O whatever the @seed of the disk. */
static struct outcome run(uint64_t seed)
{
	static const char *const faults[] = {
		"bad:p=0.1", "flip:p=0.01,op=both", "lost:p=0.01", "misdirect:p=0.005", "torn:p=0.005",
	};
	struct outcome outcome = { 0 };
	struct sim_options opts;
	struct sim_error err;
	struct sim_disk disk;
	struct sim_rng rng;
	struct sim_cut cut;
	unsigned int i;

	sim_options_init(&opts);
	opts.block_bytes = BLOCK_BYTES;
	opts.cache_bytes = 16 * BLOCK_BYTES;
	opts.seed = seed;
	assert_int_equal(sim_options_set(&opts, SIM_OPTION_PROFILE, "nvme-tlc", &err), 0);
	assert_int_equal(sim_options_set(&opts, SIM_OPTION_DESTAGE, "random", &err), 0);
	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		assert_int_equal(sim_options_set(&opts, SIM_OPTION_FAULT, faults[i], &err), 0);
	disk_start(&disk, &opts);
	sim_rng_seed(&rng, 4711);
	for (i = 0; i < NR_IOS; i++)
		io_run(&disk, &rng, (uint64_t)i * STEP_NS, &outcome);
	assert_int_equal(sim_disk_cut(&disk, SIM_CUT_RANDOM, seed, &cut, &err), 0);
	outcome.cut = cut.hash;
	outcome.medium = mix_bytes(0, medium, sizeof(medium));
	outcome.hash = sim_disk_hash(&disk);
	sim_disk_uninit(&disk);
	return outcome;
}

static void same_seed_and_io_decide_the_same(void **state)
{
	const struct outcome one = run(7);
	const struct outcome again = run(7);
	const struct outcome other = run(8);

	(void)state;
	assert_true(one.nr_errors > 0);
	assert_memory_equal(&one, &again, sizeof(one));
	assert_true(other.hash != one.hash);
	assert_true(other.seen != one.seen);
	assert_true(other.cut != one.cut);
	assert_true(other.medium != one.medium);
}

static void put(struct sim_disk *disk, uint64_t block, uint32_t nr, int value)
{
	const struct ublksrv_io_desc iod = iod_of(UBLK_IO_OP_WRITE, 0, block, nr);
	static unsigned char data[IO_BLOCKS_MAX * BLOCK_BYTES];
	bool hang;

	memset(data, value, sizeof(data));
	assert_int_equal(sim_disk_run(disk, &iod, data, &hang), (int)(nr * BLOCK_BYTES));
}

static void torn_write_keeps_the_rest_of_its_block(void **state)
{
	static const uint64_t caches[] = { 0, 16 * BLOCK_BYTES };
	const struct ublksrv_io_desc read = iod_of(UBLK_IO_OP_READ, 0, 0, 3);
	static const char *const torn = "torn:lba=1";
	unsigned char data[3 * BLOCK_BYTES];
	struct sim_options opts;
	struct sim_error err;
	struct sim_disk disk;
	bool hang;
	size_t i;
	size_t at;

	(void)state;
	for (i = 0; i < sizeof(caches) / sizeof(caches[0]); i++) {
		sim_options_init(&opts);
		opts.block_bytes = BLOCK_BYTES;
		opts.cache_bytes = caches[i];
		disk_start(&disk, &opts);
		put(&disk, 0, 3, 0x11);
		assert_int_equal(sim_disk_set_faults(&disk, &torn, 1, &err), 0);
		put(&disk, 0, 2, 0x77);
		assert_int_equal(sim_disk_run(&disk, &read, data, &hang), sizeof(data));
		for (at = 0; at < sizeof(data); at++)
			assert_int_equal(data[at], at < BLOCK_BYTES * 3 / 2 ? 0x77 : 0x11);
		sim_disk_uninit(&disk);
	}
}

static void faults_that_are_refused_change_nothing(void **state)
{
	static const char *const rules[] = { "lost", "melt" };
	struct sim_options opts;
	struct sim_error err;
	struct sim_disk disk;

	(void)state;
	sim_options_init(&opts);
	opts.block_bytes = BLOCK_BYTES;
	disk_start(&disk, &opts);
	assert_int_equal(sim_disk_try_faults(&disk, rules, 1, &err), 0);
	assert_null(disk.fault);
	assert_int_equal(sim_disk_try_faults(&disk, rules, 2, &err), -EINVAL);
	assert_int_equal(sim_disk_set_faults(&disk, rules, 2, &err), -EINVAL);
	assert_null(disk.fault);
	sim_disk_uninit(&disk);
}

/*
 * The model counts from the trip before an I/O was seen, and what is asked for includes it. Which trip that was goes by
 * what is left to wait: reads of nvme-tlc take 44 us and more.
 */
static void trip_is_taken_off(void **state)
{
	const struct ublksrv_io_desc read = iod_of(UBLK_IO_OP_READ, 0, 0, 1);
	const struct sim_pace paces[] = {
		{ .trip_ns = { [SIM_OP_READ] = { 13000, 15000 } } },
		{ .trip_ns = { [SIM_OP_READ] = { 13000, 15000 } }, .spin_ns = 7000 },
		{ .trip_ns = { [SIM_OP_READ] = { 15000, 13000 } }, .spin_ns = 7000 },
		{ .trip_ns = { [SIM_OP_READ] = { 13000, 15000 } }, .spin_ns = 10000000 },
	};
	struct sim_due due[1 + sizeof(paces) / sizeof(paces[0])];
	struct sim_options opts;
	struct sim_error err;
	struct sim_disk disk;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(due) / sizeof(due[0]); i++) {
		sim_options_init(&opts);
		opts.block_bytes = BLOCK_BYTES;
		assert_int_equal(sim_options_set(&opts, SIM_OPTION_PROFILE, "nvme-tlc", &err), 0);
		disk_start(&disk, &opts);
		if (i)
			sim_disk_set_pace(&disk, &paces[i - 1]);
		assert_int_equal(sim_disk_arrive(&disk, &read, 1000000, &due[i]), SIM_WAY_TARGET);
		sim_disk_uninit(&disk);
	}
	assert_true(due[0].is_modelled && due[0].op == SIM_OP_READ);
	assert_true(due[0].at_ns == 1000000 + due[0].requested_ns);
	for (i = 1; i < sizeof(due) / sizeof(due[0]); i++)
		assert_true(due[i].requested_ns == due[0].requested_ns);
	assert_true(due[1].wait == SIM_WAIT_SLEEP && due[1].at_ns == due[0].at_ns - 15000);
	assert_true(due[2].wait == SIM_WAIT_SLEEP && due[2].at_ns == due[0].at_ns - 15000);
	assert_true(due[3].wait == SIM_WAIT_SLEEP && due[3].at_ns == due[0].at_ns - 13000);
	assert_true(due[4].wait == SIM_WAIT_SPIN && due[4].at_ns == due[0].at_ns - 13000);
}

/* A disk that is measured answers after the wait, and stores what it does not know. */
static void probe_that_writes_leaves_the_disk_alone(void **state)
{
	static unsigned char known[BLOCK_BYTES];
	const struct sim_probe probe = { .wait_ns = 700, .block = known };
	const struct ublksrv_io_desc write = iod_of(UBLK_IO_OP_WRITE, 0, 0, 1);
	struct sim_options opts;
	struct sim_disk disk;
	struct sim_due due;

	(void)state;
	sim_options_init(&opts);
	opts.block_bytes = BLOCK_BYTES;
	disk_start(&disk, &opts);
	sim_disk_set_quiet(&disk, true);
	memset(known, 0x55, sizeof(known));
	sim_disk_set_probe(&disk, &probe);
	assert_int_equal(sim_disk_arrive(&disk, &write, 1000, &due), SIM_WAY_BUFFER);
	assert_true(due.at_ns == 1700 && !due.is_modelled);
	put(&disk, 0, 1, 0x55);
	assert_int_equal(medium[0], 0);
	put(&disk, 0, 1, 0x56);
	assert_int_equal(medium[0], 0x56);
	sim_disk_set_probe(&disk, NULL);
	put(&disk, 1, 1, 0x55);
	assert_int_equal(medium[BLOCK_BYTES], 0x55);
	assert_int_equal(sim_disk_arrive(&disk, &write, 1000, &due), SIM_WAY_TARGET);
	sim_disk_uninit(&disk);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_seed_and_io_decide_the_same),
		cmocka_unit_test(torn_write_keeps_the_rest_of_its_block),
		cmocka_unit_test(faults_that_are_refused_change_nothing),
		cmocka_unit_test(trip_is_taken_off),
		cmocka_unit_test(probe_that_writes_leaves_the_disk_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
