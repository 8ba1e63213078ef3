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
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "attach_time.h"
#include "pause.h"
#include "pause_report.h"
#include "profile.h"
#include "report.h"
#include "sys.h"

/**
 * struct run_arguments - of this verb
 * @run: what is measured
 * @has_scenario: one was named
 * @out_dir: where the files go
 * @time_attach: whether attach and detach are timed as well
 */
struct run_arguments {
	struct bench_run run;
	int has_scenario;
	const char *out_dir;
	int time_attach;
};

enum { OPTION_NO_ATTACH = 0x100 };

static const struct argp_option options[] = {
	{ "out", 'o', "DIR", 0, "where result.json and report.md go (default: /results)", 0 },
	{ "no-attach", OPTION_NO_ATTACH, NULL, 0, "do not time attach and detach", 0 },
	{ 0 },
};

static void take_scenario(struct run_arguments *arguments, char *arg, struct argp_state *state)
{
	int i = bench_names_find(&bench_scenarios, arg, strlen(arg));
	unsigned int mask;
	char message[256];

	if (state->arg_num > 0)
		argp_failure(state, BENCH_EXIT_USAGE, 0,
			     "one scenario at a time; \"%s\" is one too many", arg);
	if (i < 0) {
		bench_names_parse(&bench_scenarios, arg, &mask, message, sizeof(message));
		argp_failure(state, BENCH_EXIT_USAGE, 0, "%s",
			     strchr(arg, ',') ? "one scenario at a time" : message);
	}
	arguments->run.scenario = (enum bench_scenario)i;
	arguments->has_scenario = 1;
}

static void end_of_options(const struct run_arguments *arguments, struct argp_state *state)
{
	char message[256];

	if (!arguments->has_scenario)
		argp_failure(state, BENCH_EXIT_USAGE, 0,
			     "which scenario? valid: remap-overhead, attach-pause, "
			     "ublk-baseline");
	if (bench_run_check(&arguments->run, message, sizeof(message)))
		argp_failure(state, BENCH_EXIT_USAGE, 0, "%s", message);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct run_arguments *arguments = state->input;

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
		take_scenario(arguments, arg, state);
		return 0;
	case ARGP_KEY_END:
		end_of_options(arguments, state);
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
	       "  bench run attach-pause --reps 5 --out /tmp/r\n"
	       "  bench run ublk-baseline (options: bench profile --help)",
	.children = children,
};

static void report_table(const struct bench_result *result)
{
	bench_report_table(result, stdout);
	bench_report_shares(result, stdout);
}

static int write_report(const struct bench_result *result, enum bench_scenario scenario,
			const char *out_dir)
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
		if (scenario == BENCH_ATTACH_PAUSE)
			bench_pause_report(result, file);
		else
			bench_report_markdown(result, attach, file);
		if (fclose(file))
			err = -errno;
	}
	json_object_put(attach);
	if (err)
		bench_error("%s: can not be written: %s", path, strerror(-err));
	return err;
}

static int write_files(const struct bench_result *result, enum bench_scenario scenario,
		       const char *out_dir)
{
	char path[512];
	int err;

	snprintf(path, sizeof(path), "%s/result.json", out_dir);
	err = bench_result_write(result, path);
	if (err) {
		bench_error("%s: can not be written: %s", path, strerror(-err));
		return err;
	}
	err = write_report(result, scenario, out_dir);
	if (!err)
		bench_progress("%s and report.md written", path);
	return err;
}

static void parse(struct run_arguments *arguments, int argc, char **argv)
{
	memset(arguments, 0, sizeof(*arguments));
	arguments->out_dir = "/results";
	arguments->time_attach = 1;
	bench_run_defaults(&arguments->run);
	argp_parse(&argp, argc, argv, 0, NULL, arguments);
}

/* ublk-baseline counts per process: its run is a profile, with the profile's options. */
static bool is_baseline(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (!strcmp(argv[i], bench_scenarios.names[BENCH_UBLK_BASELINE].name))
			return true;
	return false;
}

int bench_check_run(int argc, char **argv)
{
	struct run_arguments arguments;

	if (is_baseline(argc, argv))
		return profile_check(argc, argv);
	parse(&arguments, argc, argv);
	return BENCH_EXIT_OK;
}

static int measure(struct run_arguments *arguments)
{
	struct bench_run *run = &arguments->run;
	int err;

	if (run->scenario == BENCH_ATTACH_PAUSE)
		return bench_pause_scenario(run);
	err = bench_scenario_run(run);
	if (!err && arguments->time_attach)
		err = bench_attach_time(run->sides[0].module, arguments->out_dir);
	return err;
}

int bench_cmd_run(int argc, char **argv)
{
	struct run_arguments arguments;
	struct bench_run *run = &arguments.run;
	struct bench_result *result = &run->sides[0].result;
	int err, code = BENCH_EXIT_OK;

	if (is_baseline(argc, argv))
		return profile_main(argc, argv);
	parse(&arguments, argc, argv);
	err = bench_run_make_out(arguments.out_dir);
	if (!err)
		err = bench_run_start(run);
	if (!err)
		err = measure(&arguments);
	if (!err)
		err = write_files(result, run->scenario, arguments.out_dir);
	if (err) {
		code = bench_run_exit(err);
	} else {
		if (run->scenario == BENCH_ATTACH_PAUSE)
			bench_pause_table(result, stdout);
		else
			report_table(result);
		bench_report_failures(result, stderr);
		if (!bench_result_ok(result))
			code = BENCH_EXIT_FAILED;
	}
	bench_result_free(result);
	return code;
}
