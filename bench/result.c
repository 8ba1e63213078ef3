// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A benchmark result in memory: cells, comparisons and checks.
 *
 * scenario -> this -> result_json.c, report, gate. It keeps the summary of a cell in step with
 * its samples and does no I/O.
 */
#include "result.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int bench_result_init(struct bench_result *result, const char *scenario, const char *clock)
{
	memset(result, 0, sizeof(*result));
	snprintf(result->scenario, sizeof(result->scenario), "%s", scenario);
	snprintf(result->clock, sizeof(result->clock), "%s", clock);
	snprintf(result->unit, sizeof(result->unit), "%s/IO", clock);
	result->environment = json_object_new_object();
	return result->environment ? 0 : -ENOMEM;
}

void bench_result_free(struct bench_result *result)
{
	size_t i;

	for (i = 0; i < result->nr_cells; i++)
		free(result->cells[i].samples);
	for (i = 0; i < result->nr_checks; i++) {
		free(result->checks[i].name);
		free(result->checks[i].detail);
	}
	free(result->cells);
	free(result->comparisons);
	free(result->checks);
	json_object_put(result->environment);
	memset(result, 0, sizeof(*result));
}

struct bench_cell *bench_result_add_cell(struct bench_result *result, const struct bench_key *key,
					 unsigned int window)
{
	struct bench_cell *cells;

	cells = reallocarray(result->cells, result->nr_cells + 1, sizeof(*cells));
	if (!cells)
		return NULL;
	result->cells = cells;
	cells += result->nr_cells++;
	memset(cells, 0, sizeof(*cells));
	cells->key = *key;
	cells->window = window;
	return cells;
}

int bench_cell_add_rep(struct bench_cell *cell, const double *samples, size_t nr)
{
	double *all;

	if (!nr || cell->nr_reps >= BENCH_MAX_REPS)
		return -EINVAL;
	if (cell->nr_reps && cell->nr_samples / cell->nr_reps != nr)
		return -EINVAL;
	all = reallocarray(cell->samples, cell->nr_samples + nr, sizeof(*all));
	if (!all)
		return -ENOMEM;
	memcpy(all + cell->nr_samples, samples, nr * sizeof(*all));
	cell->samples = all;
	cell->nr_samples += nr;
	cell->nr_reps++;
	cell->nr_ios = cell->nr_samples * cell->window;
	return bench_summarize(cell->samples, cell->nr_samples, cell->nr_reps, &cell->summary);
}

struct bench_cell *bench_result_find(const struct bench_result *result, const char *device,
				     const char *load, const char *arm)
{
	size_t i;

	for (i = 0; i < result->nr_cells; i++) {
		const struct bench_key *key = &result->cells[i].key;

		if (!strcmp(key->device, device) && !strcmp(key->load, load) &&
		    !strcmp(key->arm, arm))
			return &result->cells[i];
	}
	return NULL;
}

const struct bench_comparison *bench_result_compared(const struct bench_result *result,
						     const struct bench_key *key,
						     const char *baseline)
{
	size_t i;

	for (i = 0; i < result->nr_comparisons; i++) {
		const struct bench_comparison *c = &result->comparisons[i];

		if (!strcmp(c->key.device, key->device) && !strcmp(c->key.load, key->load) &&
		    !strcmp(c->key.arm, key->arm) && !strcmp(c->baseline, baseline))
			return c;
	}
	return NULL;
}

static void compare_cells(const struct bench_cell *arm, const struct bench_cell *base,
			  struct bench_comparison *out)
{
	double sigma[2] = { arm->summary.sigma, base->summary.sigma };
	unsigned int nr_reps = arm->nr_reps < base->nr_reps ? arm->nr_reps : base->nr_reps;

	out->key = arm->key;
	snprintf(out->baseline, sizeof(out->baseline), "%s", base->key.arm);
	out->delta = arm->summary.median - base->summary.median;
	out->ratio = arm->summary.median / base->summary.median;
	out->resolvable = bench_resolvable(sigma, 2, nr_reps);
}

int bench_result_compare(struct bench_result *result)
{
	static const char *const baselines[] = { "raw", "dm-linear" };
	size_t i, b;

	free(result->comparisons);
	result->nr_comparisons = 0;
	result->comparisons = calloc(result->nr_cells * 2 + 1, sizeof(*result->comparisons));
	if (!result->comparisons)
		return -ENOMEM;
	for (i = 0; i < result->nr_cells; i++) {
		const struct bench_cell *cell = &result->cells[i];

		for (b = 0; b < 2; b++) {
			const struct bench_cell *base = bench_result_find(
				result, cell->key.device, cell->key.load, baselines[b]);

			if (!base || base == cell || !strcmp(cell->key.arm, "raw"))
				continue;
			compare_cells(cell, base, &result->comparisons[result->nr_comparisons++]);
		}
	}
	return 0;
}

int bench_result_check(struct bench_result *result, const char *name, bool ok, const char *format,
		       ...)
{
	struct bench_check *checks, *check;
	va_list args;
	int n;

	checks = reallocarray(result->checks, result->nr_checks + 1, sizeof(*checks));
	if (!checks)
		return -ENOMEM;
	result->checks = checks;
	check = &checks[result->nr_checks];
	check->ok = ok;
	check->name = strdup(name);
	va_start(args, format);
	n = vasprintf(&check->detail, format, args);
	va_end(args);
	if (n < 0)
		check->detail = NULL;
	if (!check->name || !check->detail) {
		free(check->name);
		free(check->detail);
		return -ENOMEM;
	}
	result->nr_checks++;
	return 0;
}

bool bench_result_ok(const struct bench_result *result)
{
	size_t i;

	for (i = 0; i < result->nr_checks; i++)
		if (!result->checks[i].ok)
			return false;
	return result->nr_checks > 0;
}
