// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * flushcount: send empty flushes and FUA writes to a device, and count the flushes that its disk served.
 *
 * An empty flush has no sector and takes another way through the block layer than data; a remap that loses
 * it loses durability without any error. The count is the disk's own (stat file of sysfs), not ours.
 */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "block.h"

/* Fields of /sys/block/DISK/stat before the number of flushes (Documentation/block/stat.rst). */
#define STAT_FIELDS_BEFORE_FLUSHES	15

/**
 * struct config - the command line
 * @path: device to write to
 * @disk: kernel name of the disk whose flushes are counted
 * @nr_flushes: empty flushes to send
 * @nr_fua: FUA writes to send
 * @offset_bytes: where the FUA writes go
 */
struct config {
	const char *path;
	const char *disk;
	uint64_t nr_flushes;
	uint64_t nr_fua;
	uint64_t offset_bytes;
};

static int disk_flushes(const char *disk, unsigned long long *nr)
{
	char path[256];
	FILE *file;
	int found;

	snprintf(path, sizeof(path), "/sys/block/%s/stat", disk);
	file = fopen(path, "r");
	if (!file)
		return -errno;
	for (int i = 0; i < STAT_FIELDS_BEFORE_FLUSHES; i++)
		if (fscanf(file, "%*u") == EOF)
			break;
	found = fscanf(file, "%llu", nr);
	fclose(file);
	return found == 1 ? 0 : -EINVAL;
}

static int send_all(const struct config *config, int fd)
{
	unsigned char *block = aligned_alloc(BLOCK_BYTES, BLOCK_BYTES);
	struct iovec vector = { .iov_base = block, .iov_len = BLOCK_BYTES };
	int err = block ? 0 : -ENOMEM;

	for (uint64_t i = 0; i < config->nr_fua && !err; i++) {
		off_t where = (off_t)(config->offset_bytes + i * BLOCK_BYTES);

		block_fill(block, (uint64_t)where, 1, 1);
		if (pwritev2(fd, &vector, 1, where, RWF_DSYNC) != BLOCK_BYTES)
			err = errno ? -errno : -EIO;
	}
	for (uint64_t i = 0; i < config->nr_flushes && !err; i++)
		if (fsync(fd))
			err = -errno;
	free(block);
	return err;
}

static const struct argp_option options[] = {
	{ "flushes", 'f', "N", 0, "empty flushes to send (default 0)", 0 },
	{ "fua", 'F', "N", 0, "FUA writes of 4 KiB to send (default 0)", 0 },
	{ "offset", 'o', "BYTES", 0, "where the FUA writes go (default 0)", 0 },
	{ 0 }
};

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct config *config = state->input;
	uint64_t *value = NULL;

	switch (key) {
	case 'f':
		value = &config->nr_flushes;
		break;
	case 'F':
		value = &config->nr_fua;
		break;
	case 'o':
		value = &config->offset_bytes;
		break;
	case ARGP_KEY_ARG:
		if (state->arg_num == 0)
			config->path = text;
		else if (state->arg_num == 1)
			config->disk = text;
		else
			argp_error(state, "'%s' is too much", text);
		return 0;
	case ARGP_KEY_END:
		if (!config->disk)
			argp_error(state, "give a DEVICE and the DISK that is counted");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	if (block_parse_bytes(text, value))
		argp_error(state, "'%s' is no number", text);
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "DEVICE DISK",
	.doc = "Send flushes to DEVICE and count those that DISK (such as nullb0) served.\v"
	       "Prints JSON. Exits 1 when an I/O failed, 2 when it could not start.",
};

int main(int argc, char **argv)
{
	struct config config = { 0 };
	unsigned long long before, after;
	struct json_object *summary;
	int fd, err;

	argp_err_exit_status = 2;
	argp_parse(&argp, argc, argv, 0, NULL, &config);
	/* the write handle of an idle device sends no flush of its own but at close, after the count */
	fd = open(config.path, O_RDWR | O_DIRECT);
	if (fd < 0 || disk_flushes(config.disk, &before)) {
		fprintf(stderr, "flushcount: %s on disk %s: %s; give a device and its disk\n",
			config.path, config.disk, strerror(errno));
		return 2;
	}
	err = send_all(&config, fd);
	if (err) {
		fprintf(stderr, "flushcount: %s: I/O failed: %s\n", config.path, strerror(-err));
		return 1;
	}
	if (disk_flushes(config.disk, &after))
		return 2;
	summary = json_object_new_object();
	json_object_object_add(summary, "flushes", json_object_new_uint64(config.nr_flushes));
	json_object_object_add(summary, "fua", json_object_new_uint64(config.nr_fua));
	json_object_object_add(summary, "served", json_object_new_uint64(after - before));
	puts(json_object_to_json_string_ext(summary, JSON_C_TO_STRING_PLAIN));
	json_object_put(summary);
	close(fd);
	return 0;
}
