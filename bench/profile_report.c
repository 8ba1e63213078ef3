// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The profile as people read it: one table per device and load, functions
 * below submit_bio() by falling difference, then where the other
 * instructions went, then the checks. The JSON is profile_json.c's.
 */
#include "profile_report.h"

#include "profile_summary.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#define FUNCTION_CHARS 44 /* fits all but two names of a stock 6.12 path */
#define VALUE_CHARS 11
#define ROW_INSNS_MIN 0.5 /* per I/O and in some arm; smaller rows stay in the JSON */

/* A line of the account below a table: a label and a number per arm. */
typedef double (*account_fn)(const struct profile_arm *arm);

static double per_io(const struct profile_arm *arm, uint64_t count)
{
	return (double)count / arm->meta->nr_ios;
}

static double account_under(const struct profile_arm *arm)
{
	return per_io(arm, profile_tally_sum(&arm->functions.under).nr_insns);
}

static double account_user(const struct profile_arm *arm)
{
	return per_io(arm, profile_user_insns(arm));
}

static int add_interrupt(const char *stack, const struct profile_counts *counts, void *arg)
{
	if (!strncmp(stack, PROFILE_FRAME_INTERRUPT ";", strlen(PROFILE_FRAME_INTERRUPT ";")))
		*(uint64_t *)arg += counts->nr_insns;
	return 0;
}

static double account_interrupt(const struct profile_arm *arm)
{
	uint64_t sum = 0;

	profile_tally_each(&arm->stacks, add_interrupt, &sum);
	return per_io(arm, sum);
}

static double account_counted(const struct profile_arm *arm)
{
	return per_io(arm, profile_tally_sum(&arm->functions.all).nr_insns);
}

static double account_elsewhere(const struct profile_arm *arm)
{
	return account_counted(arm) - account_under(arm) - account_user(arm) -
	       account_interrupt(arm);
}

static double account_clock(const struct profile_arm *arm)
{
	return per_io(arm, arm->meta->clock_insns);
}

static double account_reps(const struct profile_arm *arm)
{
	return per_io(arm, profile_tally_sum(&arm->functions.all).nr_reps);
}

static const struct account_line {
	const char *label;
	account_fn value;
} account[] = {
	{ "below submit_bio", account_under },
	{ "elsewhere in the kernel", account_elsewhere },
	{ "interrupts", account_interrupt },
	{ "user space", account_user },
	{ "all counted", account_counted },
	{ "instruction clock", account_clock },
	{ "of these REP iterations", account_reps },
};

static void print_cell(FILE *file, double value)
{
	/* No "-0.0" for what rounds to nothing. */
	fprintf(file, " %*.1f |", VALUE_CHARS, fabs(value) < 0.05 ? 0 : value);
}

static void print_head(const struct profile_table *table, const char *label, FILE *file)
{
	fprintf(file, "\n| %-*s |", FUNCTION_CHARS, label);
	for (size_t i = 0; i < table->nr_arms; i++)
		fprintf(file, " %*s |", VALUE_CHARS, table->arms[i]->meta->arm);
	fprintf(file, " %*s |\n|:%.*s-|", VALUE_CHARS, "difference", FUNCTION_CHARS,
		"--------------------------------------------------------------------");
	for (size_t i = 0; i < table->nr_arms + 1; i++)
		fprintf(file, "-%.*s:|", VALUE_CHARS, "--------------------");
	fputc('\n', file);
}

static void print_account_line(const struct profile_table *table, const struct account_line *line,
			       FILE *file)
{
	fprintf(file, "| %-*s |", FUNCTION_CHARS, line->label);
	for (size_t i = 0; i < table->nr_arms; i++)
		print_cell(file, line->value(table->arms[i]));
	print_cell(file, line->value(table->arms[table->subject]) -
				 line->value(table->arms[table->reference]));
	fputc('\n', file);
}

static bool is_small(const struct profile_table *table, const struct profile_row *row)
{
	for (size_t arm = 0; arm < table->nr_arms; arm++)
		if (row->insns[arm] >= ROW_INSNS_MIN)
			return false;
	return true;
}

static void print_rows(const struct profile_table *table, FILE *file)
{
	size_t nr_small = 0;

	for (size_t i = 0; i < table->nr_rows; i++) {
		const struct profile_row *row = &table->rows[i];

		if (is_small(table, row)) {
			nr_small++;
			continue;
		}
		fprintf(file, "| %-*s |", FUNCTION_CHARS, row->function);
		for (size_t arm = 0; arm < table->nr_arms; arm++)
			print_cell(file, row->insns[arm]);
		print_cell(file, row->difference);
		fputc('\n', file);
	}
	if (nr_small)
		fprintf(file, "\n%zu functions of less than %g instructions in every arm are in "
			      "profile.json.\n", nr_small, ROW_INSNS_MIN);
}

static void print_table(const struct profile_table *table, FILE *file)
{
	const struct profile_meta_window *meta = table->arms[0]->meta;

	fprintf(file,
		"\n## %s, %s\n\nExecuted instructions per I/O of the functions below submit_bio, "
		"%" PRIu64 " I/Os per arm;\ndifference: %s minus %s.\n",
		meta->device, meta->load, meta->nr_ios, table->arms[table->subject]->meta->arm,
		table->arms[table->reference]->meta->arm);
	print_head(table, "function", file);
	print_rows(table, file);
	print_head(table, "where the instructions went", file);
	for (size_t i = 0; i < sizeof(account) / sizeof(*account); i++)
		print_account_line(table, &account[i], file);
}

int profile_report_text(const struct profile_report *report, FILE *file)
{
	fprintf(file, "# Profile of %s\n\nkernel %s, module %s, command line `%s`\n",
		report->meta.scenario, report->meta.kernel,
		*report->meta.module ? report->meta.module : "not loaded", report->meta.cmdline);
	profile_summary_text(report, file);
	for (size_t i = 0; i < report->nr_tables && !profile_is_baseline(report); i++)
		print_table(&report->tables[i], file);
	fputs("\n## Checks\n\n", file);
	for (size_t i = 0; i < report->checks.nr_checks; i++) {
		const struct profile_check *check = &report->checks.checks[i];

		fprintf(file, "- %s %s (%s)\n", check->ok ? "ok" : "NOT OK", check->name,
			check->detail);
	}
	return fflush(file) || ferror(file) ? -EIO : 0;
}
