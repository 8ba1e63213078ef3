/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of a create, read so that the real dmsetup can still read it.
 *
 * main.c has to look at the table to decide whose it is; stdin can be read only once, so what was
 * read is put back as a file of its own.
 */
#ifndef BLKI_DMSETUP_INPUT_H
#define BLKI_DMSETUP_INPUT_H

#include <stddef.h>

/** INPUT_BYTES_MAX - a table of 2^20 lines of 256 bytes; more is no table */
#define INPUT_BYTES_MAX	(256UL << 20)

/**
 * input_read - read a file to its end
 * @fd: where from; stays open
 * @text: out: the bytes and a NUL, to be freed with free(3)
 * @nr_bytes: out: bytes without the NUL
 *
 * Return: 0; -E2BIG; -ENOMEM; or -errno of read(2).
 */
int input_read(int fd, char **text, size_t *nr_bytes);

/**
 * input_read_file - the same for a path
 * @path: the file
 * @text: out: as input_read()
 *
 * Return: as input_read(), or -errno of open(2).
 */
int input_read_file(const char *path, char **text);

/**
 * input_put_back - make stdin begin with bytes that were read from it
 * @text: what was read to its end
 * @nr_bytes: how many bytes
 *
 * Return: 0 or -errno.
 */
int input_put_back(const char *text, size_t nr_bytes);

#endif /* BLKI_DMSETUP_INPUT_H */
