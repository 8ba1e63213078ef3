// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Command line of `bench profile`; the work is profile_guest.c's in the guest
 * and profile_reduce.c's on the host.
 */
#include "profile.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arms.h"
#include "load.h"
#include "module.h"
#include "names.h"
#include "profile_guest.h"
#include "profile_reduce.h"

#define STATUS_USAGE 2

#define DEFAULT_IOS 4096    /* some 20 million instructions: a timer tick is below 0.1 % */
#define DEFAULT_WARMUP 256  /* as bench run */
#define IOS_MAX 1000000	    /* minutes under the plugin */
#define DEFAULT_SEED 1

enum option_key { OPTION_REDUCE = 0x100, OPTION_NO_PERF };

struct arguments {
	struct profile_options profile;
	const char *reduce_dir;
};

static const struct argp_option options[] = {
	{ "device", 'd', "LIST", 0,
	  "devices, comma-separated (default: null_blk; ublk-baseline: null_blk, ublk-null, "
	  "peer-ublksrv)", 0 },
	{ "arm", 'a', "LIST", 0,
	  "arms, comma-separated (default: raw,dm-linear,pass,remap; ublk-baseline: raw)", 0 },
	{ "load", 'l', "LIST", 0,
	  "loads, comma-separated (default: randread-4k-qd1; ublk-baseline: all simpleread)", 0 },
	{ "ios", 'n', "N", 0, "I/Os of a window (default: 4096), rounded up to 128", 0 },
	{ "warmup", 'w', "N", 0, "I/Os before it (default: 256), likewise", 0 },
	{ "seed", 's', "N", 0, "seed of the offsets (default: 1)", 0 },
	{ "no-perf", OPTION_NO_PERF, NULL, 0, "leave the sampled call graph out", 0 },
	{ "out", 'o', "DIR", 0, "where the files go (default: /results)", 0 },
	{ "module", 'm', "FILE", 0, "module to load (default: " BENCH_MODULE_DEFAULT ")", 0 },
	{ "ublk-sim", 'u', "FILE", 0, "server of the ublk disks (default: ublk-sim)", 0 },
	{ "reduce", OPTION_REDUCE, "DIR", 0,
	  "on the host: join the plugin's counts with the guest's files in DIR", 0 },
	{ 0 },
};

static void take_names(const struct bench_names *names, const char *list, unsigned int *mask,
		       struct argp_state *state)
{
	char message[256];

	if (bench_names_parse(names, list, mask, message, sizeof(message)))
		argp_failure(state, STATUS_USAGE, 0, "%s", message);
}

/* A profile's time is waiting, which is no instruction of anybody. */
static void take_devices(struct profile_options *profile, const char *list,
			 struct argp_state *state)
{
	struct bench_devices_chosen chosen;
	char message[256];

	if (bench_devices_parse(list, &chosen, message, sizeof(message)))
		argp_failure(state, STATUS_USAGE, 0, "%s", message);
	if (chosen.nr_profiles)
		argp_failure(state, STATUS_USAGE, 0,
			     "ublk:%s: it is not profiled, because its time is waiting; valid: "
			     "ublk-null, ublk-ram", chosen.profiles[0]);
	profile->devices = chosen.mask;
}

static uint64_t take_number(const char *text, uint64_t min, uint64_t max,
			    struct argp_state *state)
{
	char *end;
	unsigned long long value;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || value < min || value > max)
		argp_failure(state, STATUS_USAGE, 0, "\"%s\" is no number from %llu to %llu", text,
			     (unsigned long long)min, (unsigned long long)max);
	return value;
}

static size_t round_to_windows(uint64_t nr_ios)
{
	return (nr_ios + BENCH_WINDOW_MAX - 1) / BENCH_WINDOW_MAX * BENCH_WINDOW_MAX;
}

static void take_scenario(struct arguments *arguments, char *arg, struct argp_state *state)
{
	unsigned int mask;

	if (state->arg_num > 0)
		argp_failure(state, STATUS_USAGE, 0,
			     "one scenario at a time; \"%s\" is one too many", arg);
	take_names(&bench_scenarios, arg, &mask, state);
	if (mask != 1u << BENCH_REMAP_OVERHEAD && mask != 1u << BENCH_UBLK_BASELINE)
		argp_failure(state, STATUS_USAGE, 0, "%s: it is not profiled; valid: "
			     "remap-overhead, ublk-baseline", arg);
	arguments->profile.scenario = arg;
}

/* What was not chosen depends on the scenario. */
static void fill_defaults(struct profile_options *profile)
{
	bool baseline = !strcmp(profile->scenario, bench_scenarios.names[BENCH_UBLK_BASELINE].name);

	if (baseline)
		profile->sample = false;
	if (!profile->devices)
		profile->devices = baseline ? 1u << BENCH_NULL_BLK | 1u << BENCH_UBLK_NULL |
						      1u << BENCH_PEER_UBLKSRV :
					      1u << BENCH_NULL_BLK;
	if (!profile->loads)
		profile->loads = baseline ? 1u << BENCH_SIMPLEREAD_QD1 |
						    1u << BENCH_SIMPLEREAD_QD32 |
						    1u << BENCH_SIMPLEREAD_QD128 :
					    1u << BENCH_RANDREAD_QD1;
	if (!profile->arms)
		profile->arms = baseline ? 1u << BENCH_RAW :
					   1u << BENCH_RAW | 1u << BENCH_DM_LINEAR |
						   1u << BENCH_PASS | 1u << BENCH_REMAP;
	profile->skip_absent_peer = baseline;
}

static void end_of_options(struct arguments *arguments, struct argp_state *state)
{
	struct profile_options *profile = &arguments->profile;
	char message[256];

	if (arguments->reduce_dir)
		return;
	if (!profile->scenario)
		argp_failure(state, STATUS_USAGE, 0,
			     "which scenario? valid: remap-overhead, ublk-baseline");
	fill_defaults(profile);
	if (bench_arms_check(profile->arms, profile->devices, message, sizeof(message)))
		argp_failure(state, STATUS_USAGE, 0, "%s", message);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct arguments *arguments = state->input;
	struct profile_options *profile = &arguments->profile;

	switch (key) {
	case 'd':
		take_devices(profile, arg, state);
		return 0;
	case 'a':
		take_names(&bench_arms, arg, &profile->arms, state);
		return 0;
	case 'l':
		take_names(&bench_loads, arg, &profile->loads, state);
		return 0;
	case 'n':
		profile->nr_ios = round_to_windows(take_number(arg, 1, IOS_MAX, state));
		return 0;
	case 'w':
		profile->nr_warmup = round_to_windows(take_number(arg, 0, IOS_MAX, state));
		return 0;
	case 's':
		profile->seed = take_number(arg, 0, UINT64_MAX, state);
		return 0;
	case 'o':
		profile->out = arg;
		return 0;
	case 'm':
		profile->module = arg;
		return 0;
	case 'u':
		profile->ublk_sim = arg;
		return 0;
	case OPTION_NO_PERF:
		profile->sample = false;
		return 0;
	case OPTION_REDUCE:
		arguments->reduce_dir = arg;
		return 0;
	case ARGP_KEY_ARG:
		take_scenario(arguments, arg, state);
		return 0;
	case ARGP_KEY_END:
		end_of_options(arguments, state);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "SCENARIO\n--reduce DIR",
	.doc = "Count the instructions of an I/O by kernel function, exactly, and sample its call "
	       "graph.\vThe guest needs the instruction clock, and QEMU the plugin blki-count: "
	       "./x bench profile sees to both. The exit code is 0 when every check held, 1 when "
	       "one failed, 2 for a wrong option or an environment that can not do it.\n\n"
	       "Examples:\n"
	       "  ./x bench profile remap-overhead\n"
	       "  ./x bench profile remap-overhead --device brd --load randwrite-4k-qd32\n"
	       "  ./x bench run ublk-baseline\n"
	       "  bench profile --reduce results/runs/latest",
};

static void parse(struct arguments *arguments, int argc, char **argv)
{
	*arguments = (struct arguments){
		.profile = {
			.nr_ios = DEFAULT_IOS,
			.nr_warmup = DEFAULT_WARMUP,
			.seed = DEFAULT_SEED,
			.sample = true,
			.out = "/results",
			.module = BENCH_MODULE_DEFAULT,
			.ublk_sim = "ublk-sim",
		},
	};

	argp_parse(&argp, argc, argv, 0, NULL, arguments);
}

int profile_check(int argc, char **argv)
{
	struct arguments arguments;

	parse(&arguments, argc, argv);
	return 0;
}

int profile_main(int argc, char **argv)
{
	struct arguments arguments;

	parse(&arguments, argc, argv);
	if (arguments.reduce_dir)
		return profile_reduce(arguments.reduce_dir);
	return profile_guest_run(&arguments.profile);
}
