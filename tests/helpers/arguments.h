/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the command lines of the helpers have in common: numbers, and a device that is opened past the page cache.
 *
 * main() of a helper -> argp -> [this]. Its messages name the word that is wrong.
 */
#ifndef BLKI_TEST_ARGUMENTS_H
#define BLKI_TEST_ARGUMENTS_H

#include <argp.h>
#include <stdint.h>

/**
 * arguments_number - take a number or a size; argp_error() when it is none, or out of range
 * @state: of argp
 * @text: as block_parse_bytes()
 * @max: largest, the smallest is 1; 0: every number, 0 included
 *
 * Return: the number.
 */
uint64_t arguments_number(struct argp_state *state, const char *text, uint64_t max);

/**
 * arguments_word - take an argument that is no option; argp_error() when it is one too many
 * @state: of argp
 * @text: the argument
 * @words: out: it becomes the one at its place
 * @nr: words there may be
 */
void arguments_word(struct argp_state *state, const char *text, const char **words, unsigned int nr);

/**
 * arguments_open - open a block device with O_DIRECT
 * @program: begins the message of a failure
 * @path: the device
 * @flags: of open(2)
 * @nr_bytes: out: its size, at least BLOCK_BYTES; or NULL
 *
 * Return: a file, or -1 after a line on stderr.
 */
int arguments_open(const char *program, const char *path, int flags, uint64_t *nr_bytes);

#endif /* BLKI_TEST_ARGUMENTS_H */
