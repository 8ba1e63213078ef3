// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ublk-sim recover: serve a disk again whose server was killed.
 *
 * The disk was made with --recovery and waits; how it was made stands beside its state file. A
 * new server takes it over, and whoever used it goes on.
 */
#include "cmd.h"
#include "cmd_parse.h"
#include "cmd_print.h"

#include "access.h"
#include "channel.h"
#include "config.h"
#include "options.h"
#include "serve.h"
#include "state.h"

#include <argp.h>
#include <errno.h>
#include <stdbool.h>
#include <time.h>

/* The kernel ends the I/O of a killed server before it closes its files. */
#define END_WAIT_S	60
#define END_POLL_NS	10000000

enum {
	KEY_FOREGROUND = 0x100,
	KEY_JSON,
};

/**
 * struct recover_options - which
 * @node: as typed
 * @foreground: serve in this process
 * @json: print the node as an object
 */
struct recover_options {
	const char *node;
	bool foreground;
	bool json;
};

static const struct argp_option options[] = {
	{ "foreground", KEY_FOREGROUND, NULL, 0, "serve in this process until SIGTERM or SIGINT", 0 },
	{ "json", KEY_JSON, NULL, 0, "print one JSON object, schema " CMD_NODE_SCHEMA, 0 },
	{ 0 },
};

static error_t option_parse(int key, char *arg, struct argp_state *state)
{
	struct recover_options *opts = state->input;

	switch (key) {
	case KEY_FOREGROUND:
		opts->foreground = true;
		return 0;
	case KEY_JSON:
		opts->json = true;
		return 0;
	default:
		return cmd_parse_device(key, arg, state, &opts->node);
	}
}

static const struct argp argp = {
	.options = options,
	.parser = option_parse,
	.args_doc = "DEVICE",
	.doc = "Serve a disk made with --recovery again after its server was killed, and print its node.\v"
	       "Examples:\n"
	       "  dev=$(ublk-sim add -t file --file disk.img --recovery reissue)\n"
	       "  ublk-sim recover $dev\n"
	       "  ublk-sim recover --foreground 0",
};

static int told(const struct sim_ready *ready, void *arg)
{
	const struct recover_options *opts = arg;

	if (ready->status) {
		cmd_fail(&ready->err);
		return ready->status;
	}
	return cmd_print_node(ready, opts->json) ? -EPIPE : 0;
}

/* Does the server answer? One that is being killed holds its lock for a while, but is silent. */
static bool server_answers(uint32_t id)
{
	struct json_object *request = json_object_new_object();
	struct json_object *reply;
	struct sim_error err;
	int ret;

	json_object_object_add(request, "op", json_object_new_string("status"));
	ret = sim_channel_ask(sim_state_dir_of(id), id, request, &reply, &err);
	json_object_put(request);
	if (!ret)
		json_object_put(reply);
	return !ret;
}

/* Until the old server is gone for good; refuses one that serves. */
static int server_await_end(const struct sim_state *state, struct sim_error *err)
{
	const struct timespec pause = { .tv_nsec = END_POLL_NS };
	int nr_left = (int)(END_WAIT_S * 1000000000ll / END_POLL_NS);

	if (sim_state_is_live(state) && server_answers(state->header->id))
		return sim_error_set(err, -EBUSY, "device %u has a live server; it needs no other",
				     state->header->id);
	while (sim_state_is_live(state)) {
		if (!nr_left--)
			return sim_error_set(err, -EBUSY,
					     "the server of device %u (pid %d) neither answers nor ends; kill it first",
					     state->header->id, state->header->pid);
		nanosleep(&pause, NULL);
	}
	return 0;
}

/* How the device was made. */
static int made_load(uint32_t id, struct sim_options *made, struct sim_error *err)
{
	char path[sizeof(((struct sim_state *)NULL)->path)];
	struct sim_state state;
	struct sim_error why;
	int ret;

	if (sim_state_open(&state, sim_state_dir_of(id), id))
		return sim_error_set(err, -ENOENT,
				     "device %u is not known here; 'ublk-sim list' shows those that are",
				     id);
	ret = server_await_end(&state, err);
	sim_state_sibling(&state, SIM_STATE_CONFIG, path, sizeof(path));
	sim_state_close(&state);
	if (ret)
		return ret;
	sim_options_init(made);
	if (!sim_access_is_privileged())
		return sim_error_set(err, -EPERM,
				     "the kernel recovers no device of a user who is not root; delete device %u with 'ublk-sim del %u'",
				     id, id);
	if (sim_config_load(path, made, &why))
		return sim_error_set(err, -EINVAL,
				     "device %u was not made with --recovery and cannot be served again; delete it with 'ublk-sim del %u'",
				     id, id);
	made->recover = true;
	return 0;
}

int cmd_recover(int argc, char **argv)
{
	struct recover_options opts = { 0 };
	struct sim_ready ready = { 0 };
	struct sim_options made;
	struct sim_error err;
	uint32_t id;

	argv[0] = "ublk-sim recover";
	if (argp_parse(&argp, argc, argv, 0, NULL, &opts))
		return SIM_EXIT_USAGE;
	if (sim_node_parse(opts.node, &id, &err) || made_load(id, &made, &err))
		return cmd_fail(&err);
	made.foreground = opts.foreground;
	if (opts.foreground)
		return sim_serve_foreground(&made, told, &opts) ? SIM_EXIT_USAGE : SIM_EXIT_OK;
	if (sim_serve_daemon(&made, &ready))
		return cmd_fail(&ready.err);
	return told(&ready, &opts) ? SIM_EXIT_FAILED : SIM_EXIT_OK;
}
