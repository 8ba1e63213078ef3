// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pattern: write one generation of self-describing blocks through one device, check it through another.
 *
 * It proves where data lands: a block remembers the offset it was written for, so a check through a
 * different node (the whole disk instead of a partition, the device below instead of the remapped one) with
 * the right --base finds every block exactly when the sectors were translated exactly. O_DIRECT, in order.
 */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "block.h"

/* Bytes of one I/O: large enough to be split by any small limit. */
#define CHUNK_BYTES	(1 << 20)

/* Wrong blocks that are described; all are counted. */
#define REPORTS_MAX	5

/**
 * struct config - the command line
 * @verb: write or check
 * @path: device or file
 * @offset_bytes: first byte in @path
 * @length_bytes: bytes
 * @base_bytes: offset the first block claims to be at
 * @seed: the run
 * @generation: the generation
 */
struct config {
	const char *verb;
	const char *path;
	uint64_t offset_bytes;
	uint64_t length_bytes;
	uint64_t base_bytes;
	uint64_t seed;
	uint64_t generation;
};

static void fill_chunk(const struct config *config, unsigned char *chunk, uint64_t at, size_t bytes)
{
	for (size_t i = 0; i < bytes; i += BLOCK_BYTES)
		block_fill(chunk + i, config->base_bytes + at + i, config->seed, config->generation);
}

static uint64_t check_chunk(const struct config *config, const unsigned char *chunk, uint64_t at,
			    size_t bytes, uint64_t nr_wrong)
{
	uint64_t nr = 0;

	for (size_t i = 0; i < bytes; i += BLOCK_BYTES) {
		struct block_want want = {
			.offset_bytes = config->base_bytes + at + i,
			.seed = config->seed,
			.generation_min = config->generation,
			.generation_max = config->generation,
		};
		enum block_fault fault = block_check(chunk + i, &want);

		if (!fault)
			continue;
		if (nr_wrong + nr++ < REPORTS_MAX)
			fprintf(stderr, "pattern: %s: block at %llu is %s\n", config->path,
				(unsigned long long)(config->offset_bytes + at + i),
				block_fault_name(fault));
	}
	return nr;
}

/* Returns wrong blocks, or -errno. */
static int64_t pattern_run(const struct config *config, int fd, unsigned char *chunk)
{
	bool write = !strcmp(config->verb, "write");
	uint64_t nr_wrong = 0;

	for (uint64_t at = 0; at < config->length_bytes;) {
		off_t where = (off_t)(config->offset_bytes + at);
		size_t bytes = CHUNK_BYTES;
		ssize_t result;

		if (bytes > config->length_bytes - at)
			bytes = config->length_bytes - at;
		if (write)
			fill_chunk(config, chunk, at, bytes);
		result = write ? pwrite(fd, chunk, bytes, where) : pread(fd, chunk, bytes, where);
		if (result < 0)
			return -errno;
		if ((size_t)result != bytes)
			return -EIO;
		if (!write)
			nr_wrong += check_chunk(config, chunk, at, bytes, nr_wrong);
		at += bytes;
	}
	return (int64_t)nr_wrong;
}

static const struct argp_option options[] = {
	{ "base", 'b', "BYTES", 0, "offset that the first block carries (default: --offset)", 0 },
	{ "generation", 'g', "N", 0, "generation of the blocks (default 1)", 0 },
	{ "length", 'l', "BYTES", 0, "bytes to write or check (required)", 0 },
	{ "offset", 'o', "BYTES", 0, "where to start in DEVICE (default 0)", 0 },
	{ "seed", 'S', "N", 0, "seed of the blocks (default 1)", 0 },
	{ 0 }
};

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct config *config = state->input;
	uint64_t *value = NULL;

	switch (key) {
	case 'b':
		value = &config->base_bytes;
		break;
	case 'g':
		value = &config->generation;
		break;
	case 'l':
		value = &config->length_bytes;
		break;
	case 'o':
		value = &config->offset_bytes;
		break;
	case 'S':
		value = &config->seed;
		break;
	case ARGP_KEY_ARG:
		if (state->arg_num == 0)
			config->verb = text;
		else if (state->arg_num == 1)
			config->path = text;
		else
			argp_error(state, "'%s' is too much", text);
		return 0;
	case ARGP_KEY_END:
		if (!config->path || (strcmp(config->verb, "write") && strcmp(config->verb, "check")))
			argp_error(state, "say write or check, and a DEVICE");
		if (!config->length_bytes || config->length_bytes % BLOCK_BYTES)
			argp_error(state, "--length must be a multiple of %d", BLOCK_BYTES);
		if (config->base_bytes == UINT64_MAX)
			config->base_bytes = config->offset_bytes;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	if (block_parse_bytes(text, value))
		argp_error(state, "'%s' is no number of bytes", text);
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "write|check DEVICE",
	.doc = "Write blocks that know where they belong, or check them.\v"
	       "Exits 1 when a block is wrong or an I/O failed, 2 on wrong usage.",
};

int main(int argc, char **argv)
{
	struct config config = { .base_bytes = UINT64_MAX, .seed = 1, .generation = 1 };
	unsigned char *chunk;
	int64_t result;
	int fd;

	argp_err_exit_status = 2;
	argp_parse(&argp, argc, argv, 0, NULL, &config);
	chunk = aligned_alloc(BLOCK_BYTES, CHUNK_BYTES);
	fd = open(config.path, O_RDWR | O_DIRECT);
	if (fd < 0 || !chunk) {
		fprintf(stderr, "pattern: %s: %s; give a device or file that takes O_DIRECT\n",
			config.path, strerror(errno));
		return 2;
	}
	memset(chunk, 0, CHUNK_BYTES);
	result = pattern_run(&config, fd, chunk);
	if (result < 0)
		fprintf(stderr, "pattern: %s: %s failed: %s\n", config.path, config.verb,
			strerror((int)-result));
	else if (result)
		fprintf(stderr, "pattern: %s: %lld blocks are wrong\n", config.path,
			(long long)result);
	close(fd);
	free(chunk);
	return result ? 1 : 0;
}
