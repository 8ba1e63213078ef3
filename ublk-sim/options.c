// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading and judging what a device shall be; see options.h. Text from the command line
 * → size.c → here → device.c, which creates it.
 */
#include "options.h"

#include "size.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The reference depth of an NVMe queue pair in the published ublk figures. */
#define DEPTH_DEFAULT		128u
#define SIZE_BYTES_DEFAULT	(256ULL << 20)

void sim_options_init(struct sim_options *opts)
{
	*opts = (struct sim_options){
		.target = "null",
		.id = SIM_ID_ANY,
		.nr_queues = 1,
		.depth = DEPTH_DEFAULT,
		.block_bytes = SIM_BLOCK_BYTES_MIN,
		.size_bytes = SIZE_BYTES_DEFAULT,
	};
}

/* A count in [min, max]; @what names it in the sentence. */
static int count_set(const char *what, const char *text, uint32_t min, uint32_t max,
		     uint32_t *count, struct sim_error *err)
{
	uint32_t value;

	if (sim_count_parse(text, max, &value) || value < min)
		return sim_error_set(err, -EINVAL,
				     "%s '%s' is not a whole number from %u to %u; give one in that range",
				     what, text, min, max);
	*count = value;
	return 0;
}

static int block_set(const char *text, uint32_t *block_bytes, struct sim_error *err)
{
	uint64_t value;

	if (sim_size_parse(text, &value) || value < SIM_BLOCK_BYTES_MIN ||
	    value > SIM_BLOCK_BYTES_MAX || (value & (value - 1)))
		return sim_error_set(err, -EINVAL,
				     "block size '%s' is not a power of two from %u to %u; give 512, 1024, 2048 or 4096",
				     text, SIM_BLOCK_BYTES_MIN, SIM_BLOCK_BYTES_MAX);
	*block_bytes = (uint32_t)value;
	return 0;
}

static int size_set(const char *text, uint64_t *size_bytes, struct sim_error *err)
{
	uint64_t value;
	int ret;

	ret = sim_size_parse(text, &value);
	if (ret == -EINVAL)
		return sim_error_set(err, -EINVAL,
				     "size '%s' is not a size; give bytes or a number with k, M, G or T, for example 256M",
				     text);
	if (ret || value > SIM_SIZE_BYTES_MAX)
		return sim_error_set(err, -EINVAL,
				     "size '%s' is larger than a block device can be; give at most 4096P",
				     text);
	if (!value)
		return sim_error_set(err, -EINVAL,
				     "size '%s' leaves no block; give at least one block, for example 256M",
				     text);
	*size_bytes = value;
	return 0;
}

int sim_options_set(struct sim_options *opts, enum sim_option option, const char *text,
		    struct sim_error *err)
{
	switch (option) {
	case SIM_OPTION_TARGET:
		if (strlen(text) >= sizeof(opts->target))
			return sim_error_set(err, -EINVAL,
					     "target '%s' does not exist; give null or ram", text);
		snprintf(opts->target, sizeof(opts->target), "%s", text);
		return 0;
	case SIM_OPTION_ID:
		return count_set("device number", text, 0, SIM_ID_MAX, &opts->id, err);
	case SIM_OPTION_QUEUES:
		return count_set("number of queues", text, 1, SIM_QUEUES_MAX, &opts->nr_queues,
				 err);
	case SIM_OPTION_DEPTH:
		return count_set("queue depth", text, 1, SIM_DEPTH_MAX, &opts->depth, err);
	case SIM_OPTION_BLOCK:
		return block_set(text, &opts->block_bytes, err);
	case SIM_OPTION_SIZE:
		return size_set(text, &opts->size_bytes, err);
	}
	return -EINVAL;
}

int sim_options_check(const struct sim_options *opts, struct sim_error *err)
{
	if (opts->size_bytes % opts->block_bytes)
		return sim_error_set(err, -EINVAL,
				     "size %" PRIu64 " is no multiple of the block size %u; give %" PRIu64 " or another multiple",
				     opts->size_bytes, opts->block_bytes,
				     (opts->size_bytes / opts->block_bytes + 1) * opts->block_bytes);
	return 0;
}

int sim_node_parse(const char *text, uint32_t *id, struct sim_error *err)
{
	static const char *const prefixes[] = { "/dev/ublkb", "ublkb", "" };
	size_t i;

	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		const size_t length = strlen(prefixes[i]);

		if (strncmp(text, prefixes[i], length))
			continue;
		if (!sim_count_parse(text + length, SIM_ID_MAX, id))
			return 0;
	}
	return sim_error_set(err, -EINVAL,
			     "'%s' names no ublk device; give its number or its node, for example 0 or /dev/ublkb0",
			     text);
}
