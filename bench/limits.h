/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The limits of the gate, read from bench/limits.json (schema blki-bench-limits/1).
 *
 * limits.json -> this -> gate. It owns the format. Pure: text in, table out.
 */
#ifndef BENCH_LIMITS_H
#define BENCH_LIMITS_H

#include <stddef.h>

#include "result.h"

/** BENCH_LIMITS_SCHEMA - the only schema that is read */
#define BENCH_LIMITS_SCHEMA "blki-bench-limits/1"

/** BENCH_MAX_RULES - rules of one kind */
#define BENCH_MAX_RULES 64

/**
 * struct bench_rule - what is allowed in the cells that a pattern names
 * @device: name, "*", or a prefix that ends in "*"
 * @load: likewise
 * @arm: likewise
 * @versus: the arm that the figure is taken against
 * @max_delta: largest difference to @versus in clock units, or NAN
 * @max_delta_pct: largest difference in percent of @versus, or NAN; the larger of both holds
 * @max_ratio: largest ratio to @versus, or NAN
 * @both_ways: the difference may not fall below minus the limit either
 * @why: one sentence
 */
struct bench_rule {
	char device[BENCH_NAME_MAX];
	char load[BENCH_NAME_MAX];
	char arm[BENCH_NAME_MAX];
	char versus[BENCH_NAME_MAX];
	double max_delta;
	double max_delta_pct;
	double max_ratio;
	int both_ways;
	char why[160];
};

/**
 * struct bench_margin - how much a cell may grow against a baseline
 * @device: as in struct bench_rule
 * @load: likewise
 * @arm: likewise
 * @margin: clock units per I/O
 * @margin_pct: percent of the cell's median; the larger of both holds
 */
struct bench_margin {
	char device[BENCH_NAME_MAX];
	char load[BENCH_NAME_MAX];
	char arm[BENCH_NAME_MAX];
	double margin;
	double margin_pct;
};

/**
 * struct bench_limits - the whole file
 * @rules: absolute limits; every one that matches a cell holds
 * @nr_rules: entries in @rules
 * @margins: growth against a baseline; the first that matches a cell holds
 * @nr_margins: entries in @margins
 */
struct bench_limits {
	struct bench_rule rules[BENCH_MAX_RULES];
	size_t nr_rules;
	struct bench_margin margins[BENCH_MAX_RULES];
	size_t nr_margins;
};

/** bench_limits_default - the text of bench/limits.json as it was when the program was built */
extern const char bench_limits_default[];

/**
 * bench_limits_parse - read limits out of JSON text
 * @text: NUL-terminated
 * @limits: out
 * @message: out: on failure what is wrong
 * @size: bytes at @message
 *
 * Return: 0 or -EINVAL.
 */
int bench_limits_parse(const char *text, struct bench_limits *limits, char *message, size_t size);

/** bench_pattern_matches - whether "*", "ublk-*" or "brd" covers a name; Return: 1 or 0 */
int bench_pattern_matches(const char *pattern, const char *name);

#endif /* BENCH_LIMITS_H */
