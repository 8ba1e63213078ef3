// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads a table and gives it back.
 *
 * main.c -> [this]. The copy that is given back lives in memory (memfd), so nothing is left behind
 * and a read-only or absent /tmp does not matter.
 */
#include "tools/dmsetup/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define CHUNK_BYTES	65536

int input_read(int fd, char **text, size_t *nr_bytes)
{
	size_t room = CHUNK_BYTES, nr = 0;
	char *buffer = malloc(room), *larger;
	int ret = buffer ? 0 : -ENOMEM;

	while (!ret) {
		ssize_t got = read(fd, buffer + nr, room - nr - 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			ret = -errno;
		if (got <= 0)
			break;
		nr += (size_t)got;
		if (nr > INPUT_BYTES_MAX)
			ret = -E2BIG;
		if (!ret && room - nr < CHUNK_BYTES / 2) {
			larger = realloc(buffer, room * 2);
			ret = larger ? 0 : -ENOMEM;
			buffer = larger ? larger : buffer;
			room *= 2;
		}
	}
	if (ret) {
		free(buffer);
		return ret;
	}
	buffer[nr] = '\0';
	*text = buffer;
	*nr_bytes = nr;
	return 0;
}

int input_read_file(const char *path, char **text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t nr_bytes;
	int ret;

	if (fd < 0)
		return -errno;
	ret = input_read(fd, text, &nr_bytes);
	close(fd);
	return ret;
}

static int write_all(int fd, const char *text, size_t nr_bytes)
{
	while (nr_bytes) {
		ssize_t put = write(fd, text, nr_bytes);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		text += put;
		nr_bytes -= (size_t)put;
	}
	return 0;
}

int input_put_back(const char *text, size_t nr_bytes)
{
	int fd = memfd_create("dmsetup-table", MFD_CLOEXEC);
	int ret;

	if (fd < 0)
		return -errno;
	ret = write_all(fd, text, nr_bytes);
	if (!ret && (lseek(fd, 0, SEEK_SET) < 0 || dup2(fd, STDIN_FILENO) < 0))
		ret = -errno;
	close(fd);
	return ret;
}
