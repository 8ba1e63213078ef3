// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The options that choose what is measured, shared by `bench run` and `bench gate --against-dir`.
 *
 * argv -> this -> struct bench_run. It owns the defaults.
 */
#include "commands.h"

#include <errno.h>
#include <stdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "arms.h"
#include "environment.h"
#include "load.h"
#include "module.h"
#include "pause_load.h"
#include "sys.h"

/* Repetitions and I/Os at which every cell repeats between boots; see docs/statistics.md. */
#define DEFAULT_REPS 3
#define DEFAULT_IOS 2048
#define DEFAULT_WARMUP 256
#define DEFAULT_SEED 1

/* All that the module of this revision has a part for. */
#define DEFAULT_ARMS                                                                               \
	((1u << BENCH_NR_ARMS) - 1 -                                                               \
	 (1u << BENCH_PASS_FTRACE))

/*
 * The kernel's own work after boot spoils the first seconds; sleeping is free on the
 * instruction clock.
 */
#define SETTLE_MS 5000

/* A million I/Os of a cell take minutes under emulation, and their samples megabytes. */
#define MAX_IOS 1048576

static const struct argp_option run_options[] = {
	{ "device", 'd', "LIST", 0,
	  "devices, comma-separated (default: null_blk, brd, "
	  "ublk-null, ublk-ram); ublk:PROFILE is a profile of ublk-sim", 0 },
	{ "arm", 'a', "LIST", 0,
	  "arms, comma-separated (default: all on null_blk, the main ones elsewhere); without raw "
	  "there is nothing to compare with", 0 },
	{ "load", 'l', "LIST", 0,
	  "loads, comma-separated (default: randread and randwrite but qd128; 128k on "
	  "null_blk only)", 0 },
	{ "reps", 'r', "N", 0, "kept repetitions, 1-10 (default: 3, gate 5); one more is dropped", 0 },
	{ "ios", 'n', "N", 0,
	  "I/Os of a cell in a repetition (default: 2048), rounded up to windows of 128", 0 },
	{ "warmup", 'w', "N", 0, "I/Os before them (default: 256), likewise", 0 },
	{ "seed", 's', "N", 0, "seed of offsets and contents (default: 1)", 0 },
	{ "module", 'm', "FILE", 0, "module to load (default: " BENCH_MODULE_DEFAULT ")", 0 },
	{ "ublk-sim", 'u', "FILE", 0, "server of the ublk disks (default: ublk-sim)", 0 },
	{ 0 },
};

void bench_run_defaults(struct bench_run *run)
{
	memset(run, 0, sizeof(*run));
	run->devices.mask = (1u << BENCH_PEER_UBLKSRV) - 1;
	run->arms = DEFAULT_ARMS;
	run->loads = (1u << BENCH_NR_LOADS) - 1;
	run->nr_reps = DEFAULT_REPS;
	run->nr_ios = DEFAULT_IOS;
	run->nr_warmup = DEFAULT_WARMUP;
	run->seed = DEFAULT_SEED;
	run->nr_sides = 1;
	run->sides[0].label = "";
	run->sides[0].module = BENCH_MODULE_DEFAULT;
	run->sides[0].ublk_sim = "ublk-sim";
}

static void take_names(const struct bench_names *names, const char *list, unsigned int *mask,
		       struct argp_state *state)
{
	char message[256];

	if (bench_names_parse(names, list, mask, message, sizeof(message)))
		argp_failure(state, BENCH_EXIT_USAGE, 0, "%s", message);
}

static uint64_t take_number(const char *option, const char *text, uint64_t min, uint64_t max,
			    struct argp_state *state)
{
	char *end;
	unsigned long long value;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || end == text || *end || text[0] == '-' || value < min || value > max)
		argp_failure(state, BENCH_EXIT_USAGE, 0,
			     "--%s: \"%s\" is no number from %llu to %llu", option, text,
			     (unsigned long long)min, (unsigned long long)max);
	return value;
}

static size_t to_windows(uint64_t ios)
{
	return (size_t)((ios + BENCH_WINDOW_MAX - 1) / BENCH_WINDOW_MAX * BENCH_WINDOW_MAX);
}

static error_t parse_run_option(int key, char *arg, struct argp_state *state)
{
	struct bench_run *run = state->input;
	char message[256];

	switch (key) {
	case 'd':
		if (bench_devices_parse(arg, &run->devices, message, sizeof(message)))
			argp_failure(state, BENCH_EXIT_USAGE, 0, "%s", message);
		run->devices_chosen = true;
		return 0;
	case 'a':
		take_names(&bench_arms, arg, &run->arms, state);
		run->arms_chosen = true;
		return 0;
	case 'l':
		take_names(&bench_loads, arg, &run->loads, state);
		run->loads_chosen = true;
		return 0;
	case 'r':
		run->nr_reps = (unsigned int)take_number("reps", arg, 1, BENCH_MAX_REPS, state);
		return 0;
	case 'n':
		run->nr_ios = to_windows(take_number("ios", arg, 1, MAX_IOS, state));
		return 0;
	case 'w':
		run->nr_warmup = to_windows(take_number("warmup", arg, 0, MAX_IOS, state));
		return 0;
	case 's':
		run->seed = take_number("seed", arg, 0, INT64_MAX, state);
		return 0;
	case 'm':
		run->sides[0].module = arg;
		return 0;
	case 'u':
		run->sides[0].ublk_sim = arg;
		return 0;
	case ARGP_KEY_END:
		if (run->arms_chosen &&
		    bench_arms_check(run->arms, run->devices.mask, message, sizeof(message)))
			argp_failure(state, BENCH_EXIT_USAGE, 0, "%s", message);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp bench_run_argp = {
	.options = run_options,
	.parser = parse_run_option,
};

int bench_run_check(const struct bench_run *run, char *message, size_t size)
{
	if (run->scenario != BENCH_ATTACH_PAUSE)
		return 0;
	if (run->devices_chosen && run->devices.mask != 1u << BENCH_NULL_BLK) {
		snprintf(message, size, "attach-pause: its device is null_blk with a latency; "
			 "valid: null_blk");
		return -EINVAL;
	}
	if (run->loads_chosen) {
		snprintf(message, size, "attach-pause: its load is fixed, 4 KiB reads, %d in "
			 "flight; leave --load out", BENCH_PAUSE_DEPTH);
		return -EINVAL;
	}
	return 0;
}

int bench_run_make_out(const char *path)
{
	int err;

	if (!mkdir(path, 0755) || errno == EEXIST)
		return 0;
	err = -errno;
	bench_error("%s: can not be made: %s; choose another place with --out", path,
		    strerror(-err));
	return err;
}

int bench_run_start(struct bench_run *run)
{
	unsigned int s;
	int err;

	bench_signals_catch();
	err = sys_sleep_ms(SETTLE_MS);
	bench_clock_find(&run->clock);
	for (s = 0; s < run->nr_sides && !err; s++) {
		struct bench_result *result = &run->sides[s].result;

		err = bench_result_init(result, bench_scenarios.names[run->scenario].name,
					bench_clock_unit(&run->clock));
		if (!err)
			err = bench_environment_fill(result->environment, run);
		if (!err)
			err = bench_result_check(result, "clock", true, "%s; unit %s",
						 run->clock.detail,
						 bench_clock_unit(&run->clock));
	}
	return err;
}

/* What this machine lacks or forbids; anything else is a failure of what was measured. */
static int is_environment(int err)
{
	static const int lacking[] = {
		ENODEV, ENOENT, ENOEXEC, ENOSPC, ENOSYS, EACCES, EPERM, EROFS, EPROTO, EINVAL,
		EEXIST, EOPNOTSUPP,
	};
	size_t i;

	for (i = 0; i < sizeof(lacking) / sizeof(lacking[0]); i++)
		if (err == -lacking[i])
			return 1;
	return 0;
}

int bench_run_exit(int err)
{
	int number = bench_signal();

	if (number && err) {
		bench_error("ended by signal %d", number);
		signal(number, SIG_DFL);
		raise(number);
	}
	return is_environment(err) ? BENCH_EXIT_USAGE : BENCH_EXIT_FAILED;
}
