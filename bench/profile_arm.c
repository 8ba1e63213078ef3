// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Judges an arm's counts and compares arms function by function. All of it
 * works on the folded tallies; see profile_arm.h for the rules.
 */
#include "profile_arm.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_CHARS_MAX 160 /* three names and a few words */

int profile_checks_add(struct profile_checks *checks, bool ok, const char *name,
		       const char *format, ...)
{
	struct profile_check *grown =
		realloc(checks->checks, (checks->nr_checks + 1) * sizeof(*grown));
	struct profile_check check = { .ok = ok };
	va_list args;
	int nr;

	if (!grown)
		return -ENOMEM;
	checks->checks = grown;
	check.name = strdup(name);
	va_start(args, format);
	nr = vasprintf(&check.detail, format, args);
	va_end(args);
	if (!check.name || nr < 0) {
		free(check.name);
		return -ENOMEM;
	}
	checks->checks[checks->nr_checks++] = check;
	return 0;
}

static const char *check_name(char *name, const struct profile_arm *arm, const char *what)
{
	snprintf(name, NAME_CHARS_MAX, "%s/%s/%s: %s", arm->meta->device, arm->meta->load,
		 arm->meta->arm, what);
	return name;
}

static int check_sum(struct profile_checks *checks, const struct profile_arm *arm)
{
	uint64_t counted = profile_tally_sum(&arm->functions.all).nr_insns;
	double clock = arm->meta->clock_insns;
	double off_pct = clock > 0 ? 100 * (counted - clock) / clock : INFINITY;
	char name[NAME_CHARS_MAX];

	return profile_checks_add(checks, fabs(off_pct) <= PROFILE_SUM_LIMIT_PCT,
				  check_name(name, arm, "sum of all functions is the clock"),
				  "counted %" PRIu64 ", clock %" PRIu64
				  " instructions: %+.3f %%, limit %g %%",
				  counted, arm->meta->clock_insns, off_pct,
				  PROFILE_SUM_LIMIT_PCT);
}

static int check_symbols(struct profile_checks *checks, const struct profile_arm *arm)
{
	uint64_t all = profile_tally_sum(&arm->functions.all).nr_insns;
	uint64_t unknown =
		profile_tally_get(&arm->functions.all, PROFILE_FRAME_UNKNOWN).nr_insns;
	double pct = all ? 100.0 * unknown / all : 100;
	char name[NAME_CHARS_MAX];

	return profile_checks_add(checks, pct <= PROFILE_UNKNOWN_LIMIT_PCT,
				  check_name(name, arm, "kernel code has symbols"),
				  "%.3f %% of the instructions without a symbol, limit %g %%",
				  pct, PROFILE_UNKNOWN_LIMIT_PCT);
}

int profile_check_arm(struct profile_checks *checks, const struct profile_arm *arm)
{
	uint64_t under = profile_tally_sum(&arm->functions.under).nr_insns;
	uint64_t nr_samples = profile_tally_sum(&arm->samples).nr_insns;
	char name[NAME_CHARS_MAX];
	int err;

	err = check_sum(checks, arm);
	if (!err)
		err = check_symbols(checks, arm);
	if (!err)
		err = profile_checks_add(checks, !arm->nr_overflows,
					 check_name(name, arm, "call paths fit the shadow stack"),
					 "%" PRIu64 " calls too deep", arm->nr_overflows);
	if (!err)
		err = profile_checks_add(checks, under >= arm->meta->nr_ios,
					 check_name(name, arm, "submit_bio was seen"),
					 "%" PRIu64 " instructions below it for %" PRIu64 " I/Os",
					 under, arm->meta->nr_ios);
	if (!err && arm->meta->sampled)
		err = profile_checks_add(checks, nr_samples >= PROFILE_SAMPLES_MIN,
					 check_name(name, arm, "enough samples"),
					 "%" PRIu64 " samples, at least %d wanted", nr_samples,
					 PROFILE_SAMPLES_MIN);
	return err;
}

size_t profile_checks_nr_failed(const struct profile_checks *checks)
{
	size_t nr = 0;

	for (size_t i = 0; i < checks->nr_checks; i++)
		nr += !checks->checks[i].ok;
	return nr;
}

void profile_checks_free(struct profile_checks *checks)
{
	for (size_t i = 0; i < checks->nr_checks; i++) {
		free(checks->checks[i].name);
		free(checks->checks[i].detail);
	}
	free(checks->checks);
	*checks = (struct profile_checks){ 0 };
}

static size_t find_arm(const struct profile_table *table, const char *name, size_t otherwise)
{
	for (size_t i = 0; i < table->nr_arms; i++)
		if (!strcmp(table->arms[i]->meta->arm, name))
			return i;
	return otherwise;
}

static int add_name(const char *name, const struct profile_counts *counts, void *arg)
{
	(void)counts;
	return profile_tally_add(arg, name, &(struct profile_counts){ 0 });
}

/* A row per name of the union; @arg is the table, with room for it. */
static int add_row(const char *name, const struct profile_counts *counts, void *arg)
{
	struct profile_table *table = arg;
	struct profile_row *row = &table->rows[table->nr_rows];

	(void)counts;
	*row = (struct profile_row){ .function = strdup(name) };
	if (!row->function)
		return -ENOMEM;
	table->nr_rows++;
	for (size_t i = 0; i < table->nr_arms; i++) {
		const struct profile_arm *arm = table->arms[i];

		row->insns[i] = (double)profile_tally_get(&arm->functions.under, name).nr_insns /
				arm->meta->nr_ios;
	}
	row->difference = row->insns[table->subject] - row->insns[table->reference];
	return 0;
}

static int count_name(const char *name, const struct profile_counts *counts, void *arg)
{
	(void)name;
	(void)counts;
	++*(size_t *)arg;
	return 0;
}

/* Largest difference first; among equals the larger function, then the name. */
static int compare_rows(const void *left, const void *right, void *arg)
{
	const struct profile_row *a = left, *b = right;
	const struct profile_table *table = arg;
	double a_insns = a->insns[table->subject], b_insns = b->insns[table->subject];

	if (a->difference != b->difference)
		return a->difference > b->difference ? -1 : 1;
	if (a_insns != b_insns)
		return a_insns > b_insns ? -1 : 1;
	return strcmp(a->function, b->function);
}

int profile_table_make(struct profile_table *table)
{
	struct profile_tally names = { 0 };
	size_t nr_names = 0;
	int err = 0;

	table->rows = NULL;
	table->nr_rows = 0;
	table->subject = find_arm(table, "remap", table->nr_arms - 1);
	table->reference = find_arm(table, "dm-linear", 0);
	if (table->reference == table->subject)
		table->reference = 0;
	for (size_t i = 0; i < table->nr_arms && !err; i++)
		err = profile_tally_each(&table->arms[i]->functions.under, add_name, &names);
	profile_tally_each(&names, count_name, &nr_names);
	if (!err && nr_names) {
		table->rows = calloc(nr_names, sizeof(*table->rows));
		err = table->rows ? profile_tally_each(&names, add_row, table) : -ENOMEM;
	}
	profile_tally_free(&names);
	if (table->nr_rows)
		qsort_r(table->rows, table->nr_rows, sizeof(*table->rows), compare_rows, table);
	return err;
}

void profile_table_free(struct profile_table *table)
{
	for (size_t i = 0; i < table->nr_rows; i++)
		free(table->rows[i].function);
	free(table->rows);
	table->rows = NULL;
	table->nr_rows = 0;
}
