/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Option values of the commands, from text to typed values.
 *
 * cli.c and commands.c call these for --timeout, --hook, --class and numbers. Pure: they print
 * nothing and know no defaults.
 */
#ifndef BLKI_OPTIONS_H
#define BLKI_OPTIONS_H

#include <stdint.h>

/**
 * options_timeout - seconds to milliseconds
 * @text: decimal seconds with at most three decimals, such as "30" or "0.25"
 * @timeout_ms: out: 1 to UINT32_MAX
 *
 * Return: 0; -EINVAL no such number; -ERANGE zero, or more than fits.
 */
int options_timeout(const char *text, unsigned int *timeout_ms);

/**
 * options_hook - name of a hook to its number
 * @text: "default", "list", "wrap", "fast" or "ftrace"
 * @hook: out: enum blki_hook
 *
 * Return: 0, or -EINVAL.
 */
int options_hook(const char *text, unsigned int *hook);

/**
 * options_class - name of a class of acceptors to its number
 * @text: "identity", "stateful" or "transforming"
 * @class_nr: out: enum blki_class
 *
 * Return: 0, or -EINVAL.
 */
int options_class(const char *text, unsigned int *class_nr);

/**
 * options_number - an id, a count, sectors
 * @text: decimal digits
 * @value: out: the number
 *
 * Return: 0, or -EINVAL.
 */
int options_number(const char *text, uint64_t *value);

/** options_hook_name - a name of options_hook(), or "unknown" for a number of a newer module */
const char *options_hook_name(unsigned int hook);

/** options_class_name - a name of options_class(), or "unknown" for a number of a newer module */
const char *options_class_name(unsigned int class_nr);

#endif /* BLKI_OPTIONS_H */
