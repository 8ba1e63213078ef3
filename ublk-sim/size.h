/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sizes and counts as people write them: "256M", "4k", "1073741824".
 *
 * Pure: text in, number out. Suffixes k, m, g, t, p (either case, an "i" and a "B" may
 * follow) are powers of 1024. Signs, fractions, spaces and empty text are refused, and
 * so is every value that does not fit.
 */
#ifndef UBLK_SIM_SIZE_H
#define UBLK_SIM_SIZE_H

#include <stdint.h>

/**
 * sim_size_parse - read a size in bytes
 * @text: NUL-terminated, for example "256M"
 * @bytes: the size; untouched when the text is refused
 *
 * Context: pure.
 * Return: 0, -EINVAL when @text is not a size, -ERANGE when it exceeds 64 bits.
 */
int sim_size_parse(const char *text, uint64_t *bytes);

/**
 * sim_count_parse - read a plain decimal number
 * @text: NUL-terminated, digits only
 * @max: largest value allowed
 * @count: the number; untouched when the text is refused
 *
 * Context: pure.
 * Return: 0, -EINVAL when @text is not a number, -ERANGE when it is above @max.
 */
int sim_count_parse(const char *text, uint32_t max, uint32_t *count);

#endif
