// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `bench gate`: say whether a result is worse than allowed.
 *
 * main -> this -> gate. With --baseline and --result it only reads two files and runs
 * anywhere;
 * with --against-dir it measures two revisions, turn by turn in one boot, and judges the one by
 * the other.
 */
#include "commands.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gate.h"
#include "limits.h"
#include "sys.h"

/*
 * Arms and devices of --against-dir unless options say otherwise: what every revision of the module
 * has, by the hook and the path that it chooses itself.
 */
#define AGAINST_ARMS                                                                  \
	(1u << BENCH_RAW | 1u << BENCH_DM_LINEAR | 1u << BENCH_IDLE | 1u << BENCH_PASS | \
	 1u << BENCH_REMAP)
#define AGAINST_DEVICES (1u << BENCH_NULL_BLK | 1u << BENCH_BRD)

/*
 * One cell in twenty spreads by 5 instructions: with 3 repetitions that can not resolve the
 * margin of 8.
 */
#define AGAINST_REPS 5

/**
 * struct gate_arguments - of this verb
 * @run: what --against-dir measures
 * @baseline: path of the earlier result.json
 * @result: path of the one to judge
 * @against_dir: directory of the other revision: kernel/blki.ko and bin/
 * @limits: path of a limits file, NULL for the built-in one
 * @out_dir: where --against-dir keeps its two results, NULL for nowhere
 * @json: print JSON
 */
struct gate_arguments {
	struct bench_run run;
	const char *baseline;
	const char *result;
	const char *against_dir;
	const char *limits;
	const char *out_dir;
	int json;
};

enum { OPTION_BASELINE = 0x100, OPTION_RESULT, OPTION_AGAINST, OPTION_LIMITS, OPTION_JSON };

static const struct argp_option options[] = {
	{ "baseline", OPTION_BASELINE, "FILE", 0, "result.json to compare with", 0 },
	{ "result", OPTION_RESULT, "FILE", 0,
	  "result.json to judge (default: /results/result.json)", 0 },
	{ "against-dir", OPTION_AGAINST, "DIR", 0,
	  "measure now, in turns with the revision in DIR (kernel/blki.ko, bin/ublk-sim)", 0 },
	{ "limits", OPTION_LIMITS, "FILE", 0, "limits (default: bench/limits.json, built in)", 0 },
	{ "out", 'o', "DIR", 0, "keep the two results of --against-dir in DIR", 0 },
	{ "json", OPTION_JSON, NULL, 0, "print every judgement as JSON", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct gate_arguments *arguments = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &arguments->run;
		return 0;
	case OPTION_BASELINE:
		arguments->baseline = arg;
		return 0;
	case OPTION_RESULT:
		arguments->result = arg;
		return 0;
	case OPTION_AGAINST:
		arguments->against_dir = arg;
		return 0;
	case OPTION_LIMITS:
		arguments->limits = arg;
		return 0;
	case 'o':
		arguments->out_dir = arg;
		return 0;
	case OPTION_JSON:
		arguments->json = 1;
		return 0;
	case ARGP_KEY_ARG:
		argp_failure(state, BENCH_EXIT_USAGE, 0,
			     "gate takes options only, \"%s\" is none; valid: --baseline, "
			     "--result, --against-dir", arg);
		return 0;
	case ARGP_KEY_END:
		if (!arguments->baseline == !arguments->against_dir)
			argp_failure(state, BENCH_EXIT_USAGE, 0,
				     "give either --baseline FILE or --against-dir DIR");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &bench_run_argp, 0, "What --against-dir measures:", 1 },
	{ 0 },
};

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.doc = "Judge a result by a baseline and by limits."
	       "\vThe exit code is 0 for a pass, 1 for a regression, 2 for wrong usage or results "
	       "that can not be compared, 3 when the figures do not decide.\n\n"
	       "Examples:\n"
	       "  bench gate --baseline results/baselines/remap-overhead.json --result new.json\n"
	       "  bench gate --baseline old.json --result new.json --json\n"
	       "  bench gate --against-dir /blki-base --device null_blk",
	.children = children,
};

static int read_limits(const char *path, struct bench_limits *limits)
{
	char message[256], *text = NULL;
	size_t size = 0;
	FILE *file;
	int err;

	if (!path) {
		err = bench_limits_parse(bench_limits_default, limits, message, sizeof(message));
	} else {
		file = fopen(path, "r");
		if (!file) {
			err = -errno;
			bench_error("%s: %s", path, strerror(-err));
			return err;
		}
		err = getdelim(&text, &size, '\0', file) < 0 ? -EINVAL : 0;
		fclose(file);
		snprintf(message, sizeof(message), "it is empty");
		if (!err)
			err = bench_limits_parse(text, limits, message, sizeof(message));
		free(text);
	}
	if (err)
		bench_error("%s: %s; bench/limits.json is an example", path ? path : "limits",
			    message);
	return err;
}

static int read_result(const char *path, struct bench_result *result)
{
	char message[256];
	int err = bench_result_read(path, result, message, sizeof(message));

	if (err)
		bench_error("%s: %s; a result.json of bench run is needed", path, message);
	return err;
}

static int judge(const struct gate_arguments *arguments, const struct bench_result *baseline,
		 const struct bench_result *result)
{
	struct bench_limits *limits = malloc(sizeof(*limits));
	struct bench_gate gate = { .outcome = BENCH_GATE_INCOMPARABLE };
	struct json_object *json;
	int code;

	if (!limits || read_limits(arguments->limits, limits) ||
	    bench_gate_judge(baseline, result, limits, &gate)) {
		free(limits);
		return BENCH_EXIT_USAGE;
	}
	free(limits);
	if (arguments->json) {
		json = bench_gate_to_json(&gate);
		printf("%s\n", json_object_to_json_string_ext(
			json, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
			JSON_C_TO_STRING_NOSLASHESCAPE));
		json_object_put(json);
	} else {
		bench_gate_print(&gate, stdout);
	}
	code = (int)gate.outcome;
	bench_gate_free(&gate);
	return code;
}

static int gate_files(const struct gate_arguments *arguments)
{
	struct bench_result baseline, result;
	int code = BENCH_EXIT_USAGE;

	memset(&result, 0, sizeof(result));
	if (!read_result(arguments->baseline, &baseline) &&
	    !read_result(arguments->result, &result))
		code = judge(arguments, &baseline, &result);
	bench_result_free(&baseline);
	bench_result_free(&result);
	return code;
}

static int keep_results(const struct gate_arguments *arguments)
{
	static const char *const names[BENCH_MAX_SIDES] = { "base", "head" };
	char path[512];
	unsigned int s;
	int err;

	if (!arguments->out_dir)
		return 0;
	err = bench_run_make_out(arguments->out_dir);
	for (s = 0; s < arguments->run.nr_sides && !err; s++) {
		snprintf(path, sizeof(path), "%s/result-%s.json", arguments->out_dir, names[s]);
		err = bench_result_write(&arguments->run.sides[s].result, path);
		if (err)
			bench_error("%s: can not be written: %s", path, strerror(-err));
	}
	return err;
}

static int gate_against(struct gate_arguments *arguments)
{
	struct bench_run *run = &arguments->run;
	char module[512], ublk_sim[512];
	int err, code;

	snprintf(module, sizeof(module), "%s/kernel/blki.ko", arguments->against_dir);
	snprintf(ublk_sim, sizeof(ublk_sim), "%s/bin/ublk-sim", arguments->against_dir);
	if (access(module, R_OK)) {
		bench_error("%s: %s; --against-dir needs kernel/blki.ko and bin/ of the other "
			    "revision", module, strerror(errno));
		return BENCH_EXIT_USAGE;
	}
	run->nr_sides = 2;
	run->sides[1] = run->sides[0];
	run->sides[1].label = " (head)";
	run->sides[0].label = " (base)";
	run->sides[0].module = module;
	if (!access(ublk_sim, X_OK))
		run->sides[0].ublk_sim = ublk_sim;
	err = bench_run_start(run);
	if (!err)
		err = bench_scenario_run(run);
	if (!err)
		err = keep_results(arguments);
	code = err ? bench_run_exit(err) :
		     judge(arguments, &run->sides[0].result, &run->sides[1].result);
	bench_result_free(&run->sides[0].result);
	bench_result_free(&run->sides[1].result);
	return code;
}

static void parse(struct gate_arguments *arguments, int argc, char **argv)
{
	memset(arguments, 0, sizeof(*arguments));
	arguments->result = "/results/result.json";
	bench_run_defaults(&arguments->run);
	arguments->run.arms = AGAINST_ARMS;
	arguments->run.devices.mask = AGAINST_DEVICES;
	arguments->run.nr_reps = AGAINST_REPS;
	argp_parse(&argp, argc, argv, 0, NULL, arguments);
}

int bench_check_gate(int argc, char **argv)
{
	struct gate_arguments arguments;

	parse(&arguments, argc, argv);
	return BENCH_EXIT_OK;
}

int bench_cmd_gate(int argc, char **argv)
{
	struct gate_arguments arguments;

	parse(&arguments, argc, argv);
	return arguments.baseline ? gate_files(&arguments) : gate_against(&arguments);
}
