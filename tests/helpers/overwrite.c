// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * overwrite: send many generations of one block at once, in order, and see each of them come back
 * once.
 *
 * test -> one io_submit(2) -> O_DIRECT -> device. Linux AIO, because it submits in the caller's
 * order and without NOWAIT. A layer that holds bios back and lets them go in order leaves the
 * last generation on a disk that does not reorder; pattern check --generation N then finds it.
 */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/aio_abi.h>

#include "arguments.h"
#include "block.h"

/* Writes in flight at once, more than a device holds back in any test. */
#define WRITES_MAX	256

/* How long a completion that comes twice is waited for. */
#define EXTRA_WAIT_NS	200000000L

/**
 * struct config - the command line
 * @path: device
 * @offset_bytes: the block
 * @nr_writes: generations 1 to this one
 */
struct config {
	const char *path;
	uint64_t offset_bytes;
	uint64_t nr_writes;
};

/**
 * struct flight - what is out
 * @context: of the kernel
 * @blocks: one per generation
 * @iocbs: one per generation
 * @returned: how often each came back
 */
struct flight {
	aio_context_t context;
	unsigned char *blocks;
	struct iocb iocbs[WRITES_MAX];
	unsigned int returned[WRITES_MAX];
};

static int send_all(const struct config *config, int fd, struct flight *flight)
{
	struct iocb *pointers[WRITES_MAX];
	long sent;

	for (uint64_t i = 0; i < config->nr_writes; i++) {
		unsigned char *block = flight->blocks + i * BLOCK_BYTES;

		block_fill(block, config->offset_bytes, 1, i + 1);
		flight->iocbs[i] = (struct iocb){
			.aio_data = i,
			.aio_lio_opcode = IOCB_CMD_PWRITE,
			.aio_fildes = (uint32_t)fd,
			.aio_buf = (uint64_t)(unsigned long)block,
			.aio_nbytes = BLOCK_BYTES,
			.aio_offset = (int64_t)config->offset_bytes,
		};
		pointers[i] = &flight->iocbs[i];
	}
	sent = syscall(SYS_io_submit, flight->context, config->nr_writes, pointers);
	if (sent < 0)
		return -errno;
	return (uint64_t)sent == config->nr_writes ? 0 : -EAGAIN;
}

/* Takes what comes back until @nr did, or nothing comes for @wait (NULL: for ever). Returns how
 * many, or -errno.
 */
static int64_t take(struct flight *flight, uint64_t nr, struct timespec *wait)
{
	struct io_event event;
	uint64_t taken = 0;

	while (taken < nr) {
		long got = syscall(SYS_io_getevents, flight->context, 1, 1, &event, wait);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		if (event.res != BLOCK_BYTES)
			return event.res < 0 ? event.res : -EIO;
		flight->returned[event.data]++;
		taken++;
	}
	return (int64_t)taken;
}

static int run(const struct config *config, int fd, struct flight *flight)
{
	struct timespec wait = { .tv_nsec = EXTRA_WAIT_NS };
	int64_t taken;
	int err;

	if (syscall(SYS_io_setup, WRITES_MAX, &flight->context))
		return -errno;
	err = send_all(config, fd, flight);
	if (err)
		return err;
	taken = take(flight, config->nr_writes, NULL);
	if (taken < 0)
		return (int)taken;
	if (take(flight, 1, &wait))
		return -EEXIST;
	for (uint64_t i = 0; i < config->nr_writes; i++)
		if (flight->returned[i] != 1)
			return -EEXIST;
	return 0;
}

static const struct argp_option options[] = {
	{ "offset", 'o', "BYTES", 0, "the block (default 0)", 0 },
	{ "writes", 'n', "N", 0, "generations to send (default 32)", 0 },
	{ 0 }
};

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct config *config = state->input;

	switch (key) {
	case 'o':
		config->offset_bytes = arguments_number(state, text, 0);
		return 0;
	case 'n':
		config->nr_writes = arguments_number(state, text, WRITES_MAX);
		return 0;
	case ARGP_KEY_ARG:
		arguments_word(state, text, &config->path, 1);
		return 0;
	case ARGP_KEY_END:
		if (!config->path)
			argp_error(state, "give a DEVICE");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "DEVICE",
	.doc = "Write one block many times at once, in order.\v"
	       "Exits 1 when a write failed or came back twice, 2 when it could not start.",
};

int main(int argc, char **argv)
{
	struct config config = { .nr_writes = 32 };
	struct flight flight = { 0 };
	int fd, err;

	argp_err_exit_status = 2;
	argp_parse(&argp, argc, argv, 0, NULL, &config);
	flight.blocks = aligned_alloc(BLOCK_BYTES, config.nr_writes * BLOCK_BYTES);
	if (!flight.blocks) {
		fprintf(stderr, "overwrite: out of memory; send fewer\n");
		return 2;
	}
	fd = arguments_open("overwrite", config.path, O_RDWR, NULL);
	if (fd < 0) {
		free(flight.blocks);
		return 2;
	}
	err = run(&config, fd, &flight);
	if (err)
		fprintf(stderr, "overwrite: %s: %s\n", config.path,
			err == -EEXIST ? "a write came back twice" : strerror(-err));
	close(fd);
	free(flight.blocks);
	return err ? 1 : 0;
}
