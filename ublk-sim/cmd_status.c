// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ublk-sim status: one device in full, as its server knows it.
 *
 * A live server is asked on its channel. Of a dead one the state file is left, and what it tells
 * is shown.
 */
#include "cmd.h"
#include "cmd_parse.h"
#include "cmd_print.h"

#include "channel.h"
#include "options.h"
#include "state.h"
#include "status.h"

#include <argp.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Whoever waits longer for a disk holds the old one open. */
#define WAIT_S_DEFAULT	30
#define WAIT_POLL_NS	20000000

enum {
	KEY_JSON = 0x100,
	KEY_WAIT,
};

/**
 * struct status_options - what to show
 * @node: as typed
 * @json: as JSON
 * @wait: until the disk is there
 */
struct status_options {
	const char *node;
	bool json;
	bool wait;
};

static const struct argp_option options[] = {
	{ "json", KEY_JSON, NULL, 0, "print one JSON object, schema ublk-sim-status/1", 0 },
	{ "wait", KEY_WAIT, NULL, 0, "first wait until a disk whose power was cut is back, at most 30 s", 0 },
	{ 0 },
};

static error_t option_parse(int key, char *arg, struct argp_state *state)
{
	struct status_options *opts = state->input;

	switch (key) {
	case KEY_JSON:
		opts->json = true;
		return 0;
	case KEY_WAIT:
		opts->wait = true;
		return 0;
	default:
		return cmd_parse_device(key, arg, state, &opts->node);
	}
}

static const struct argp argp = {
	.options = options,
	.parser = option_parse,
	.args_doc = "DEVICE",
	.doc = "Show a device: what it has served, how late, its cache, faults and power.\v"
	       "Examples:\n"
	       "  ublk-sim status /dev/ublkb0\n"
	       "  ublk-sim status --json 0 | jq .timing.ops.read.late_mean_ns\n"
	       "  ublk-sim cut --no-wait 0; umount /mnt; ublk-sim status --wait 0",
};

/* The server's answer, or what its state file tells. */
static int status_get(uint32_t id, struct json_object **status, struct sim_error *err)
{
	struct json_object *request = json_object_new_object();
	struct sim_state state;
	int ret;

	json_object_object_add(request, "op", json_object_new_string("status"));
	ret = sim_channel_ask(sim_state_dir_of(id), id, request, status, err);
	json_object_put(request);
	if (!ret || ret == -EINVAL || sim_state_open(&state, sim_state_dir_of(id), id))
		return ret;
	*status = sim_status_of_state(&state);
	sim_state_close(&state);
	return 0;
}

static bool status_is_off(struct json_object *status)
{
	return !strcmp(json_object_get_string(json_object_object_get(status, "state")), "off");
}

static int status_await(uint32_t id, struct json_object **status, struct sim_error *err)
{
	const struct timespec pause = { .tv_nsec = WAIT_POLL_NS };
	int nr_left = (int)(WAIT_S_DEFAULT * 1000000000ll / WAIT_POLL_NS);
	int ret;

	for (;;) {
		ret = status_get(id, status, err);
		if (ret || !status_is_off(*status))
			return ret;
		json_object_put(*status);
		if (!nr_left--)
			return sim_error_set(err, -ETIME,
					     "/dev/ublkb%u is not back after %d s: somebody holds the old disk; unmount or close it",
					     id, WAIT_S_DEFAULT);
		nanosleep(&pause, NULL);
	}
}

/* "key  value", members of members indented. */
static void status_print(struct json_object *object, int indent)
{
	json_object_object_foreach(object, key, value) {
		if (json_object_is_type(value, json_type_object)) {
			printf("%*s%s\n", indent, "", key);
			status_print(value, indent + 2);
		} else {
			printf("%*s%-*s %s\n", indent, "", 22 - indent, key,
			       json_object_is_type(value, json_type_string) ?
				       json_object_get_string(value) :
				       json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN));
		}
	}
}

int cmd_status(int argc, char **argv)
{
	struct status_options opts = { 0 };
	struct json_object *status;
	struct sim_error err;
	uint32_t id;
	int ret;

	argv[0] = "ublk-sim status";
	if (argp_parse(&argp, argc, argv, 0, NULL, &opts))
		return SIM_EXIT_USAGE;
	if (sim_node_parse(opts.node, &id, &err))
		return cmd_fail(&err);
	ret = opts.wait ? status_await(id, &status, &err) : status_get(id, &status, &err);
	if (ret)
		return cmd_fail(&err);
	if (opts.json)
		cmd_print_json(status);
	else
		status_print(status, 0);
	json_object_put(status);
	return cmd_flush();
}
