// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the gate found, for people and as JSON.
 *
 * gate.c -> this -> stdout. It decides nothing.
 */
#include "gate.h"

#include <json-c/json.h>
#include <math.h>
#include <string.h>

#define GATE_SCHEMA "blki-bench-gate/1"

const char *bench_outcome_name(enum bench_outcome outcome)
{
	switch (outcome) {
	case BENCH_GATE_PASS:
		return "pass";
	case BENCH_GATE_REGRESSION:
		return "regression";
	case BENCH_GATE_INCOMPARABLE:
		return "incomparable";
	case BENCH_GATE_INCONCLUSIVE:
		return "inconclusive";
	}
	return "unknown";
}

static void print_reproducer(const struct bench_finding *f, FILE *out)
{
	const struct bench_key *key = &f->key;

	fprintf(out, "    ./x bench run remap-overhead --device %s --load %s --arm ", key->device,
		key->load);
	if (f->versus[0])
		fprintf(out, "%s,", f->versus);
	fprintf(out, "%s\n", key->arm);
}

static void print_finding(const struct bench_finding *f, FILE *out)
{
	const struct bench_key *key = &f->key;
	int digits = strcmp(f->unit, "x") ? 1 : 4;

	fprintf(out, "%s: %s %s %s: %s", bench_outcome_name(f->outcome), key->device, key->load,
		key->arm, f->what);
	if (isnan(f->baseline))
		fprintf(out, " to %s is %.*f %s, limit %.*f", f->versus, digits, f->value, f->unit,
			digits, f->limit);
	else
		fprintf(out, " went from %.1f to %.1f %s: %+.1f, allowed +%.1f", f->baseline,
			f->value, f->unit, f->value - f->baseline, f->limit);
	fprintf(out, "; resolvable %.*f\n", digits, f->resolvable);
	print_reproducer(f, out);
}

void bench_gate_print(const struct bench_gate *gate, FILE *out)
{
	size_t i;

	for (i = 0; i < gate->nr_findings; i++)
		if (gate->findings[i].outcome != BENCH_GATE_PASS)
			print_finding(&gate->findings[i], out);
	if (gate->outcome == BENCH_GATE_PASS)
		fprintf(out, "gate: pass: %zu judgements\n", gate->nr_findings);
	else
		fprintf(out, "gate: %s: %s\n", bench_outcome_name(gate->outcome), gate->reason);
	if (gate->outcome == BENCH_GATE_INCOMPARABLE)
		fputs("make a baseline in this environment (./x bench run remap-overhead), or\n"
		      "compare two revisions in one boot (./x bench gate --against GITREV)\n", out);
}

static void put_number(struct json_object *object, const char *key, double value)
{
	char text[32];

	snprintf(text, sizeof(text), "%.8g", value);
	json_object_object_add(object, key,
			       isfinite(value) ? json_object_new_double_s(value, text) : NULL);
}

static struct json_object *finding_to_json(const struct bench_finding *f)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "device", json_object_new_string(f->key.device));
	json_object_object_add(o, "load", json_object_new_string(f->key.load));
	json_object_object_add(o, "arm", json_object_new_string(f->key.arm));
	json_object_object_add(o, "versus", json_object_new_string(f->versus));
	json_object_object_add(o, "what", json_object_new_string(f->what));
	json_object_object_add(o, "unit", json_object_new_string(f->unit));
	put_number(o, "baseline", f->baseline);
	put_number(o, "value", f->value);
	put_number(o, "limit", f->limit);
	put_number(o, "resolvable", f->resolvable);
	json_object_object_add(o, "outcome",
			       json_object_new_string(bench_outcome_name(f->outcome)));
	return o;
}

struct json_object *bench_gate_to_json(const struct bench_gate *gate)
{
	struct json_object *root = json_object_new_object();
	struct json_object *findings = json_object_new_array();
	size_t i;

	for (i = 0; i < gate->nr_findings; i++)
		json_object_array_add(findings, finding_to_json(&gate->findings[i]));
	json_object_object_add(root, "schema", json_object_new_string(GATE_SCHEMA));
	json_object_object_add(root, "outcome",
			       json_object_new_string(bench_outcome_name(gate->outcome)));
	json_object_object_add(root, "reason", json_object_new_string(gate->reason));
	json_object_object_add(root, "findings", findings);
	return root;
}
