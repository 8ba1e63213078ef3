// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host half of `bench profile`: reads a run's directory, folds every
 * window with its own symbols, judges and compares, writes the results back.
 * The only file of the reducer that opens files; everything it calls works on
 * streams and memory.
 */
#include "profile_reduce.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "profile_report.h"

#define STATUS_FAILED 1
#define STATUS_ENVIRONMENT 2

struct reduction {
	const char *dir;
	struct profile_record record;
	struct profile_report report;
};

/* Say what is wrong with which file. Return: the exit status for it. */
static int complain(const char *path, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static int complain(const char *path, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "bench profile: %s: ", path);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return STATUS_ENVIRONMENT;
}

/* Return: malloc'ed "dir/name" of a name with one number in it; never NULL. */
static char *path_of(const struct reduction *reduction, const char *format, unsigned int id)
{
	char *name, *path;

	/* The formats are constants of profile_meta.h with at most one %u. */
	if (asprintf(&name, format, id) < 0 || asprintf(&path, "%s/%s", reduction->dir, name) < 0)
		abort();
	free(name);
	return path;
}

static int load_record(struct reduction *reduction)
{
	char *path = path_of(reduction, PROFILE_RECORD_FILE, 0);
	FILE *file = fopen(path, "r");
	size_t line_nr = 0;
	int err, status = 0;

	if (!file) {
		status = complain(path, "%m; was QEMU started with the plugin blki-count?");
		goto out;
	}
	err = profile_record_read(&reduction->record, file, &line_nr);
	fclose(file);
	if (err == -ENODATA)
		status = complain(path, "ends inside a window; the guest stopped while it was "
					"measured, see its console log");
	else if (err)
		status = complain(path, "line %zu is not a record of blki-count (%s); run the "
					"profile again", line_nr, strerror(-err));
out:
	free(path);
	return status;
}

static int load_meta(struct reduction *reduction)
{
	char *path = path_of(reduction, PROFILE_META_FILE, 0);
	int err = profile_meta_read(&reduction->report.meta, path);
	int status = 0;

	if (err)
		status = complain(path, "%s; it is written by bench profile in the guest, run the "
					"profile again", strerror(-err));
	else if (!reduction->report.meta.nr_windows)
		status = complain(path, "holds no window; nothing was measured");
	free(path);
	return status;
}

static int load_kallsyms(struct profile_symbols *symbols, const char *path)
{
	FILE *file = fopen(path, "r");
	int err;

	if (!file)
		return complain(path, "%m; run the profile again");
	err = profile_symbols_read(symbols, file);
	fclose(file);
	if (err == -EPERM)
		return complain(path, "every address is 0; the guest hides them "
				      "(kernel.kptr_restrict)");
	if (err)
		return complain(path, "is not kallsyms text (%s)", strerror(-err));
	return 0;
}

/* The symbols of one window: the kernel's own and the modules of that moment. */
static int load_symbols(const struct reduction *reduction, uint16_t id,
			struct profile_symbols *symbols)
{
	char *core = path_of(reduction, PROFILE_KALLSYMS_CORE_FILE, 0);
	char *modules = path_of(reduction, PROFILE_KALLSYMS_MODULES_FILE, id);
	int status = load_kallsyms(symbols, core);

	if (!status)
		status = load_kallsyms(symbols, modules);
	if (!status)
		profile_symbols_sort(symbols);
	free(core);
	free(modules);
	return status;
}

static int load_samples(const struct reduction *reduction, const struct profile_symbols *symbols,
			struct profile_arm *arm)
{
	char *path = path_of(reduction, PROFILE_PERF_FILE, arm->meta->id);
	FILE *file = fopen(path, "r");
	int status = 0;

	if (!file) {
		status = complain(path, "%m; the guest said that it sampled this arm");
	} else {
		if (profile_fold_perf(file, symbols, &arm->samples))
			status = complain(path, "is not the text of perf script");
		fclose(file);
	}
	free(path);
	return status;
}

static int load_spaces(const struct reduction *reduction, uint16_t id,
		       struct profile_spaces *spaces)
{
	char *path = path_of(reduction, PROFILE_SPACES_FILE, id);
	FILE *file = fopen(path, "r");
	int status = 0, err;

	if (!file) {
		status = complain(path, "%m; run the profile again");
		goto out;
	}
	err = profile_spaces_read(spaces, file);
	fclose(file);
	if (err == -EEXIST)
		status = complain(path, "loader and server have code at one address, so they can "
					"not be told apart; run the profile again");
	else if (err)
		status = complain(path, "is no list of mappings (%s)", strerror(-err));
out:
	free(path);
	return status;
}

static int load_arm(struct reduction *reduction, struct profile_arm *arm,
		    const struct profile_meta_window *meta)
{
	const struct profile_record_window *window =
		profile_record_find(&reduction->record, meta->id);
	struct profile_symbols symbols = { 0 };
	struct profile_spaces spaces = { 0 };
	int status;

	arm->meta = meta;
	if (!window)
		return complain(PROFILE_RECORD_FILE,
				"has not exactly one window %u (%s, %s, %s); was the loader's "
				"mark executed under the plugin?",
				meta->id, meta->device, meta->load, meta->arm);
	status = load_symbols(reduction, meta->id, &symbols);
	if (!status)
		status = load_spaces(reduction, meta->id, &spaces);
	if (!status && (profile_fold_record(window, &symbols, &spaces, &arm->stacks) ||
			profile_fold_functions(&arm->stacks, &arm->functions)))
		status = complain(PROFILE_RECORD_FILE, "out of memory");
	if (!status && meta->sampled)
		status = load_samples(reduction, &symbols, arm);
	profile_symbols_free(&symbols);
	profile_spaces_free(&spaces);
	arm->nr_overflows = window->nr_overflows;
	if (!status && profile_check_arm(&reduction->report.checks, arm))
		status = complain(PROFILE_RECORD_FILE, "out of memory");
	return status;
}

static bool same_group(const struct profile_arm *a, const struct profile_arm *b)
{
	return !strcmp(a->meta->device, b->meta->device) && !strcmp(a->meta->load, b->meta->load);
}

/* One table per device and load, arms in the order of the windows. */
static int make_tables(struct profile_report *report)
{
	report->tables = calloc(report->nr_arms, sizeof(*report->tables));
	if (!report->tables)
		return -ENOMEM;
	for (size_t i = 0; i < report->nr_arms; i++) {
		struct profile_table *table = NULL;

		for (size_t j = 0; j < report->nr_tables && !table; j++)
			if (same_group(report->tables[j].arms[0], &report->arms[i]))
				table = &report->tables[j];
		if (!table)
			table = &report->tables[report->nr_tables++];
		if (table->nr_arms == PROFILE_ARMS_MAX)
			return -E2BIG;
		table->arms[table->nr_arms++] = &report->arms[i];
	}
	for (size_t i = 0; i < report->nr_tables; i++)
		if (profile_table_make(&report->tables[i]))
			return -ENOMEM;
	return 0;
}

static int load_all(struct reduction *reduction)
{
	struct profile_report *report = &reduction->report;
	int status = load_record(reduction);
	int err;

	if (!status)
		status = load_meta(reduction);
	if (status)
		return status;
	report->arms = calloc(report->meta.nr_windows, sizeof(*report->arms));
	if (!report->arms)
		return complain(PROFILE_META_FILE, "out of memory");
	while (!status && report->nr_arms < report->meta.nr_windows) {
		size_t nr = report->nr_arms++;

		status = load_arm(reduction, &report->arms[nr], &report->meta.windows[nr]);
	}
	if (status)
		return status;
	err = make_tables(report);
	return err ? complain(PROFILE_META_FILE, "the arms cannot be compared: %s",
			      strerror(-err)) : 0;
}

/* Write one folded file; @mode "w" makes it, "a" adds to it. */
static int write_folded(const char *path, const char *mode, const struct profile_tally *stacks,
			const char *prefix)
{
	FILE *file = fopen(path, mode);
	int err;

	if (!file)
		return complain(path, "cannot be written: %m");
	err = profile_fold_write(stacks, prefix, file);
	if (fclose(file) || err)
		return complain(path, "cannot be written: %m");
	return 0;
}

/* The three folded files of an arm; the flat one is shared by the arms of a table. */
static int write_arm(const struct reduction *reduction, const struct profile_arm *arm, bool first)
{
	const struct profile_meta_window *meta = arm->meta;
	char *base, *path;
	int status;

	if (asprintf(&base, "%s/folded/%s.%s", reduction->dir, meta->device, meta->load) < 0)
		return complain(reduction->dir, "out of memory");
	if (asprintf(&path, "%s.flat.folded", base) < 0)
		abort();
	status = write_folded(path, first ? "w" : "a", &arm->functions.all, meta->arm);
	free(path);
	if (asprintf(&path, "%s.%s.exact.folded", base, meta->arm) < 0)
		abort();
	if (!status)
		status = write_folded(path, "w", &arm->stacks, meta->arm);
	free(path);
	if (asprintf(&path, "%s.%s.perf.folded", base, meta->arm) < 0)
		abort();
	if (!status && meta->sampled)
		status = write_folded(path, "w", &arm->samples, meta->arm);
	free(path);
	free(base);
	return status;
}

static int write_text(const struct reduction *reduction)
{
	char *path = path_of(reduction, "profile.md", 0);
	FILE *file = fopen(path, "w");
	int status = 0;

	if (!file || profile_report_text(&reduction->report, file))
		status = complain(path, "cannot be written: %m");
	if (file && fclose(file) && !status)
		status = complain(path, "cannot be written: %m");
	free(path);
	return status;
}

static int write_all(const struct reduction *reduction)
{
	const struct profile_report *report = &reduction->report;
	char *folded = path_of(reduction, "folded", 0);
	char *json = path_of(reduction, "profile.json", 0);
	int status = 0, err;

	if (mkdir(folded, 0777) && errno != EEXIST)
		status = complain(folded, "cannot be made: %m");
	for (size_t i = 0; i < report->nr_tables && !status; i++)
		for (size_t j = 0; j < report->tables[i].nr_arms && !status; j++)
			status = write_arm(reduction, report->tables[i].arms[j], !j);
	if (!status)
		status = write_text(reduction);
	if (!status && (err = profile_report_json(report, json)))
		status = complain(json, "cannot be written: %s", strerror(-err));
	free(folded);
	free(json);
	return status;
}

static void reduction_free(struct reduction *reduction)
{
	struct profile_report *report = &reduction->report;

	for (size_t i = 0; i < report->nr_tables; i++)
		profile_table_free(&report->tables[i]);
	free(report->tables);
	for (size_t i = 0; i < report->nr_arms; i++) {
		profile_tally_free(&report->arms[i].stacks);
		profile_functions_free(&report->arms[i].functions);
		profile_tally_free(&report->arms[i].samples);
	}
	free(report->arms);
	profile_checks_free(&report->checks);
	profile_meta_free(&report->meta);
	profile_record_free(&reduction->record);
}

int profile_reduce(const char *dir)
{
	struct reduction reduction = { .dir = dir };
	const struct profile_checks *checks = &reduction.report.checks;
	int status = load_all(&reduction);

	if (!status)
		status = write_all(&reduction);
	if (!status && profile_report_text(&reduction.report, stdout))
		status = complain("stdout", "cannot be written: %m");
	for (size_t i = 0; i < checks->nr_checks && !status; i++)
		if (!checks->checks[i].ok)
			complain(checks->checks[i].name, "%s", checks->checks[i].detail);
	if (!status && profile_checks_nr_failed(checks))
		status = STATUS_FAILED;
	reduction_free(&reduction);
	return status;
}
