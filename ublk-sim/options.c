// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading and judging what a device shall be; see options.h. Text from the command line
 * → size.c → here → device.c, which creates it.
 */
#include "options.h"

#include "cache.h"
#include "fault.h"
#include "size.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The reference depth of an NVMe queue pair in the published ublk figures. */
#define DEPTH_DEFAULT		128u
#define SEED_DEFAULT		1u

/**
 * struct option_name - how an option is written
 * @name: long name and key in a configuration file
 * @is_switch: true or false, not a value
 */
struct option_name {
	const char *name;
	bool is_switch;
};

static const struct option_name names[SIM_NR_OPTIONS] = {
	[SIM_OPTION_TARGET] = { "target", false },
	[SIM_OPTION_ID] = { "id", false },
	[SIM_OPTION_QUEUES] = { "queues", false },
	[SIM_OPTION_DEPTH] = { "depth", false },
	[SIM_OPTION_BLOCK] = { "block", false },
	[SIM_OPTION_SIZE] = { "size", false },
	[SIM_OPTION_FILE] = { "file", false },
	[SIM_OPTION_BUFFERED] = { "buffered", true },
	[SIM_OPTION_PROFILE] = { "profile", false },
	[SIM_OPTION_SEED] = { "seed", false },
	[SIM_OPTION_CACHE] = { "cache", false },
	[SIM_OPTION_DESTAGE] = { "destage", false },
	[SIM_OPTION_ATOMIC] = { "atomic", false },
	[SIM_OPTION_LYING] = { "lying-flush", true },
	[SIM_OPTION_FAULT] = { "fault", false },
	[SIM_OPTION_RECOVERY] = { "recovery", false },
	[SIM_OPTION_COPY] = { "copy", false },
	[SIM_OPTION_PIN] = { "pin", true },
	[SIM_OPTION_FORCE] = { "force", true },
};

static const char *const recoveries[] = {
	[SIM_RECOVERY_NONE] = "none",
	[SIM_RECOVERY_FAIL] = "fail",
	[SIM_RECOVERY_REISSUE] = "reissue",
};

static const char *const copies[] = {
	[SIM_COPY_AUTO] = "auto",
	[SIM_COPY_USER] = "user",
	[SIM_COPY_PAGE] = "page",
};

static const char *const destages[] = {
	[SIM_DESTAGE_FIFO] = "fifo",
	[SIM_DESTAGE_RANDOM] = "random",
	[SIM_DESTAGE_ELEVATOR] = "elevator",
};

static_assert(sizeof(destages) / sizeof(destages[0]) == SIM_DESTAGES, "a name for each");

void sim_options_init(struct sim_options *opts)
{
	*opts = (struct sim_options){
		.target = "null",
		.id = SIM_ID_ANY,
		.nr_queues = 1,
		.depth = DEPTH_DEFAULT,
		.block_bytes = SIM_BLOCK_BYTES_MIN,
		.seed = SEED_DEFAULT,
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

/* Text that has to fit into @room. */
static int text_set(const char *what, const char *text, char *to, size_t room,
		    struct sim_error *err)
{
	if (!*text || strlen(text) >= room)
		return sim_error_set(err, -EINVAL,
				     "%s '%s' is empty or longer than %zu characters; give a shorter one",
				     what, text, room - 1);
	snprintf(to, room, "%s", text);
	return 0;
}

static int target_set(const char *text, char *target, size_t room, struct sim_error *err)
{
	if (strlen(text) >= room)
		return sim_error_set(err, -EINVAL,
				     "target '%s' does not exist; give file, null or ram", text);
	snprintf(target, room, "%s", text);
	return 0;
}

static int seed_set(const char *text, uint64_t *seed, struct sim_error *err)
{
	/* A size without a suffix is a decimal number of 64 bits. */
	if (!*text || text[strspn(text, "0123456789")] || sim_size_parse(text, seed))
		return sim_error_set(err, -EINVAL,
				     "seed '%s' is not a whole number; give one from 0 to 18446744073709551615",
				     text);
	return 0;
}

static int cache_set(const char *text, uint64_t *cache_bytes, struct sim_error *err)
{
	uint64_t value;

	if (sim_size_parse(text, &value) || (value && value < SIM_CACHE_BYTES_MIN) ||
	    value > SIM_SIZE_BYTES_MAX)
		return sim_error_set(err, -EINVAL,
				     "cache '%s' is no size of at least %u bytes; give for example 8M, or 0 for none",
				     text, SIM_CACHE_BYTES_MIN);
	*cache_bytes = value;
	return 0;
}

static int atomic_set(const char *text, uint32_t *atomic_bytes, struct sim_error *err)
{
	uint64_t value;

	if (sim_size_parse(text, &value) || value < SIM_BLOCK_BYTES_MIN ||
	    value > SIM_ATOMIC_BYTES_MAX || (value & (value - 1)))
		return sim_error_set(err, -EINVAL,
				     "atomic unit '%s' is not a power of two from %u to %u; give for example 4096",
				     text, SIM_BLOCK_BYTES_MIN, SIM_ATOMIC_BYTES_MAX);
	*atomic_bytes = (uint32_t)value;
	return 0;
}

/* The number of @text among @nr words; -EINVAL. */
static int word_find(const char *text, const char *const *words, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (!strcmp(text, words[i]))
			return (int)i;
	return -EINVAL;
}

static int destage_set(const char *text, uint32_t *destage, struct sim_error *err)
{
	const int found = word_find(text, destages, SIM_DESTAGES);

	if (found < 0)
		return sim_error_set(err, -EINVAL,
				     "destage policy '%s' does not exist; give fifo, random or elevator",
				     text);
	*destage = (uint32_t)found;
	return 0;
}

static int fault_add(const char *text, struct sim_options *opts, struct sim_error *err)
{
	struct sim_fault_rule rule;

	if (opts->nr_faults == SIM_FAULTS_MAX || strlen(text) >= SIM_FAULT_CHARS)
		return sim_error_set(err, -EINVAL,
				     "fault '%s' is longer than %u characters or one more than %u; give fewer and shorter ones",
				     text, SIM_FAULT_CHARS - 1, SIM_FAULTS_MAX);
	if (sim_fault_rule_parse(text, &rule, err))
		return -EINVAL;
	snprintf(opts->faults[opts->nr_faults++], SIM_FAULT_CHARS, "%s", text);
	return 0;
}

static int recovery_set(const char *text, enum sim_recovery *recovery, struct sim_error *err)
{
	const int found = word_find(text, recoveries, sizeof(recoveries) / sizeof(recoveries[0]));

	if (found < 0)
		return sim_error_set(err, -EINVAL,
				     "recovery '%s' does not exist; give none, fail or reissue",
				     text);
	*recovery = (enum sim_recovery)found;
	return 0;
}

static int copy_set(const char *text, enum sim_copy *copy, struct sim_error *err)
{
	const int found = word_find(text, copies, sizeof(copies) / sizeof(copies[0]));

	if (found < 0)
		return sim_error_set(err, -EINVAL, "copy '%s' does not exist; give auto, user or page",
				     text);
	*copy = (enum sim_copy)found;
	return 0;
}

/* The switch that an option is. */
static bool *switch_of(struct sim_options *opts, enum sim_option option)
{
	switch (option) {
	case SIM_OPTION_BUFFERED:
		return &opts->buffered;
	case SIM_OPTION_LYING:
		return &opts->lying;
	case SIM_OPTION_PIN:
		return &opts->pin;
	case SIM_OPTION_FORCE:
		return &opts->force;
	default:
		return NULL;
	}
}

static int switch_set(struct sim_options *opts, enum sim_option option, const char *text,
		      struct sim_error *err)
{
	bool *on = switch_of(opts, option);

	if (!on || (strcmp(text, "true") && strcmp(text, "false")))
		return sim_error_set(err, -EINVAL, "'%s' is '%s'; give true or false",
				     names[option].name, text);
	*on = !strcmp(text, "true");
	return 0;
}

int sim_options_set(struct sim_options *opts, enum sim_option option, const char *text,
		    struct sim_error *err)
{
	switch (option) {
	case SIM_OPTION_TARGET:
		return target_set(text, opts->target, sizeof(opts->target), err);
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
	case SIM_OPTION_FILE:
		return text_set("file", text, opts->file, sizeof(opts->file), err);
	case SIM_OPTION_PROFILE:
		return text_set("profile", text, opts->profile, sizeof(opts->profile), err);
	case SIM_OPTION_SEED:
		return seed_set(text, &opts->seed, err);
	case SIM_OPTION_CACHE:
		return cache_set(text, &opts->cache_bytes, err);
	case SIM_OPTION_DESTAGE:
		return destage_set(text, &opts->destage, err);
	case SIM_OPTION_ATOMIC:
		return atomic_set(text, &opts->atomic_bytes, err);
	case SIM_OPTION_FAULT:
		return fault_add(text, opts, err);
	case SIM_OPTION_RECOVERY:
		return recovery_set(text, &opts->recovery, err);
	case SIM_OPTION_COPY:
		return copy_set(text, &opts->copy, err);
	default:
		return switch_set(opts, option, text, err);
	}
}

/* What only some targets have. */
static int target_check(const struct sim_options *opts, struct sim_error *err)
{
	const bool is_file = !strcmp(opts->target, "file");

	if (is_file != !!opts->file[0])
		return sim_error_set(err, -EINVAL,
				     is_file ? "target file keeps its data in a file and has none; give it with --file" :
					       "target %s keeps no file; leave --file out or give -t file",
				     opts->target);
	if (opts->buffered && !is_file)
		return sim_error_set(err, -EINVAL,
				     "target %s has no file to buffer; leave --buffered out or give -t file",
				     opts->target);
	if (!strcmp(opts->target, "null") && (opts->cache_bytes || opts->nr_faults))
		return sim_error_set(err, -EINVAL,
				     "target null keeps no data that a cache or a fault could touch; give -t ram or -t file");
	if (!strcmp(opts->target, "ram") && opts->recovery != SIM_RECOVERY_NONE)
		return sim_error_set(err, -EINVAL,
				     "target ram loses its data with its server; give -t file for --recovery");
	return 0;
}

int sim_options_check(const struct sim_options *opts, struct sim_error *err)
{
	if (opts->size_bytes % opts->block_bytes)
		return sim_error_set(err, -EINVAL,
				     "size %" PRIu64 " is no multiple of the block size %u; give %" PRIu64 " or another multiple",
				     opts->size_bytes, opts->block_bytes,
				     (opts->size_bytes / opts->block_bytes + 1) * opts->block_bytes);
	if (opts->lying && !opts->cache_bytes)
		return sim_error_set(err, -EINVAL,
				     "there is no write cache whose flush could lie; give its size with --cache");
	if (opts->cache_bytes && opts->recovery != SIM_RECOVERY_NONE)
		return sim_error_set(err, -EINVAL,
				     "a volatile cache of %" PRIu64 " bytes is lost with its server; leave --cache or --recovery out",
				     opts->cache_bytes);
	return target_check(opts, err);
}

const char *sim_option_name(enum sim_option option)
{
	return names[option].name;
}

int sim_option_find(const char *name)
{
	int i;

	for (i = 0; i < SIM_NR_OPTIONS; i++)
		if (!strcmp(names[i].name, name))
			return i;
	return -EINVAL;
}

bool sim_option_is_switch(enum sim_option option)
{
	return names[option].is_switch;
}

/* A number in decimal, unless it is the default. */
static bool number_get(uint64_t value, uint64_t default_value, char *text, size_t room)
{
	if (value == default_value)
		return false;
	snprintf(text, room, "%" PRIu64, value);
	return true;
}

static bool text_get(const char *value, const char *default_value, char *text, size_t room)
{
	if (!strcmp(value, default_value))
		return false;
	snprintf(text, room, "%s", value);
	return true;
}

bool sim_option_get(const struct sim_options *opts, enum sim_option option, char *text,
		    size_t room)
{
	struct sim_options defaults;
	const bool *on;

	sim_options_init(&defaults);
	switch (option) {
	case SIM_OPTION_TARGET:
		return text_get(opts->target, defaults.target, text, room);
	case SIM_OPTION_ID:
		return number_get(opts->id, defaults.id, text, room);
	case SIM_OPTION_QUEUES:
		return number_get(opts->nr_queues, defaults.nr_queues, text, room);
	case SIM_OPTION_DEPTH:
		return number_get(opts->depth, defaults.depth, text, room);
	case SIM_OPTION_BLOCK:
		return number_get(opts->block_bytes, defaults.block_bytes, text, room);
	case SIM_OPTION_SIZE:
		return number_get(opts->size_bytes, defaults.size_bytes, text, room);
	case SIM_OPTION_FILE:
		return text_get(opts->file, defaults.file, text, room);
	case SIM_OPTION_PROFILE:
		return text_get(opts->profile, defaults.profile, text, room);
	case SIM_OPTION_SEED:
		return number_get(opts->seed, defaults.seed, text, room);
	case SIM_OPTION_CACHE:
		return number_get(opts->cache_bytes, defaults.cache_bytes, text, room);
	case SIM_OPTION_DESTAGE:
		return text_get(destages[opts->destage], destages[defaults.destage], text, room);
	case SIM_OPTION_ATOMIC:
		return number_get(opts->atomic_bytes, defaults.atomic_bytes, text, room);
	case SIM_OPTION_RECOVERY:
		return text_get(recoveries[opts->recovery], recoveries[defaults.recovery], text,
				room);
	case SIM_OPTION_COPY:
		return text_get(copies[opts->copy], copies[defaults.copy], text, room);
	default:
		on = switch_of((struct sim_options *)opts, option);
		return on && *on && text_get("true", "", text, room);
	}
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
