// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ublk-sim set: change a live device. Options → one question on the channel → its server.
 */
#include "cmd.h"
#include "cmd_parse.h"
#include "cmd_print.h"

#include "builtin.h"
#include "channel.h"
#include "options.h"
#include "state.h"

#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
	KEY_FAULT = 0x100,
	KEY_NO_FAULTS,
	KEY_PROFILE,
	KEY_FORCE,
	KEY_HANG,
	KEY_RELEASE,
	KEY_LYING,
	KEY_RECORD,
	KEY_JSON,
};

/**
 * struct set_options - what to change
 * @node: as typed
 * @request: the question
 * @json: print the reply
 */
struct set_options {
	const char *node;
	struct json_object *request;
	bool json;
};

static const struct argp_option options[] = {
	{ "fault", KEY_FAULT, "RULE", 0, "media fault as 'add' takes it; may be repeated; replaces all there were, and touches count anew", 0 },
	{ "no-faults", KEY_NO_FAULTS, NULL, 0, "no media faults any more", 0 },
	{ "profile", KEY_PROFILE, "NAME|FILE|none", 0, "serve at the pace of another disk, or at once", 0 },
	{ "force", KEY_FORCE, NULL, 0, "also a profile that this host is too slow for", 0 },
	{ "hang", KEY_HANG, NULL, 0, "hold back every request until released; where its user is not root, the kernel ends the server after 30 s", 0 },
	{ "release", KEY_RELEASE, NULL, 0, "let go of what was held back", 0 },
	{ "lying-flush", KEY_LYING, "on|off", 0, "whether the cache answers flushes and does nothing", 0 },
	{ "record", KEY_RECORD, "on|off", 0, "begin to record writes for 'ublk-sim cut --enumerate', or stop; with no I/O in flight", 0 },
	{ "json", KEY_JSON, NULL, 0, "print the device then as one JSON object, as 'status --json'", 0 },
	{ 0 },
};

static void set_text(struct set_options *opts, const char *key, const char *text)
{
	json_object_object_add(opts->request, key, json_object_new_string(text));
}

static void set_switch(struct argp_state *state, const char *key, const char *arg)
{
	struct set_options *opts = state->input;

	if (strcmp(arg, "on") && strcmp(arg, "off"))
		argp_failure(state, SIM_EXIT_USAGE, 0, "'%s' is neither; give on or off", arg);
	json_object_object_add(opts->request, key, json_object_new_boolean(!strcmp(arg, "on")));
}

/* The list of rules so far, made at the first. */
static struct json_object *faults_of(struct set_options *opts)
{
	struct json_object *faults;

	if (!json_object_object_get_ex(opts->request, "faults", &faults)) {
		faults = json_object_new_array();
		json_object_object_add(opts->request, "faults", faults);
	}
	return faults;
}

/* The server runs in another folder: a path has to be whole. */
static void set_profile(struct argp_state *state, const char *name)
{
	struct set_options *opts = state->input;
	char whole[PATH_MAX];

	if (!strcmp(name, "none")) {
		json_object_object_add(opts->request, "profile", NULL);
		return;
	}
	if (!sim_builtin_is_path(name)) {
		set_text(opts, "profile", name);
		return;
	}
	if (!realpath(name, whole))
		argp_failure(state, SIM_EXIT_USAGE, 0,
			     "profile %s cannot be found: %s; give a readable file", name,
			     strerror(errno));
	set_text(opts, "profile", whole);
}

static error_t option_parse(int key, char *arg, struct argp_state *state)
{
	struct set_options *opts = state->input;

	switch (key) {
	case KEY_FAULT:
		json_object_array_add(faults_of(opts), json_object_new_string(arg));
		return 0;
	case KEY_NO_FAULTS:
		faults_of(opts);
		return 0;
	case KEY_PROFILE:
		set_profile(state, arg);
		return 0;
	case KEY_FORCE:
		json_object_object_add(opts->request, "force", json_object_new_boolean(1));
		return 0;
	case KEY_HANG:
		set_text(opts, "power", "hung");
		return 0;
	case KEY_RELEASE:
		set_text(opts, "power", "on");
		return 0;
	case KEY_LYING:
		set_switch(state, "lying", arg);
		return 0;
	case KEY_RECORD:
		set_switch(state, "record", arg);
		return 0;
	case KEY_JSON:
		opts->json = true;
		return 0;
	case ARGP_KEY_END:
		if (!opts->node || json_object_object_length(opts->request) < 2)
			argp_failure(state, SIM_EXIT_USAGE, 0,
				     "no device or nothing to change; give for example --hang /dev/ublkb0");
		return 0;
	default:
		return cmd_parse_device(key, arg, state, &opts->node);
	}
}

static const struct argp argp = {
	.options = options,
	.parser = option_parse,
	.args_doc = "DEVICE",
	.doc = "Change a device while it is used.\v"
	       "Examples:\n"
	       "  ublk-sim set --fault bad:lba=800-807 /dev/ublkb0\n"
	       "  ublk-sim set --hang 0; sleep 5; ublk-sim set --release 0\n"
	       "  ublk-sim set --profile cloud-volume --no-faults 0",
};

int cmd_set(int argc, char **argv)
{
	struct set_options opts = { .request = json_object_new_object() };
	int result = SIM_EXIT_USAGE;
	struct json_object *reply;
	struct sim_error err;
	uint32_t id;

	argv[0] = "ublk-sim set";
	set_text(&opts, "op", "set");
	if (argp_parse(&argp, argc, argv, 0, NULL, &opts))
		goto out_put_request;
	if (sim_node_parse(opts.node, &id, &err) ||
	    sim_channel_ask(sim_state_dir_of(id), id, opts.request, &reply, &err)) {
		cmd_fail(&err);
		goto out_put_request;
	}
	if (opts.json)
		cmd_print_json(reply);
	json_object_put(reply);
	result = cmd_flush();
out_put_request:
	json_object_put(opts.request);
	return result;
}
