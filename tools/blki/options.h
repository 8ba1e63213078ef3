/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Option values of the commands, from text to typed values.
 *
 * cli.c calls these for --timeout, --hook and ids. Pure: they print nothing and know no defaults.
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
 * @text: "default", "list" or "wrap"
 * @hook: out: enum blki_hook
 *
 * Return: 0, or -EINVAL.
 */
int options_hook(const char *text, unsigned int *hook);

/**
 * options_id - id of an interposer
 * @text: decimal digits
 * @id: out: the number
 *
 * Return: 0, or -EINVAL.
 */
int options_id(const char *text, uint64_t *id);

/** options_hook_name - "list", "wrap", "default", or "unknown" for a number of a newer module */
const char *options_hook_name(unsigned int hook);

#endif /* BLKI_OPTIONS_H */
