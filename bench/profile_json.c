// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The profile as programs read it, schema PROFILE_SCHEMA: windows with their
 * sums, functions with every count in integers (not per I/O, so that nothing
 * is rounded), checks, verdict.
 */
#include "profile_report.h"

#include "profile_summary.h"

#include <errno.h>
#include <json-c/json.h>
#include <string.h>

static void add_count(struct json_object *to, const char *name, uint64_t count)
{
	json_object_object_add(to, name, json_object_new_int64(count));
}

static struct json_object *window_json(const struct profile_arm *arm)
{
	struct profile_counts all = profile_tally_sum(&arm->functions.all);
	struct json_object *json = json_object_new_object();

	add_count(json, "id", arm->meta->id);
	json_object_object_add(json, "device", json_object_new_string(arm->meta->device));
	json_object_object_add(json, "load", json_object_new_string(arm->meta->load));
	json_object_object_add(json, "arm", json_object_new_string(arm->meta->arm));
	add_count(json, "nr_ios", arm->meta->nr_ios);
	add_count(json, "clock_instructions", arm->meta->clock_insns);
	add_count(json, "counted_instructions", all.nr_insns);
	add_count(json, "below_submit_bio_instructions",
		  profile_tally_sum(&arm->functions.under).nr_insns);
	add_count(json, "user_instructions", profile_user_insns(arm));
	add_count(json, "loader_instructions", profile_frame_insns(arm, PROFILE_FRAME_LOADER));
	add_count(json, "server_instructions", profile_frame_insns(arm, PROFILE_FRAME_SERVER));
	add_count(json, "kernel_instructions", all.nr_insns - profile_user_insns(arm));
	add_count(json, "rep_iterations", all.nr_reps);
	add_count(json, "locked_operations", all.nr_locked);
	add_count(json, "system_calls", all.nr_syscalls);
	add_count(json, "context_switches", profile_nr_switches(arm));
	add_count(json, "samples", profile_tally_sum(&arm->samples).nr_insns);
	add_count(json, "sampled_nr_ios", arm->meta->sampled_nr_ios);
	return json;
}

struct functions_job {
	const struct profile_arm *arm;
	struct json_object *array;
};

static int add_function(const char *name, const struct profile_counts *counts, void *arg)
{
	const struct functions_job *job = arg;
	struct json_object *json = json_object_new_object();

	json_object_object_add(json, "function", json_object_new_string(name));
	add_count(json, "instructions", counts->nr_insns);
	add_count(json, "below_submit_bio_instructions",
		  profile_tally_get(&job->arm->functions.under, name).nr_insns);
	add_count(json, "calls", counts->nr_calls);
	add_count(json, "locked_operations", counts->nr_locked);
	add_count(json, "rep_iterations", counts->nr_reps);
	json_object_array_add(job->array, json);
	return 0;
}

static struct json_object *arms_json(const struct profile_report *report)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < report->nr_arms; i++) {
		struct functions_job job = { &report->arms[i], json_object_new_array() };
		struct json_object *window = window_json(&report->arms[i]);

		profile_tally_each(&report->arms[i].functions.all, add_function, &job);
		json_object_object_add(window, "functions", job.array);
		json_object_array_add(array, window);
	}
	return array;
}

static struct json_object *row_json(const struct profile_table *table,
				    const struct profile_row *row)
{
	struct json_object *json = json_object_new_object();
	struct json_object *arms = json_object_new_object();

	for (size_t i = 0; i < table->nr_arms; i++)
		json_object_object_add(arms, table->arms[i]->meta->arm,
				       json_object_new_double(row->insns[i]));
	json_object_object_add(json, "function", json_object_new_string(row->function));
	json_object_object_add(json, "instructions_per_io", arms);
	json_object_object_add(json, "difference", json_object_new_double(row->difference));
	return json;
}

static struct json_object *tables_json(const struct profile_report *report)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < report->nr_tables; i++) {
		const struct profile_table *table = &report->tables[i];
		const struct profile_meta_window *meta = table->arms[0]->meta;
		struct json_object *json = json_object_new_object();
		struct json_object *rows = json_object_new_array();

		for (size_t row = 0; row < table->nr_rows; row++)
			json_object_array_add(rows, row_json(table, &table->rows[row]));
		json_object_object_add(json, "device", json_object_new_string(meta->device));
		json_object_object_add(json, "load", json_object_new_string(meta->load));
		json_object_object_add(json, "subject",
				       json_object_new_string(
					       table->arms[table->subject]->meta->arm));
		json_object_object_add(json, "reference",
				       json_object_new_string(
					       table->arms[table->reference]->meta->arm));
		json_object_object_add(json, "rows", rows);
		json_object_array_add(array, json);
	}
	return array;
}

static struct json_object *checks_json(const struct profile_checks *checks)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < checks->nr_checks; i++) {
		struct json_object *json = json_object_new_object();

		json_object_object_add(json, "name",
				       json_object_new_string(checks->checks[i].name));
		json_object_object_add(json, "ok", json_object_new_boolean(checks->checks[i].ok));
		json_object_object_add(json, "detail",
				       json_object_new_string(checks->checks[i].detail));
		json_object_array_add(array, json);
	}
	return array;
}

static struct json_object *environment_json(const struct profile_meta *meta)
{
	struct json_object *json = json_object_new_object();

	json_object_object_add(json, "kernel", json_object_new_string(meta->kernel));
	json_object_object_add(json, "cmdline", json_object_new_string(meta->cmdline));
	json_object_object_add(json, "host", json_tokener_parse(meta->host));
	json_object_object_add(json, "module_srcversion", json_object_new_string(meta->module));
	json_object_object_add(json, "locks_counted", json_object_new_boolean(meta->locks_counted));
	return json;
}

int profile_report_json(const struct profile_report *report, const char *path)
{
	struct json_object *json = json_object_new_object();
	bool ok = !profile_checks_nr_failed(&report->checks);
	int err = 0;

	json_object_object_add(json, "schema", json_object_new_string(PROFILE_SCHEMA));
	json_object_object_add(json, "scenario", json_object_new_string(report->meta.scenario));
	json_object_object_add(json, "clock", json_object_new_string("instructions"));
	json_object_object_add(json, "environment", environment_json(&report->meta));
	json_object_object_add(json, "windows", arms_json(report));
	json_object_object_add(json, "tables", tables_json(report));
	json_object_object_add(json, "checks", checks_json(&report->checks));
	json_object_object_add(json, "verdict", json_object_new_string(ok ? "pass" : "fail"));
	if (json_object_to_file_ext(path, json, JSON_C_TO_STRING_PRETTY))
		err = errno ? -errno : -EIO;
	json_object_put(json);
	return err;
}
