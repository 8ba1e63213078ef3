// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `bench run SCENARIO`: measure, print the table, write result.json and report.md.
 *
 * main -> this -> scenario, attach_time -> result, report. A failed check makes the exit code
 * 1; the files are written all the same, because they say what failed.
 */
#include "commands.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "attach_time.h"
#include "report.h"
#include "sys.h"

/**
 * struct run_arguments - of this verb
 * @run: what is measured
 * @scenario: its name
 * @out_dir: where the files go
 * @time_attach: whether attach and detach are timed as well
 */
struct run_arguments {
	struct bench_run run;
	const char *scenario;
	const char *out_dir;
	int time_attach;
};

enum { OPTION_NO_ATTACH = 0x100 };

static const struct argp_option options[] = {
	{ "out", 'o', "DIR", 0, "where result.json and report.md go (default: /results)", 0 },
	{ "no-attach", OPTION_NO_ATTACH, NULL, 0, "do not time attach and detach", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct run_arguments *arguments = state->input;
	unsigned int mask;
	char message[256];

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &arguments->run;
		return 0;
	case 'o':
		arguments->out_dir = arg;
		return 0;
	case OPTION_NO_ATTACH:
		arguments->time_attach = 0;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num > 0)
			argp_failure(state, BENCH_EXIT_USAGE, 0,
				     "one scenario at a time; \"%s\" is one too many", arg);
		if (bench_names_parse(&bench_scenarios, arg, &mask, message, sizeof(message)))
			argp_failure(state, BENCH_EXIT_USAGE, 0, "%s", message);
		arguments->scenario = arg;
		return 0;
	case ARGP_KEY_END:
		if (!arguments->scenario)
			argp_failure(state, BENCH_EXIT_USAGE, 0,
				     "which scenario? valid: remap-overhead");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &bench_run_argp, 0, "What is measured:", 1 },
	{ 0 },
};

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "SCENARIO",
	.doc = "Measure a scenario and write its result."
	       "\vThe exit code is 0 when every check held, 1 when one failed or the run broke "
	       "off, 2 for a wrong option or an environment that can not do it.\n\n"
	       "Examples:\n"
	       "  bench run remap-overhead\n"
	       "  bench run remap-overhead --device null_blk --arm raw,pass\n"
	       "  bench run remap-overhead --load randread-4k-qd1 --reps 5 --out /tmp/r",
	.children = children,
};

static int write_report(const struct bench_result *result, const char *out_dir)
{
	char path[512];
	struct json_object *attach;
	FILE *file;
	int err = 0;

	snprintf(path, sizeof(path), "%s/%s", out_dir, BENCH_ATTACH_FILE);
	attach = json_object_from_file(path);
	snprintf(path, sizeof(path), "%s/report.md", out_dir);
	file = fopen(path, "w");
	if (!file) {
		err = -errno;
	} else {
		bench_report_markdown(result, attach, file);
		if (fclose(file))
			err = -errno;
	}
	json_object_put(attach);
	if (err)
		bench_error("%s: can not be written: %s", path, strerror(-err));
	return err;
}

static int write_files(const struct bench_result *result, const char *out_dir)
{
	char path[512];
	int err;

	snprintf(path, sizeof(path), "%s/result.json", out_dir);
	err = bench_result_write(result, path);
	if (err) {
		bench_error("%s: can not be written: %s", path, strerror(-err));
		return err;
	}
	err = write_report(result, out_dir);
	if (!err)
		bench_progress("%s and report.md written", path);
	return err;
}

int bench_cmd_run(int argc, char **argv)
{
	struct run_arguments arguments = { .out_dir = "/results", .time_attach = 1 };
	struct bench_run *run = &arguments.run;
	struct bench_result *result = &run->sides[0].result;
	int err, code = BENCH_EXIT_OK;

	bench_run_defaults(run);
	argp_parse(&argp, argc, argv, 0, NULL, &arguments);
	err = bench_run_make_out(arguments.out_dir);
	if (!err)
		err = bench_run_start(run);
	if (!err)
		err = bench_scenario_run(run);
	if (!err && arguments.time_attach)
		err = bench_attach_time(run->sides[0].module, arguments.out_dir);
	if (!err)
		err = write_files(result, arguments.out_dir);
	if (err) {
		code = bench_run_exit(err);
	} else {
		bench_report_table(result, stdout);
		bench_report_failures(result, stderr);
		if (!bench_result_ok(result))
			code = BENCH_EXIT_FAILED;
	}
	bench_result_free(result);
	return code;
}
