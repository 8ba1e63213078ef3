// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The command line of verify; see verify.h.
 */
#include "verify.h"

#include <argp.h>
#include <errno.h>

#include "block.h"

/* Largest number of threads and of I/Os in flight of one thread. */
#define THREADS_MAX	256
#define DEPTH_MAX	256

/** struct verify_input - what the parser fills in */
struct verify_input {
	struct config *config;
	struct extent *extent;
};

static const struct argp_option options[] = {
	{ "check", 'C', NULL, 0, "only read back what the truth disk knows of, and judge it", 0 },
	{ "create", 'c', "BYTES", 0, "make TARGET as a file of this size", 0 },
	{ "depth", 'd', "N", 0, "I/Os in flight per thread (default 1: pread and pwrite; more: io_uring)", 0 },
	{ "flush-pct", 'f', "PCT", 0, "percentage of I/Os that are an fdatasync (default 2)", 0 },
	{ "ios", 'n', "N", 0, "stop after this many I/Os", 0 },
	{ "length", 'l', "BYTES", 0, "length of the extent (default: to the end)", 0 },
	{ "max", 'M', "BYTES", 0, "largest I/O (default 1M)", 0 },
	{ "min", 'm', "BYTES", 0, "smallest I/O (default 4K)", 0 },
	{ "offset", 'o', "BYTES", 0, "start of the extent (default 0)", 0 },
	{ "read-pct", 'r', "PCT", 0, "percentage of I/Os that read (default 50)", 0 },
	{ "ready", 'R', "FILE", 0, "make FILE when the extent is filled and the load starts", 0 },
	{ "seconds", 's', "S", 0, "stop after this many seconds", 0 },
	{ "seed", 'S', "N", 0, "seed of the run (default 1)", 0 },
	{ "threads", 't', "N", 0, "threads (default 4)", 0 },
	{ "truth", 'T', "DEVICE", 0, "keep what every block must hold on this disk too", 0 },
	{ "truth-offset", 'O', "BYTES", 0, "where on it (default 0)", 0 },
	{ 0 }
};

static uint64_t parse_number(struct argp_state *state, const char *text, uint64_t min, uint64_t max)
{
	uint64_t value;

	if (block_parse_bytes(text, &value) || value < min || value > max)
		argp_error(state, "'%s' is not a number from %llu to %llu", text,
			   (unsigned long long)min, (unsigned long long)max);
	return value;
}

/* Options that are one 64-bit number of the configuration. Returns false when the key is none of
 * them.
 */
static bool parse_config_number(int key, char *text, struct argp_state *state,
				struct config *config)
{
	const struct {
		int key;
		uint64_t *value;
		uint64_t min;
		uint64_t max;
	} numbers[] = {
		{ 'c', &config->create_bytes, BLOCK_BYTES, INT64_MAX },
		{ 'd', &config->depth, 1, DEPTH_MAX },
		{ 'n', &config->nr_ios, 1, UINT64_MAX },
		{ 'l', &config->length_bytes, BLOCK_BYTES, INT64_MAX },
		{ 'M', &config->max_bytes, BLOCK_BYTES, INT32_MAX },
		{ 'm', &config->min_bytes, BLOCK_BYTES, INT32_MAX },
		{ 's', &config->seconds, 1, INT32_MAX },
		{ 't', &config->nr_threads, 1, THREADS_MAX },
		{ 'O', &config->truth_offset_bytes, 0, INT64_MAX },
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (numbers[i].key != key)
			continue;
		*numbers[i].value = parse_number(state, text, numbers[i].min, numbers[i].max);
		return true;
	}
	return false;
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct verify_input *input = state->input;
	struct config *config = input->config;
	struct extent *extent = input->extent;

	if (parse_config_number(key, text, state, config))
		return 0;
	switch (key) {
	case 'C':
		config->check = true;
		return 0;
	case 'f':
		extent->flush_pct = (unsigned int)parse_number(state, text, 0, 100);
		return 0;
	case 'o':
		extent->offset_bytes = parse_number(state, text, 0, INT64_MAX);
		return 0;
	case 'r':
		extent->read_pct = (unsigned int)parse_number(state, text, 0, 100);
		return 0;
	case 'R':
		config->ready = text;
		return 0;
	case 'S':
		extent->seed = parse_number(state, text, 0, UINT64_MAX);
		return 0;
	case 'T':
		config->truth = text;
		return 0;
	case ARGP_KEY_ARG:
		if (config->path)
			argp_error(state, "one TARGET only, '%s' is too many", text);
		config->path = text;
		return 0;
	case ARGP_KEY_END:
		if (config->check && !config->truth)
			argp_error(state, "--check needs --truth");
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "TARGET is missing");
		return EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "TARGET",
	.doc = "Write and read TARGET, a block device or a file, and verify every block.\v"
	       "Stops after --ios, --seconds, SIGTERM or SIGINT, then reads everything back. Exits 1 when an "
	       "I/O failed or a block was wrong, 2 when it could not start.",
};

void verify_parse(int argc, char **argv, struct config *config, struct extent *extent)
{
	struct verify_input input = { .config = config, .extent = extent };

	argp_err_exit_status = 2;
	argp_parse(&argp, argc, argv, 0, NULL, &input);
}
