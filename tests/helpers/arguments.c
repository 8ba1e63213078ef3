// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Numbers, words and the device of a helper's command line.
 */
#include "arguments.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/fs.h>

#include "block.h"

uint64_t arguments_number(struct argp_state *state, const char *text, uint64_t max)
{
	uint64_t number = 0;

	if (block_parse_bytes(text, &number))
		argp_error(state, "'%s' is no number", text);
	else if (max && (!number || number > max))
		argp_error(state, "'%s' is not a number from 1 to %ju", text, (uintmax_t)max);
	return number;
}

void arguments_word(struct argp_state *state, const char *text, const char **words, unsigned int nr)
{
	if (state->arg_num >= nr)
		argp_error(state, "'%s' is too much", text);
	else
		words[state->arg_num] = text;
}

int arguments_open(const char *program, const char *path, int flags, uint64_t *nr_bytes)
{
	uint64_t size = 0;
	int fd = open(path, flags | O_DIRECT | O_CLOEXEC);

	if (fd < 0 || ioctl(fd, BLKGETSIZE64, &size)) {
		fprintf(stderr, "%s: %s: %s; give a block device\n", program, path, strerror(errno));
	} else if (size < BLOCK_BYTES) {
		fprintf(stderr, "%s: %s: has %ju bytes, %d are needed; give a larger one\n", program,
			path, (uintmax_t)size, BLOCK_BYTES);
	} else {
		if (nr_bytes)
			*nr_bytes = size;
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}
