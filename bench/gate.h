/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The gate: a result against a baseline and against limits.
 *
 * two results and limits -> this -> findings and one outcome. Pure: it reads no file, runs
 * nothing, and treats a different environment as "incomparable", never as a regression.
 */
#ifndef BENCH_GATE_H
#define BENCH_GATE_H

#include <stddef.h>
#include <stdio.h>

#include "limits.h"
#include "result.h"

/** enum bench_outcome - of a finding and of the whole gate; the value is the exit code */
enum bench_outcome {
	BENCH_GATE_PASS = 0,
	BENCH_GATE_REGRESSION = 1,
	BENCH_GATE_INCOMPARABLE = 2,
	BENCH_GATE_INCONCLUSIVE = 3,
};

/**
 * struct bench_finding - what the gate says of one cell
 * @key: the cell
 * @versus: the arm it is taken against: the figure is the difference or ratio to that arm; ""
 *	for none
 * @what: what was judged, in words
 * @unit: of the figures: the clock's unit per I/O, or "x"
 * @baseline: the figure of the baseline; NAN when the limit is absolute
 * @value: the figure now
 * @limit: how far the figure may go: a change when there is a baseline, else the figure itself
 * @resolvable: smallest true difference that this judgement can be relied on to show
 * @outcome: pass, regression or inconclusive
 */
struct bench_finding {
	struct bench_key key;
	char versus[BENCH_NAME_MAX];
	const char *what;
	const char *unit;
	double baseline;
	double value;
	double limit;
	double resolvable;
	enum bench_outcome outcome;
};

/**
 * struct bench_gate - everything the gate found
 * @findings: array of @nr_findings; owned
 * @nr_findings: in the order of the result's cells
 * @outcome: of the whole
 * @reason: why it is not a pass, or "" - for an incomparable pair the first difference
 */
struct bench_gate {
	struct bench_finding *findings;
	size_t nr_findings;
	enum bench_outcome outcome;
	char reason[512];
};

/**
 * bench_gate_judge - compare a result with a baseline and with limits
 * @baseline: an earlier result
 * @result: the one to judge
 * @limits: how much is allowed
 * @gate: out: to be freed with bench_gate_free(), also on failure
 *
 * Any regression makes the outcome a regression; without one, any inconclusive finding makes
 * it inconclusive.
 *
 * Return: 0 or -ENOMEM.
 */
int bench_gate_judge(const struct bench_result *baseline, const struct bench_result *result,
		     const struct bench_limits *limits, struct bench_gate *gate);

/** bench_gate_free - release the findings */
void bench_gate_free(struct bench_gate *gate);

/** bench_outcome_name - "pass", "regression", "incomparable" or "inconclusive" */
const char *bench_outcome_name(enum bench_outcome outcome);

/**
 * bench_gate_print - the findings that are not a pass, a reproducer for each, and the
 * outcome, for people
 */
void bench_gate_print(const struct bench_gate *gate, FILE *out);

/** bench_gate_to_json - all findings, schema blki-bench-gate/1; Return: a new object */
struct json_object *bench_gate_to_json(const struct bench_gate *gate);

#endif /* BENCH_GATE_H */
