// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Data through an arm and round it.
 *
 * scenario -> this -> target and whole disk, O_DIRECT, so that no page cache answers for the
 * disk. Every block carries its own pattern: a block that lands elsewhere, or an old one, is
 * noticed.
 */
#include "verify.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "load.h"
#include "result.h"
#include "sys.h"

/* Blocks per direction: the first, the last, and some between. */
#define NR_BLOCKS 64

/* Write size of the prefill. */
#define FILL_BYTES (1024 * 1024)

/**
 * struct route - two ways to the same sectors
 * @above: file of the arm's target
 * @below: file of the whole disk
 * @below_offset: where the origin starts on the whole disk, in bytes
 */
struct route {
	int above;
	int below;
	off_t below_offset;
};

static uint64_t mix(uint64_t x)
{
	/* Finaliser of splitmix64 (Steele, Lea, Flood: Fast splittable generators, 2014). */
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static void fill_pattern(uint64_t *words, uint64_t salt)
{
	size_t i;

	for (i = 0; i < BENCH_BLOCK_BYTES / sizeof(*words); i++)
		words[i] = mix(salt + i);
}

static off_t block_offset(const struct bench_disk *disk, uint64_t seed, unsigned int i)
{
	uint64_t nr = disk->origin_bytes / BENCH_BLOCK_BYTES, stride = nr / NR_BLOCKS;
	uint64_t block = i * stride + mix(seed + i) % stride;

	if (i == 0)
		block = 0;
	if (i == NR_BLOCKS - 1)
		block = nr - 1;
	return (off_t)(block * BENCH_BLOCK_BYTES);
}

static int write_blocks(const struct bench_disk *disk, int fd, off_t start, uint64_t seed,
			uint64_t *buffer)
{
	unsigned int i;

	for (i = 0; i < NR_BLOCKS; i++) {
		off_t offset = block_offset(disk, seed, i);

		fill_pattern(buffer, seed ^ (uint64_t)offset);
		errno = EIO;
		if (pwrite(fd, buffer, BENCH_BLOCK_BYTES, start + offset) != BENCH_BLOCK_BYTES)
			return -errno;
	}
	return 0;
}

static int count_wrong(const struct bench_disk *disk, int fd, off_t start, uint64_t seed,
		       uint64_t *buffer, unsigned int *nr_wrong)
{
	uint64_t *want = buffer + BENCH_BLOCK_BYTES / sizeof(*buffer);
	unsigned int i;

	*nr_wrong = 0;
	for (i = 0; i < NR_BLOCKS; i++) {
		off_t offset = block_offset(disk, seed, i);

		fill_pattern(want, seed ^ (uint64_t)offset);
		memset(buffer, 0, BENCH_BLOCK_BYTES);
		errno = EIO;
		if (pread(fd, buffer, BENCH_BLOCK_BYTES, start + offset) != BENCH_BLOCK_BYTES)
			return -errno;
		if (memcmp(buffer, want, BENCH_BLOCK_BYTES))
			(*nr_wrong)++;
	}
	return 0;
}

static int compare_routes(const struct bench_stack *stack, const struct route *route, uint64_t seed,
			  unsigned int *wrong_below, unsigned int *wrong_above)
{
	const struct bench_disk *disk = stack->disk;
	uint64_t *buffer;
	int err;

	buffer = mmap(NULL, 2 * BENCH_BLOCK_BYTES, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (buffer == MAP_FAILED)
		return -ENOMEM;
	/* One salt for what goes down through the arm, another for what comes up through it. */
	err = write_blocks(disk, route->above, 0, mix(seed), buffer);
	if (!err)
		err = count_wrong(disk, route->below, route->below_offset, mix(seed), buffer,
				  wrong_below);
	if (!err)
		err = write_blocks(disk, route->below, route->below_offset, mix(~seed), buffer);
	if (!err)
		err = count_wrong(disk, route->above, 0, mix(~seed), buffer, wrong_above);
	munmap(buffer, 2 * BENCH_BLOCK_BYTES);
	return err;
}

static void check_name(const struct bench_disk *disk, enum bench_arm arm, char *name, size_t size)
{
	snprintf(name, size, "%s/%s/data", disk->label,
		 bench_arms.names[arm].name);
}

int bench_verify(const struct bench_stack *stack, uint64_t seed, struct bench_result *result)
{
	const struct bench_disk *disk = stack->disk;
	unsigned int wrong_below = 0, wrong_above = 0;
	struct route route;
	uint64_t start_bytes;
	const char *node;
	char name[96];
	int err;

	bench_stack_below(stack, &node, &start_bytes);
	route.below_offset = (off_t)start_bytes;
	route.above = open(stack->target, O_RDWR | O_DIRECT | O_CLOEXEC);
	route.below = open(node, O_RDWR | O_DIRECT | O_CLOEXEC);
	err = route.above < 0 || route.below < 0 ? -errno : 0;
	if (!err)
		err = compare_routes(stack, &route, seed, &wrong_below, &wrong_above);
	if (err)
		bench_error("%s: data can not be checked against %s: %s", stack->target,
			    node, strerror(-err));
	if (route.above >= 0)
		close(route.above);
	if (route.below >= 0)
		close(route.below);
	if (err)
		return err;
	check_name(disk, stack->arm, name, sizeof(name));
	return bench_result_check(result, name, !wrong_below && !wrong_above,
				  "%u of %d blocks written through the arm are wrong below it on "
				  "%s; %u of %d written below are wrong through the arm",
				  wrong_below, NR_BLOCKS, node, wrong_above, NR_BLOCKS);
}

int bench_verify_none(const struct bench_disk *disk, enum bench_arm arm,
		      struct bench_result *result)
{
	char name[96];

	check_name(disk, arm, name, sizeof(name));
	return bench_result_check(result, name, true,
				  "not applicable: the device keeps no data; the counts stand for "
				  "it");
}

int bench_prefill(const struct bench_disk *disk)
{
	uint64_t done;
	char *buffer;
	int fd, err = 0;

	fd = open(disk->node, O_WRONLY | O_DIRECT | O_CLOEXEC);
	if (fd < 0) {
		err = -errno;
		bench_error("%s: can not be opened: %s", disk->node, strerror(-err));
		return err;
	}
	buffer = mmap(NULL, FILL_BYTES, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (buffer == MAP_FAILED) {
		close(fd);
		return -ENOMEM;
	}
	memset(buffer, 0xa5, FILL_BYTES);
	for (done = 0; done < disk->origin_bytes && !err; done += FILL_BYTES) {
		errno = EIO;
		if (pwrite(fd, buffer, FILL_BYTES, (off_t)(disk->origin_start_bytes + done)) !=
		    FILL_BYTES)
			err = -errno;
		if (bench_signal())
			err = -EINTR;
	}
	if (err)
		bench_error("%s: can not be filled: %s", disk->node, strerror(-err));
	munmap(buffer, FILL_BYTES);
	close(fd);
	return err;
}
