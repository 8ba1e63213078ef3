// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The gate: judging a result against a baseline and against limits.
 *
 * result, baseline, limits -> this -> findings -> gate_print.c. A figure that could not have
 * been told from noise is inconclusive, never a pass; a pair from different environments is
 * incomparable, never a regression. How these are decided is written in docs/statistics.md.
 */
#include "gate.h"

#include <errno.h>
#include <json-c/json.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Facts that must be equal; a fact that only one side knows is a difference. */
static const char *const comparable_keys[] = {
	"kernel", "kernel_build", "cmdline", "vulnerabilities", "cpu_name", "cpu_model", "cpus",
	"qemu", "accel", "icount", "mem_mb", "clocksource",
};

/* Of the loader all but the number of repetitions, which only changes what can be resolved. */
static const char *const comparable_loader_keys[] = {
	"engine", "block_bytes", "window", "ios", "warmup", "seed",
};

static int differs(struct json_object *a, struct json_object *b, const char *key, char *reason,
		   size_t size)
{
	struct json_object *x = NULL, *y = NULL;

	json_object_object_get_ex(a, key, &x);
	json_object_object_get_ex(b, key, &y);
	if ((!x && !y) || (x && y && json_object_equal(x, y)))
		return 0;
	snprintf(reason, size, "%s differs: the baseline has %s, the result has %s", key,
		 x ? json_object_to_json_string(x) : "none",
		 y ? json_object_to_json_string(y) : "none");
	return 1;
}

static int loaders_differ(struct json_object *a, struct json_object *b, char *reason, size_t size)
{
	struct json_object *x = NULL, *y = NULL;
	size_t i;

	json_object_object_get_ex(a, "loader", &x);
	json_object_object_get_ex(b, "loader", &y);
	for (i = 0; i < sizeof(comparable_loader_keys) / sizeof(comparable_loader_keys[0]); i++)
		if (differs(x, y, comparable_loader_keys[i], reason, size))
			return 1;
	return 0;
}

/* A device that only one of them measured is found later, as a missing cell. */
static int devices_differ(struct json_object *a, struct json_object *b, char *reason, size_t size)
{
	struct json_object *x = NULL, *y = NULL, *other;

	json_object_object_get_ex(a, "devices", &x);
	json_object_object_get_ex(b, "devices", &y);
	if (!x || !y)
		return 0;
	json_object_object_foreach(x, name, config) {
		(void)config;
		if (json_object_object_get_ex(y, name, &other) && differs(x, y, name, reason, size))
			return 1;
	}
	return 0;
}

/* Return: whether the pair may not be compared; the reason is in @gate then. */
static int incomparable(const struct bench_result *baseline, const struct bench_result *result,
			struct bench_gate *gate)
{
	char *reason = gate->reason;
	size_t size = sizeof(gate->reason), i;

	if (strcmp(baseline->scenario, result->scenario) ||
	    strcmp(baseline->clock, result->clock)) {
		snprintf(reason, size, "the baseline is %s in %s, the result %s in %s",
			 baseline->scenario, baseline->clock, result->scenario, result->clock);
		return 1;
	}
	for (i = 0; i < sizeof(comparable_keys) / sizeof(comparable_keys[0]); i++)
		if (differs(baseline->environment, result->environment, comparable_keys[i], reason,
			    size))
			return 1;
	if (loaders_differ(baseline->environment, result->environment, reason, size) ||
	    devices_differ(baseline->environment, result->environment, reason, size))
		return 1;
	if (!bench_result_ok(baseline)) {
		snprintf(reason, size, "a check of the baseline failed, its figures prove nothing");
		return 1;
	}
	for (i = 0; i < baseline->nr_cells; i++) {
		const struct bench_key *key = &baseline->cells[i].key;

		if (bench_result_find(result, key->device, key->load, key->arm))
			continue;
		snprintf(reason, size, "the result lacks the cell %s %s %s", key->device,
			 key->load, key->arm);
		return 1;
	}
	return 0;
}

static struct bench_finding *add_finding(struct bench_gate *gate, const struct bench_key *key,
					 const char *versus)
{
	struct bench_finding *findings;

	findings = reallocarray(gate->findings, gate->nr_findings + 1, sizeof(*findings));
	if (!findings)
		return NULL;
	gate->findings = findings;
	findings += gate->nr_findings++;
	memset(findings, 0, sizeof(*findings));
	findings->key = *key;
	snprintf(findings->versus, sizeof(findings->versus), "%s", versus);
	return findings;
}

static const struct bench_margin *margin_of(const struct bench_limits *limits,
					    const struct bench_key *key)
{
	size_t i;

	for (i = 0; i < limits->nr_margins; i++)
		if (bench_pattern_matches(limits->margins[i].device, key->device) &&
		    bench_pattern_matches(limits->margins[i].load, key->load) &&
		    bench_pattern_matches(limits->margins[i].arm, key->arm))
			return &limits->margins[i];
	return NULL;
}

static const struct bench_cell *same_arm(const struct bench_result *result,
					 const struct bench_key *key, const char *arm)
{
	return bench_result_find(result, key->device, key->load, arm);
}

static unsigned int fewest_reps(const struct bench_cell *const *cells, size_t nr)
{
	unsigned int fewest = BENCH_MAX_REPS;
	size_t i;

	for (i = 0; i < nr; i++)
		if (cells[i]->nr_reps < fewest)
			fewest = cells[i]->nr_reps;
	return fewest;
}

/* The change of a cell: of its difference to raw where there is a raw, else of its median. */
static int judge_change(const struct bench_result *baseline, const struct bench_result *result,
			const struct bench_limits *limits, const struct bench_cell *now,
			struct bench_gate *gate)
{
	const struct bench_cell *then = same_arm(baseline, &now->key, now->key.arm);
	const struct bench_margin *margin = margin_of(limits, &now->key);
	const struct bench_cell *cells[4] = { now, then };
	struct bench_finding *finding;
	double sigma[4], change;
	size_t nr = 2, i;

	if (!then || !margin)
		return 0;
	if (strcmp(now->key.arm, "raw")) {
		cells[2] = same_arm(result, &now->key, "raw");
		cells[3] = same_arm(baseline, &now->key, "raw");
		nr = cells[2] && cells[3] ? 4 : 2;
	}
	finding = add_finding(gate, &now->key, nr == 4 ? "raw" : "");
	if (!finding)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		sigma[i] = cells[i]->summary.sigma;
	finding->value = now->summary.median - (nr == 4 ? cells[2]->summary.median : 0);
	finding->baseline = then->summary.median - (nr == 4 ? cells[3]->summary.median : 0);
	finding->what = nr == 4 ? "difference to raw" : "cost of the cell";
	finding->limit = fmax(margin->margin, margin->margin_pct / 100 * then->summary.median);
	finding->resolvable = bench_resolvable(sigma, nr, fewest_reps(cells, nr));
	change = finding->value - finding->baseline;
	if (change > fmax(finding->limit, finding->resolvable))
		finding->outcome = BENCH_GATE_REGRESSION;
	/* too noisy to exclude a regression; an improvement larger than the noise excludes it */
	else if (change > finding->limit || (finding->resolvable > finding->limit &&
					     change + finding->resolvable > finding->limit))
		finding->outcome = BENCH_GATE_INCONCLUSIVE;
	return 0;
}

static double rule_delta_limit(const struct bench_rule *rule, double versus_median)
{
	/*
	 * fmax() takes the other argument when one is NAN: a limit that is not given does
	 * not count.
	 */
	return fmax(rule->max_delta, rule->max_delta_pct / 100 * versus_median);
}

static int judge_rule(const struct bench_result *result, const struct bench_rule *rule,
		      const struct bench_cell *now, struct bench_gate *gate)
{
	const struct bench_cell *versus = same_arm(result, &now->key, rule->versus);
	bool is_ratio = !isnan(rule->max_ratio);
	struct bench_finding *finding;
	double sigma[2], over;

	if (!versus)
		return 0;
	finding = add_finding(gate, &now->key, rule->versus);
	if (!finding)
		return -ENOMEM;
	sigma[0] = now->summary.sigma;
	sigma[1] = versus->summary.sigma;
	finding->baseline = NAN;
	finding->resolvable = bench_resolvable(sigma, 2, now->nr_reps);
	finding->value = now->summary.median - versus->summary.median;
	if (is_ratio) {
		finding->what = "ratio";
		finding->unit = "x";
		finding->value = now->summary.median / versus->summary.median;
		finding->limit = rule->max_ratio;
		finding->resolvable /= versus->summary.median;
	} else {
		finding->what = "difference";
		finding->limit = rule_delta_limit(rule, versus->summary.median);
	}
	over = (rule->both_ways ? fabs(finding->value) : finding->value) - finding->limit;
	if (over > 0)
		finding->outcome = over > finding->resolvable ? BENCH_GATE_REGRESSION :
								BENCH_GATE_INCONCLUSIVE;
	return 0;
}

static int judge_cell(const struct bench_result *baseline, const struct bench_result *result,
		      const struct bench_limits *limits, const struct bench_cell *cell,
		      struct bench_gate *gate)
{
	size_t i;
	int err;

	err = judge_change(baseline, result, limits, cell, gate);
	for (i = 0; i < limits->nr_rules && !err; i++) {
		const struct bench_rule *rule = &limits->rules[i];

		if (bench_pattern_matches(rule->device, cell->key.device) &&
		    bench_pattern_matches(rule->load, cell->key.load) &&
		    bench_pattern_matches(rule->arm, cell->key.arm))
			err = judge_rule(result, rule, cell, gate);
	}
	return err;
}

static void conclude(const struct bench_result *result, struct bench_gate *gate)
{
	size_t i, nr[4] = { 0 };

	for (i = 0; i < gate->nr_findings; i++) {
		if (!gate->findings[i].unit)
			gate->findings[i].unit = result->clock;
		nr[gate->findings[i].outcome]++;
	}
	gate->outcome = BENCH_GATE_PASS;
	if (nr[BENCH_GATE_INCONCLUSIVE])
		gate->outcome = BENCH_GATE_INCONCLUSIVE;
	if (nr[BENCH_GATE_REGRESSION])
		gate->outcome = BENCH_GATE_REGRESSION;
	if (gate->outcome != BENCH_GATE_PASS)
		snprintf(gate->reason, sizeof(gate->reason),
			 "of %zu judgements %zu are regressions, %zu inconclusive",
			 gate->nr_findings, nr[BENCH_GATE_REGRESSION], nr[BENCH_GATE_INCONCLUSIVE]);
	for (i = 0; i < result->nr_checks; i++) {
		if (result->checks[i].ok)
			continue;
		gate->outcome = BENCH_GATE_REGRESSION;
		snprintf(gate->reason, sizeof(gate->reason), "the check %s failed: %s",
			 result->checks[i].name, result->checks[i].detail);
	}
}

int bench_gate_judge(const struct bench_result *baseline, const struct bench_result *result,
		     const struct bench_limits *limits, struct bench_gate *gate)
{
	size_t i;
	int err = 0;

	memset(gate, 0, sizeof(*gate));
	if (incomparable(baseline, result, gate)) {
		gate->outcome = BENCH_GATE_INCOMPARABLE;
		return 0;
	}
	if (strcmp(result->clock, "instructions")) {
		snprintf(gate->reason, sizeof(gate->reason),
			 "the clock is %s; only instruction counts repeat well enough to gate",
			 result->clock);
		gate->outcome = BENCH_GATE_INCONCLUSIVE;
		return 0;
	}
	for (i = 0; i < result->nr_cells && !err; i++)
		err = judge_cell(baseline, result, limits, &result->cells[i], gate);
	conclude(result, gate);
	return err;
}

void bench_gate_free(struct bench_gate *gate)
{
	free(gate->findings);
	memset(gate, 0, sizeof(*gate));
}
