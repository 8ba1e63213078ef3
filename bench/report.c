// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A result for people.
 *
 * result -> this -> terminal and report.md. Every figure carries its unit and the smallest
 * difference that it can resolve; what the clock can not see is said in every report.
 */
#include "report.h"

#include <json-c/json.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "names.h"

#define NS_PER_US 1000.0

static const char *first_of(const char *versus, const struct bench_result *result,
			    const struct bench_cell *cell, char *text, size_t size, int ratio)
{
	const struct bench_comparison *c = bench_result_compared(result, &cell->key, versus);

	if (!c)
		snprintf(text, size, "-");
	else if (ratio)
		snprintf(text, size, "%.4f", c->ratio);
	else
		snprintf(text, size, "%+.1f", c->delta);
	return text;
}

static double resolvable_of(const struct bench_result *result, const struct bench_cell *cell)
{
	const struct bench_comparison *c = bench_result_compared(result, &cell->key, "raw");

	return c ? c->resolvable : NAN;
}

static void table_row(const struct bench_result *result, const struct bench_cell *cell, FILE *out)
{
	double resolvable = resolvable_of(result, cell);
	char delta[32], ratio[32], resolves[32] = "-";

	if (!isnan(resolvable))
		snprintf(resolves, sizeof(resolves), "%.1f", resolvable);
	fprintf(out, "  %-18s %12.1f %12s %14s %9.1f %11s\n", cell->key.arm, cell->summary.median,
		first_of("raw", result, cell, delta, sizeof(delta), 0),
		first_of("dm-linear", result, cell, ratio, sizeof(ratio), 1),
		cell->summary.spread, resolves);
}

static bool any_cell(const struct bench_cell *cell)
{
	(void)cell;
	return true;
}

/** struct table - how a table begins, and a row of it */
struct table {
	void (*head)(const struct bench_result *result, const struct bench_key *key, FILE *out);
	void (*row)(const struct bench_result *result, const struct bench_cell *cell, FILE *out);
};

static bool same_table(const struct bench_key *a, const struct bench_key *b)
{
	return !strcmp(a->device, b->device) && !strcmp(a->load, b->load);
}

/* The rows of one device and load, in the order of the arms. */
static void print_arms(const struct bench_result *result, const struct bench_key *key,
		       const struct table *table, FILE *out)
{
	size_t a;

	table->head(result, key, out);
	for (a = 0; a < bench_arms.nr; a++) {
		const struct bench_cell *cell = bench_result_find(result, key->device, key->load,
								  bench_arms.names[a].name);

		if (cell)
			table->row(result, cell, out);
	}
}

/*
 * Cells are stored as they were measured, arm after arm; people want them by device and load. A
 * table stands where the first of its cells does. Only cells that are @wanted have one.
 */
static void print_tables(const struct bench_result *result, const struct table *table,
			 bool (*wanted)(const struct bench_cell *cell), FILE *out)
{
	size_t i, j;

	for (i = 0; i < result->nr_cells; i++) {
		const struct bench_key *key = &result->cells[i].key;

		for (j = 0; j < i; j++)
			if (same_table(&result->cells[j].key, key))
				break;
		if (j == i && wanted(&result->cells[i]))
			print_arms(result, key, table, out);
	}
}

static void table_head(const struct bench_result *result, const struct bench_key *key, FILE *out)
{
	fprintf(out, "\n%s, %s\n  %-18s %12s %12s %14s %9s %11s\n", key->device, key->load, "arm",
		strcmp(result->clock, "ns") ? "instr/IO" : "ns/IO", "to raw", "to dm-linear",
		"spread", "resolvable");
}

void bench_report_table(const struct bench_result *result, FILE *out)
{
	static const struct table table = { table_head, table_row };

	print_tables(result, &table, any_cell, out);
	fputc('\n', out);
}

void bench_report_failures(const struct bench_result *result, FILE *out)
{
	size_t i;

	for (i = 0; i < result->nr_checks; i++)
		if (!result->checks[i].ok)
			fprintf(out, "check failed: %s: %s\n", result->checks[i].name,
				result->checks[i].detail);
}

static void markdown_head(const struct bench_result *result, const struct bench_key *key, FILE *out)
{
	fprintf(out, "\n### %s, %s\n\n| arm | %s per I/O | difference to raw | ratio to dm-linear "
		"| spread | resolvable |\n|---|---:|---:|---:|---:|---:|\n", key->device,
		key->load, result->clock);
}

static void markdown_row(const struct bench_result *result, const struct bench_cell *cell,
			 FILE *out)
{
	double resolvable = resolvable_of(result, cell);
	char delta[32], ratio[32], resolves[32] = "-";

	if (!isnan(resolvable))
		snprintf(resolves, sizeof(resolves), "%.1f", resolvable);
	fprintf(out, "| %s | %.1f | %s | %s | %.1f | %s |\n", cell->key.arm, cell->summary.median,
		first_of("raw", result, cell, delta, sizeof(delta), 0),
		first_of("dm-linear", result, cell, ratio, sizeof(ratio), 1),
		cell->summary.spread, resolves);
}

void bench_report_head(const struct bench_result *result, FILE *out)
{
	size_t failed = 0, i;

	for (i = 0; i < result->nr_checks; i++)
		failed += !result->checks[i].ok;
	fprintf(out, "# %s\n\nVerdict: **%s**: %zu checks, %zu failed.\n\n", result->scenario,
		bench_result_ok(result) ? "pass" : "fail", result->nr_checks, failed);
	for (i = 0; i < result->nr_checks; i++)
		if (!result->checks[i].ok)
			fprintf(out, "- failed: `%s`: %s\n", result->checks[i].name,
				result->checks[i].detail);
}

static void markdown_intro(const struct bench_result *result, FILE *out)
{
	size_t i;

	bench_report_head(result, out);
	fputs("\n## How to read it\n\n"
	      "One row is one arm: what stands between the program and the disk.\n\n", out);
	for (i = 0; i < bench_arms.nr; i++)
		fprintf(out, "- `%s`: %s: `%s`\n", bench_arms.names[i].name,
			bench_arms.names[i].what, bench_arms.names[i].stack);
	fputs("\nThe cost is the median over windows of I/Os of everything the processor\n"
	      "executed for one I/O: the loader, the kernel, and the ublk server where there is\n"
	      "one. Nothing is subtracted. *Spread* is the largest minus the smallest median of a\n"
	      "repetition. *Resolvable* is the smallest true difference to raw that this run can\n"
	      "be relied on to show; a smaller one is not evidence of anything.\n", out);
	if (strcmp(result->clock, "ns"))
		fputs("\n**Instructions are not cycles.** Cache misses, lock contention,\n"
		      "parallelism and the latency of a real disk are invisible to this clock; a\n"
		      "copy of 4 KiB by one string instruction counts about 4100.\n", out);
	else
		fputs("\n**Nanoseconds of an emulated or shared machine** vary between boots by\n"
		      "more than what is measured here; these figures are no basis for a gate.\n",
		      out);
}

static bool has_profile(const struct bench_cell *cell)
{
	return !strncmp(cell->key.device, BENCH_PROFILE_PREFIX, strlen(BENCH_PROFILE_PREFIX));
}

/* One head stands above all shares. */
static void share_head(const struct bench_result *result, const struct bench_key *key, FILE *out)
{
	(void)result;
	(void)key;
	(void)out;
}

/*
 * Means, because a long tail is part of a latency, and because every arm meets the same service
 * times: with so many in flight an I/O takes so many times what one costs the run.
 */
static void share_row(const struct bench_result *result, const struct bench_cell *cell, FILE *out)
{
	const struct bench_cell *raw = bench_result_find(result, cell->key.device, cell->key.load,
							 "raw");
	int load = bench_names_find(&bench_loads, cell->key.load, strlen(cell->key.load));
	double depth = load < 0 ? 1 : bench_load_depth((enum bench_load)load);
	double added;

	if (!raw)
		return;
	added = cell->summary.mean - raw->summary.mean;
	fprintf(out, "| %-18s | %-17s | %-18s | %10.2f | %+9.2f | %+8.3f |\n", cell->key.device,
		cell->key.load, cell->key.arm, cell->summary.mean * depth / NS_PER_US,
		added * depth / NS_PER_US, 100 * added / raw->summary.mean);
}

/* A profile with I/Os faster than the path is not delivered whole, and that is said. */
static void share_floors(const struct bench_result *result, FILE *out)
{
	struct json_object *devices, *delivered, *floor_ns;

	if (!json_object_object_get_ex(result->environment, "devices", &devices))
		return;
	json_object_object_foreach(devices, name, config) {
		if (json_object_object_get_ex(config, "profile_delivered", &delivered) &&
		    !json_object_get_boolean(delivered) &&
		    json_object_object_get_ex(config, "profile_floor_ns", &floor_ns))
			fprintf(out, "\n%s has I/Os of %.1f us, which this machine's path is too "
				"slow for: those take the path's time.\n", name,
				(double)json_object_get_int64(floor_ns) / NS_PER_US);
	}
}

void bench_report_shares(const struct bench_result *result, FILE *out)
{
	static const struct table table = { share_head, share_row };
	size_t i;

	for (i = 0; i < result->nr_cells; i++)
		if (has_profile(&result->cells[i]))
			break;
	if (i == result->nr_cells)
		return;
	fputs("\n## Share of a disk's latency\n\n"
	      "These disks take the time of a profile. On the instruction clock time is\n"
	      "virtual: an instruction is one nanosecond, and waiting lasts what the profile\n"
	      "says. Every arm meets the same service times, drawn from the same seed.\n\n",
	      out);
	fprintf(out, "| %-18s | %-17s | %-18s | %10s | %9s | %8s |\n", "device", "load", "arm",
		"latency us", "added us", "share %");
	fputs("|--------------------|-------------------|--------------------|-----------:|"
	      "----------:|---------:|\n", out);
	print_tables(result, &table, has_profile, out);
	share_floors(result, out);
}

static void markdown_value(const char *key, struct json_object *value, FILE *out)
{
	fprintf(out, "| %s | %s |\n", key,
		json_object_is_type(value, json_type_string) ?
		json_object_get_string(value) :
		json_object_to_json_string_ext(value, JSON_C_TO_STRING_SPACED |
					       JSON_C_TO_STRING_NOSLASHESCAPE));
}

static void markdown_environment(const struct bench_result *result, FILE *out)
{
	fputs("\n## Environment\n\n| | |\n|---|---|\n", out);
	json_object_object_foreach(result->environment, key, value) {
		if (!strcmp(key, "vulnerabilities") || !strcmp(key, "devices"))
			continue;
		markdown_value(key, value, out);
	}
	fputs("\nDevice settings and the mitigations of the kernel are in `result.json`.\n", out);
}

static double number_in(struct json_object *object, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(object, key, &value) ? json_object_get_double(value) : NAN;
}

static void markdown_attach(struct json_object *attach, FILE *out)
{
	struct json_object *results, *entry, *command;
	size_t i;

	if (!attach || !json_object_object_get_ex(attach, "results", &results))
		return;
	fputs("\n## Attach and detach\n\nTimed with hyperfine in the guest, the start of the\n"
	      "`blki` process included (`attach-hyperfine.json`). It is the guest's own, virtual\n"
	      "time: on the instruction clock one instruction is one nanosecond, and a wait for a\n"
	      "grace period or a timer lasts what the guest's timers say, whatever the host\n"
	      "needed.\n\n"
	      "| command | median ms | min ms | max ms |\n|---|---:|---:|---:|\n", out);
	for (i = 0; i < json_object_array_length(results); i++) {
		entry = json_object_array_get_idx(results, i);
		if (!json_object_object_get_ex(entry, "command", &command))
			continue;
		fprintf(out, "| %s | %.2f | %.2f | %.2f |\n", json_object_get_string(command),
			number_in(entry, "median") * 1000, number_in(entry, "min") * 1000,
			number_in(entry, "max") * 1000);
	}
}

void bench_report_markdown(const struct bench_result *result, struct json_object *attach, FILE *out)
{
	static const struct table table = { markdown_head, markdown_row };

	markdown_intro(result, out);
	fputs("\n## Figures\n", out);
	print_tables(result, &table, any_cell, out);
	bench_report_shares(result, out);
	markdown_attach(attach, out);
	bench_report_tail(result, out);
}

void bench_report_tail(const struct bench_result *result, FILE *out)
{
	markdown_environment(result, out);
	fprintf(out, "\n## Reproduce\n\n    ./x bench run %s\n\n"
		"The definitions of median, spread and resolvable are in docs/statistics.md.\n",
		result->scenario);
}
