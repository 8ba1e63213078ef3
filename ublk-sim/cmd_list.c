// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ublk-sim list: the devices and how much I/O each has served.
 *
 * Reads the state files only (state.c): no privilege, no word to the server, no effect on the
 * I/O it serves. A device whose server was killed is shown as dead until `del` removes it.
 */
#include "cmd.h"
#include "cmd_parse.h"
#include "cmd_print.h"

#include "state.h"
#include "status.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST_SCHEMA	"ublk-sim-list/1"

static const char doc[] =
	"Show the devices and how much I/O each has served since it was made.\v"
	"Examples:\n"
	"  ublk-sim list\n"
	"  ublk-sim list --json | jq '.devices[0].ios.read'\n"
	"  watch -n1 ublk-sim list";

static void device_print(const struct sim_state *state)
{
	const struct sim_state_header *header = state->header;
	struct sim_counters sum;
	char node[32];
	const struct sim_counted_op *op;
	size_t i;

	sim_state_sum(state, &sum);
	snprintf(node, sizeof(node), "/dev/ublkb%u", header->id);
	printf("%-12s %-6s %-5s %6u %5u %14" PRIu64 " %5u %7d", node, header->target,
	       sim_status_state_name(state), header->nr_queues, header->depth, header->size_bytes,
	       header->block_bytes, header->pid);
	for (i = 0; (op = sim_counted_op(i)); i++)
		printf(" %12" PRIu64, sum.nr_ios[op->op]);
	printf(" %8" PRIu64 "\n", sum.nr_failed);
}

static void header_print(void)
{
	const struct sim_counted_op *op;
	size_t i;

	printf("%-12s %-6s %-5s %6s %5s %14s %5s %7s", "node", "target", "state", "queues",
	       "depth", "size_bytes", "block", "pid");
	for (i = 0; (op = sim_counted_op(i)); i++)
		printf(" %12s", op->name);
	printf(" %8s\n", "failed");
}

static void json_print(struct json_object *devices)
{
	struct json_object *root = json_object_new_object();

	json_object_object_add(root, "schema", json_object_new_string(LIST_SCHEMA));
	json_object_object_add(root, "devices", devices);
	cmd_print_json(root);
	json_object_put(root);
}

/* The devices of one folder: to @devices, or printed if that is NULL. -errno when it cannot be read. */
static int dir_show(const char *dir, struct json_object *devices)
{
	struct sim_state state;
	uint32_t *ids;
	const int nr = sim_state_ids(dir, &ids);
	int i;

	for (i = 0; i < nr; i++) {
		/* Gone or not complete yet: a device that is just going or coming. */
		if (sim_state_open(&state, dir, ids[i]))
			continue;
		if (devices)
			json_object_array_add(devices, sim_status_of_state(&state));
		else
			device_print(&state);
		sim_state_close(&state);
	}
	if (nr >= 0)
		free(ids);
	return nr < 0 ? nr : 0;
}

int cmd_list(int argc, char **argv)
{
	/* Root's are shown to everybody, a user's to that user. */
	const char *const dirs[] = { SIM_STATE_DIR_ROOT, sim_state_dir() };
	const size_t nr_dirs = strcmp(dirs[0], dirs[1]) ? 2 : 1;
	struct json_object *devices = NULL;
	struct sim_error err;
	int ret = 0;
	bool json;
	size_t i;

	argv[0] = "ublk-sim list";
	if (cmd_parse_json(argc, argv, LIST_SCHEMA, doc, &json))
		return SIM_EXIT_USAGE;
	if (json)
		devices = json_object_new_array();
	else
		header_print();
	for (i = 0; i < nr_dirs && !ret; i++)
		ret = dir_show(dirs[i], devices);
	if (ret) {
		json_object_put(devices);
		sim_error_set(&err, ret, "state folder %s cannot be read: %s; make it readable",
			      dirs[i - 1], strerror(-ret));
		return cmd_fail(&err);
	}
	if (json)
		json_print(devices);
	return cmd_flush();
}
