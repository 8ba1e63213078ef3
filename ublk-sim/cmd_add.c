// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ublk-sim add: make a device and serve it.
 *
 * argp → options.c (judged before anything exists) → serve.c. Standard output gets the node
 * and nothing else, when it can be opened; so `dev=$(ublk-sim add …)` is all a script needs.
 */
#include "cmd.h"

#include "options.h"
#include "serve.h"
#include "target.h"

#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

enum {
	KEY_FOREGROUND = 0x100,
	KEY_PIN,
};

static const struct argp_option options[] = {
	{ "target", 't', "NAME", 0, "kind of disk: null or ram (default null)", 0 },
	{ "queues", 'q', "N", 0, "hardware queues, 1 to 128 (default 1); the kernel gives at most one per CPU", 0 },
	{ "depth", 'd', "N", 0, "I/Os in flight per queue, 1 to 4096 (default 128)", 0 },
	{ "size", 's', "SIZE", 0, "capacity, a multiple of the block, with k, M, G, T (default 256M)", 0 },
	{ "block", 'b', "BYTES", 0, "logical block: 512, 1024, 2048 or 4096 (default 512)", 0 },
	{ "id", 'n', "N", 0, "device number (default: the lowest that is free)", 0 },
	{ "foreground", KEY_FOREGROUND, NULL, 0, "serve in this process until SIGTERM or SIGINT", 0 },
	{ "pin", KEY_PIN, NULL, 0, "pin each queue's thread to the CPUs that use the queue", 0 },
	{ 0 },
};

static error_t option_parse(int key, char *arg, struct argp_state *state)
{
	struct sim_options *opts = state->input;
	struct sim_error err;
	enum sim_option option;

	switch (key) {
	case KEY_FOREGROUND:
		opts->foreground = true;
		return 0;
	case KEY_PIN:
		opts->pin = true;
		return 0;
	case 't':
		option = SIM_OPTION_TARGET;
		break;
	case 'q':
		option = SIM_OPTION_QUEUES;
		break;
	case 'd':
		option = SIM_OPTION_DEPTH;
		break;
	case 's':
		option = SIM_OPTION_SIZE;
		break;
	case 'b':
		option = SIM_OPTION_BLOCK;
		break;
	case 'n':
		option = SIM_OPTION_ID;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	if (sim_options_set(opts, option, arg, &err))
		argp_failure(state, SIM_EXIT_USAGE, 0, "%s", err.text);
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = option_parse,
	.doc = "Make a simulated disk, serve it, and print its node once it can be opened.\v"
	       "Examples:\n"
	       "  dev=$(ublk-sim add)                          null, 256 MiB\n"
	       "  dev=$(ublk-sim add -t ram -s 4G -b 4096)     sparse, 4 KiB blocks\n"
	       "  ublk-sim add -t null -q 2 -d 32 -n 7 --foreground",
};

/* Standard output gets the node; what differs from the request goes to standard error. */
static int node_print(const struct sim_ready *ready, const struct sim_options *opts)
{
	if (ready->nr_queues != opts->nr_queues)
		fprintf(stderr,
			"ublk-sim: /dev/ublkb%u has %u hardware queues and not %u: the kernel gives at most one per CPU\n",
			ready->id, ready->nr_queues, opts->nr_queues);
	printf("/dev/ublkb%u\n", ready->id);
	return cmd_flush();
}

static int foreground_told(const struct sim_ready *ready, void *asked)
{
	if (ready->status) {
		cmd_fail(&ready->err);
		return ready->status;
	}
	return node_print(ready, asked) ? -EPIPE : 0;
}

int cmd_add(int argc, char **argv)
{
	struct sim_ready ready = { 0 };
	struct sim_options asked;
	struct sim_error err;

	sim_options_init(&asked);
	argv[0] = "ublk-sim add";
	if (argp_parse(&argp, argc, argv, 0, NULL, &asked))
		return SIM_EXIT_USAGE;
	if (!sim_target_find(asked.target)) {
		sim_error_set(&err, -EINVAL, "target '%s' does not exist; give null or ram",
			      asked.target);
		return cmd_fail(&err);
	}
	if (sim_options_check(&asked, &err))
		return cmd_fail(&err);
	if (asked.foreground)
		return sim_serve_foreground(&asked, foreground_told, &asked) ? SIM_EXIT_USAGE :
									       SIM_EXIT_OK;
	if (sim_serve_daemon(&asked, &ready))
		return cmd_fail(&ready.err);
	if (!node_print(&ready, &asked))
		return SIM_EXIT_OK;
	/* Nobody knows the node: no device may be left behind. */
	kill(ready.pid, SIGTERM);
	waitpid(ready.pid, NULL, 0);
	return SIM_EXIT_FAILED;
}
