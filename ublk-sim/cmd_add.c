// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ublk-sim add: make a device and serve it.
 *
 * argp → options.c (judged before anything exists) → serve.c. Standard output gets the node
 * and nothing else, when it can be opened; so `dev=$(ublk-sim add …)` is all a script needs.
 */
#include "cmd.h"
#include "cmd_parse.h"
#include "cmd_print.h"

#include "add_options.h"
#include "options.h"
#include "serve.h"

#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

enum {
	KEY_FOREGROUND = 0x300,
	KEY_JSON,
};

/**
 * struct add_arguments - the command line
 * @device: what to make
 * @json: print the node as an object
 */
struct add_arguments {
	struct sim_options device;
	bool json;
};

static const struct argp_option options[] = {
	{ "foreground", KEY_FOREGROUND, NULL, 0, "serve in this process until SIGTERM or SIGINT", 0 },
	{ "json", KEY_JSON, NULL, 0, "print one JSON object, schema " CMD_NODE_SCHEMA, 0 },
	{ 0 },
};

static error_t option_parse(int key, char *arg, struct argp_state *state)
{
	struct add_arguments *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->device;
		return 0;
	case KEY_FOREGROUND:
		args->device.foreground = true;
		return 0;
	case KEY_JSON:
		args->json = true;
		return 0;
	default:
		return cmd_parse_none(key, arg, state);
	}
}

static const struct argp_child children[] = {
	{ &add_options_argp, 0, NULL, 0 },
	{ 0 },
};

static const struct argp argp = {
	.options = options,
	.parser = option_parse,
	.children = children,
	.doc = "Make a simulated disk, serve it, and print its node once it can be opened.\v"
	       "Examples:\n"
	       "  dev=$(ublk-sim add)                          null, 256 MiB\n"
	       "  dev=$(ublk-sim add -t ram -s 4G -b 4096)     sparse, 4 KiB blocks\n"
	       "  dev=$(ublk-sim add -t file --file disk.img --profile hdd-7200)\n"
	       "  dev=$(ublk-sim add -t ram --cache 8M --fault bad:lba=800-807)\n"
	       "  ublk-sim add --config disk.json -n 7 --foreground",
};

/* Standard output gets the node; what differs from the request goes to standard error. */
static int node_print(const struct sim_ready *ready, const struct add_arguments *args)
{
	if (ready->nr_queues != args->device.nr_queues)
		fprintf(stderr,
			"ublk-sim: /dev/ublkb%u has %u hardware queues and not %u: the kernel gives at most one per CPU\n",
			ready->id, ready->nr_queues, args->device.nr_queues);
	return cmd_print_node(ready, args->json);
}

static int foreground_told(const struct sim_ready *ready, void *args)
{
	if (ready->status) {
		cmd_fail(&ready->err);
		return ready->status;
	}
	return node_print(ready, args) ? -EPIPE : 0;
}

int cmd_add(int argc, char **argv)
{
	struct sim_ready ready = { 0 };
	struct add_arguments args = { 0 };
	struct sim_error err;

	sim_options_init(&args.device);
	argv[0] = "ublk-sim add";
	if (argp_parse(&argp, argc, argv, 0, NULL, &args))
		return SIM_EXIT_USAGE;
	if (add_options_complete(&args.device, &err))
		return cmd_fail(&err);
	if (args.device.foreground)
		return sim_serve_foreground(&args.device, foreground_told, &args) ? SIM_EXIT_USAGE :
										    SIM_EXIT_OK;
	if (sim_serve_daemon(&args.device, &ready))
		return cmd_fail(&ready.err);
	if (!node_print(&ready, &args))
		return SIM_EXIT_OK;
	/* Nobody knows the node: no device may be left behind. */
	kill(ready.pid, SIGTERM);
	waitpid(ready.pid, NULL, 0);
	return SIM_EXIT_FAILED;
}
