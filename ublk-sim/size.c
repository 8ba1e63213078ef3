// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading sizes and counts; see size.h. First stage of `ublk-sim add`: text from the
 * command line → here → options.c, which judges whether the values fit together.
 */
#include "size.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

/* The digits at the start of @text; *@end is set behind them. -EINVAL, -ERANGE. */
static int digits_parse(const char *text, uint64_t *value, const char **end)
{
	uint64_t sum = 0;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	for (; isdigit((unsigned char)*text); text++) {
		if (__builtin_mul_overflow(sum, 10, &sum) ||
		    __builtin_add_overflow(sum, (uint64_t)(*text - '0'), &sum))
			return -ERANGE;
	}
	*value = sum;
	*end = text;
	return 0;
}

int sim_size_parse(const char *text, uint64_t *bytes)
{
	static const char suffixes[] = "kmgtp";
	const char *found;
	const char *end;
	uint64_t value;
	unsigned int shift;
	int err;

	err = digits_parse(text, &value, &end);
	if (err)
		return err;
	if (!*end) {
		*bytes = value;
		return 0;
	}
	found = strchr(suffixes, tolower((unsigned char)*end));
	if (!found)
		return -EINVAL;
	end++;
	if (*end == 'i')
		end++;
	if (*end == 'B')
		end++;
	if (*end)
		return -EINVAL;
	shift = 10 * (unsigned int)(found - suffixes + 1);
	if (value > UINT64_MAX >> shift)
		return -ERANGE;
	*bytes = value << shift;
	return 0;
}

int sim_count_parse(const char *text, uint32_t max, uint32_t *count)
{
	const char *end;
	uint64_t value;
	int err;

	err = digits_parse(text, &value, &end);
	if (err)
		return err;
	if (*end)
		return -EINVAL;
	if (value > max)
		return -ERANGE;
	*count = (uint32_t)value;
	return 0;
}
