// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parses option values strictly: digits where a number is meant, exact names where a name is meant.
 *
 * cli.c -> [this]. strtoul() would take signs, spaces, hexadecimal and a tail; none of them is
 * meant here.
 */
#include "tools/blki/options.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <linux/blki.h>

#define MS_PER_S	1000
#define DECIMALS_MAX	3

static const char *const hook_names[] = {
	[BLKI_HOOK_DEFAULT] = "default",
	[BLKI_HOOK_LIST] = "list",
	[BLKI_HOOK_WRAP] = "wrap",
	[BLKI_HOOK_FAST] = "fast",
	[BLKI_HOOK_FTRACE] = "ftrace",
};

static const char *const class_names[] = {
	[BLKI_CLASS_IDENTITY] = "identity",
	[BLKI_CLASS_STATEFUL] = "stateful",
	[BLKI_CLASS_TRANSFORMING] = "transforming",
};

#define NR_HOOKS	(sizeof(hook_names) / sizeof(hook_names[0]))
#define NR_CLASSES	(sizeof(class_names) / sizeof(class_names[0]))

/* Takes decimal digits off *@text. Return: false if there is none or the number does not fit. */
static bool take_digits(const char **text, uint64_t *value, size_t *nr_digits)
{
	const char *s = *text;
	uint64_t v = 0;

	for (; *s >= '0' && *s <= '9'; s++) {
		unsigned int digit = (unsigned int)(*s - '0');

		if (v > (UINT64_MAX - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*nr_digits = (size_t)(s - *text);
	*text = s;
	*value = v;
	return *nr_digits > 0;
}

static bool is_number(const char *text)
{
	size_t whole = strspn(text, "0123456789"), decimals = 0;

	if (text[whole] == '.') {
		decimals = strspn(text + whole + 1, "0123456789");
		if (!decimals || decimals > DECIMALS_MAX)
			return false;
		decimals++;
	}
	return whole && !text[whole + decimals];
}

int options_timeout(const char *text, unsigned int *timeout_ms)
{
	uint64_t s, ms = 0;
	size_t nr_digits;

	if (!is_number(text))
		return -EINVAL;
	if (!take_digits(&text, &s, &nr_digits) || s > UINT32_MAX / MS_PER_S)
		return -ERANGE;
	if (*text == '.') {
		text++;
		take_digits(&text, &ms, &nr_digits);
		for (; nr_digits < DECIMALS_MAX; nr_digits++)
			ms *= 10;
	}
	ms += s * MS_PER_S;
	if (!ms || ms > UINT32_MAX)
		return -ERANGE;
	*timeout_ms = (unsigned int)ms;
	return 0;
}

static int find_name(const char *const names[], size_t nr, const char *text, unsigned int *number)
{
	for (size_t i = 0; i < nr; i++) {
		if (!strcmp(text, names[i])) {
			*number = (unsigned int)i;
			return 0;
		}
	}
	return -EINVAL;
}

int options_hook(const char *text, unsigned int *hook)
{
	return find_name(hook_names, NR_HOOKS, text, hook);
}

int options_class(const char *text, unsigned int *class_nr)
{
	return find_name(class_names, NR_CLASSES, text, class_nr);
}

int options_number(const char *text, uint64_t *value)
{
	size_t nr_digits;

	return take_digits(&text, value, &nr_digits) && !*text ? 0 : -EINVAL;
}

const char *options_hook_name(unsigned int hook)
{
	return hook < NR_HOOKS ? hook_names[hook] : "unknown";
}

const char *options_class_name(unsigned int class_nr)
{
	return class_nr < NR_CLASSES ? class_names[class_nr] : "unknown";
}
