// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ublk-sim cut: the power of a disk fails, once by a policy, or in every way a record allows.
 *
 * Options → questions on the channel → the disk's server. cmd_enumerate.c walks the crash states.
 */
#include "cmd.h"
#include "cmd_parse.h"
#include "cmd_print.h"

#include "cache.h"
#include "channel.h"
#include "cmd_enumerate.h"
#include "crash.h"
#include "options.h"
#include "size.h"
#include "state.h"

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define CUT_SCHEMA	"ublk-sim-cut/1"
/* Making the disk again takes a fraction of it, unless somebody holds the old one. */
#define RETURN_WAIT_S	20
#define RETURN_POLL_NS	10000000

enum {
	KEY_POLICY = 0x100,
	KEY_SEED,
	KEY_NO_WAIT,
	KEY_ENUMERATE,
	KEY_RUN,
	KEY_REORDER,
	KEY_DROPS,
	KEY_TORN,
	KEY_MAX,
	KEY_JSON,
};

/**
 * struct cut_options - how it fails
 * @node: as typed
 * @policy: enum sim_cut_policy
 * @seed: of the choice
 * @no_wait: return when the power is off
 * @json: print the result as JSON
 * @walk: its check is NULL unless crash states are walked
 */
struct cut_options {
	const char *node;
	int policy;
	uint64_t seed;
	bool no_wait;
	bool json;
	struct sim_walk_options walk;
};

static const struct argp_option options[] = {
	{ 0, 0, 0, 0, "One cut:", 1 },
	{ "policy", KEY_POLICY, "POLICY", 0, "what becomes of writes that are not durable: none is dropped, all, random ones, all behind a point (prefix), or that and a torn one (torn); default all", 0 },
	{ "seed", KEY_SEED, "N", 0, "of the choice (default 1)", 0 },
	{ "no-wait", KEY_NO_WAIT, NULL, 0, "return when the power is off; the disk comes back when nobody holds the old one", 0 },
	{ 0, 0, 0, 0, "Every crash state of a recorded run:", 2 },
	{ "enumerate", KEY_ENUMERATE, "COMMAND", 0, "show one state after another and run COMMAND (sh -c) on each, with the node in $UBLK_DEV and the state's number in $UBLK_STATE; not 0: the state is damaged", 0 },
	{ "run", KEY_RUN, "COMMAND", 0, "first record this run, with the node in $UBLK_DEV; else what 'set --record=on' began", 0 },
	{ "reorder", KEY_REORDER, "K", 0, "states in which up to K writes overtook an earlier one of their epoch, 0 to 4 (default 1)", 0 },
	{ "drops", KEY_DROPS, NULL, 0, "also every state with one write missing", 0 },
	{ "torn", KEY_TORN, NULL, 0, "also every state with a torn write", 0 },
	{ "max", KEY_MAX, "N", 0, "at most N states, spread evenly (default: all)", 0 },
	{ 0, 0, 0, 0, "", 3 },
	{ "json", KEY_JSON, NULL, 0, "print one JSON object, schema " CUT_SCHEMA, 0 },
	{ 0 },
};

static uint32_t count_parse(struct argp_state *state, const char *what, const char *text,
			    uint32_t max)
{
	uint32_t value = 0;

	if (sim_count_parse(text, max, &value))
		argp_failure(state, SIM_EXIT_USAGE, 0,
			     "%s '%s' is not a whole number from 0 to %u; give one in that range", what,
			     text, max);
	return value;
}

static void policy_parse(struct argp_state *state, const char *name)
{
	struct cut_options *opts = state->input;

	opts->policy = sim_cut_policy_find(name);
	if (opts->policy < 0)
		argp_failure(state, SIM_EXIT_USAGE, 0,
			     "policy '%s' does not exist; give none, all, random, prefix or torn",
			     name);
}

static void seed_parse(struct argp_state *state, const char *text)
{
	struct cut_options *opts = state->input;
	struct sim_options judge;
	struct sim_error err;

	sim_options_init(&judge);
	if (sim_options_set(&judge, SIM_OPTION_SEED, text, &err))
		argp_failure(state, SIM_EXIT_USAGE, 0, "%s", err.text);
	opts->seed = judge.seed;
}

static void end_check(struct argp_state *state)
{
	const struct cut_options *opts = state->input;

	if (!opts->walk.check && opts->walk.run)
		argp_failure(state, SIM_EXIT_USAGE, 0,
			     "a run without a check; give a command with --enumerate");
}

static error_t option_parse(int key, char *arg, struct argp_state *state)
{
	struct cut_options *opts = state->input;

	switch (key) {
	case KEY_POLICY:
		policy_parse(state, arg);
		return 0;
	case KEY_SEED:
		seed_parse(state, arg);
		return 0;
	case KEY_NO_WAIT:
		opts->no_wait = true;
		return 0;
	case KEY_ENUMERATE:
		opts->walk.check = arg;
		return 0;
	case KEY_RUN:
		opts->walk.run = arg;
		return 0;
	case KEY_REORDER:
		opts->walk.reorder = count_parse(state, "--reorder", arg, SIM_CRASH_REORDER_MAX);
		return 0;
	case KEY_DROPS:
		opts->walk.drops = true;
		return 0;
	case KEY_TORN:
		opts->walk.torn = true;
		return 0;
	case KEY_MAX:
		opts->walk.nr_max = count_parse(state, "--max", arg, UINT32_MAX);
		return 0;
	case KEY_JSON:
		opts->json = true;
		return 0;
	case ARGP_KEY_END:
		end_check(state);
		return cmd_parse_device(key, arg, state, &opts->node);
	default:
		return cmd_parse_device(key, arg, state, &opts->node);
	}
}

static const struct argp argp = {
	.options = options,
	.parser = option_parse,
	.args_doc = "DEVICE",
	.doc = "Cut the power of a disk: what was not flushed may be lost, in part and out of order. "
	       "Everything in flight fails, the disk goes, and comes back with what survived.\v"
	       "Examples:\n"
	       "  ublk-sim cut --policy random --seed 7 /dev/ublkb0\n"
	       "  ublk-sim cut --no-wait 0; umount /mnt; ublk-sim status --wait 0\n"
	       "  ublk-sim cut --run './workload' --enumerate 'e2fsck -fy $UBLK_DEV' 0\n"
	       "Exit status: 0 done and, when enumerating, no state damaged; 1 a state is damaged; 2 usage.",
};

static int question_ask(uint32_t id, struct json_object *request, struct json_object **reply,
			struct sim_error *err)
{
	const int ret = sim_channel_ask(sim_state_dir_of(id), id, request, reply, err);

	json_object_put(request);
	return ret;
}

/* Is the disk there again? -ETIME when it is not in time. */
static int disk_await(uint32_t id)
{
	const struct timespec pause = { .tv_nsec = RETURN_POLL_NS };
	int nr_left = (int)(RETURN_WAIT_S * 1000000000ll / RETURN_POLL_NS);
	struct sim_state state;
	bool is_on;

	while (nr_left--) {
		if (!sim_state_open(&state, sim_state_dir_of(id), id)) {
			is_on = __atomic_load_n(&state.header->phase, __ATOMIC_RELAXED) ==
				SIM_PHASE_ON;
			sim_state_close(&state);
			if (is_on)
				return 0;
		}
		nanosleep(&pause, NULL);
	}
	return -ETIME;
}

static void result_print(struct json_object *result, bool json)
{
	if (json) {
		json_object_object_add(result, "schema", json_object_new_string(CUT_SCHEMA));
		cmd_print_json(result);
		return;
	}
	json_object_object_foreach(result, key, value)
		printf("%-10s %s\n", key, json_object_to_json_string(value));
}

static int cut_once(const struct cut_options *opts, uint32_t id)
{
	struct json_object *request = json_object_new_object();
	struct json_object *result;
	struct sim_error err;

	json_object_object_add(request, "op", json_object_new_string("cut"));
	json_object_object_add(request, "policy", json_object_new_int(opts->policy));
	json_object_object_add(request, "seed", json_object_new_uint64(opts->seed));
	if (question_ask(id, request, &result, &err))
		return cmd_fail(&err);
	if (!opts->no_wait && disk_await(id))
		fprintf(stderr,
			"ublk-sim: /dev/ublkb%u is not back yet: somebody holds the old disk; unmount or close it, then 'ublk-sim status --wait %u'\n",
			id, id);
	result_print(result, opts->json);
	json_object_put(result);
	return cmd_flush();
}

static int cut_enumerate(const struct cut_options *opts, uint32_t id)
{
	struct json_object *result;
	struct sim_error err;
	int damaged;

	damaged = cmd_enumerate(id, &opts->walk, &result, &err);
	if (damaged < 0)
		return cmd_fail(&err);
	result_print(result, opts->json);
	json_object_put(result);
	if (cmd_flush())
		return SIM_EXIT_FAILED;
	return damaged ? SIM_EXIT_FAILED : SIM_EXIT_OK;
}

int cmd_cut(int argc, char **argv)
{
	struct cut_options opts = {
		.policy = SIM_CUT_ALL,
		.seed = 1,
		.walk = { .reorder = 1 },
	};
	struct sim_error err;
	uint32_t id;

	argv[0] = "ublk-sim cut";
	if (argp_parse(&argp, argc, argv, 0, NULL, &opts))
		return SIM_EXIT_USAGE;
	if (sim_node_parse(opts.node, &id, &err))
		return cmd_fail(&err);
	return opts.walk.check ? cut_enumerate(&opts, id) : cut_once(&opts, id);
}
