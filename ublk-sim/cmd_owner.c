// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ublk-sim owner: who made a device, asked of the driver.
 *
 * For tools/udev/ublk-sim.rules, which gives the nodes of an unprivileged user's device to that
 * user; udev runs it as root whenever a node appears or changes.
 */
#include "cmd.h"
#include "cmd_parse.h"
#include "cmd_print.h"

#include "ctrl.h"
#include "options.h"

#include <argp.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define OWNER_SCHEMA	"ublk-sim-owner/1"

enum {
	KEY_JSON = 0x100,
};

/**
 * struct owner_options - of which
 * @node: as typed
 * @json: as an object
 */
struct owner_options {
	const char *node;
	bool json;
};

static const struct argp_option options[] = {
	{ "json", KEY_JSON, NULL, 0, "print one JSON object, schema " OWNER_SCHEMA, 0 },
	{ 0 },
};

static error_t option_parse(int key, char *arg, struct argp_state *state)
{
	struct owner_options *opts = state->input;

	switch (key) {
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
	.doc = "Print user and group of whoever made a device without being root, for the udev rule.\v"
	       "Examples:\n"
	       "  ublk-sim owner 0\n"
	       "  ublk-sim owner --json /dev/ublkb0\n"
	       "Exit status: 0 it is an unprivileged user's; 1 it is root's; 2 it cannot be asked for.",
};

static void owner_print_json(uint32_t id, bool unprivileged, uint32_t uid, uint32_t gid)
{
	struct json_object *root = json_object_new_object();

	json_object_object_add(root, "schema", json_object_new_string(OWNER_SCHEMA));
	json_object_object_add(root, "id", json_object_new_int64(id));
	json_object_object_add(root, "unprivileged", json_object_new_boolean(unprivileged));
	json_object_object_add(root, "uid", json_object_new_int64(uid));
	json_object_object_add(root, "gid", json_object_new_int64(gid));
	cmd_print_json(root);
	json_object_put(root);
}

static int info_get(uint32_t id, struct ublksrv_ctrl_dev_info *info, struct sim_error *err)
{
	struct sim_ctrl ctrl;
	int ret;

	ret = sim_ctrl_open(&ctrl, err);
	if (ret)
		return ret;
	ret = sim_ctrl_info(&ctrl, id, info);
	sim_ctrl_close(&ctrl);
	if (ret == -ENODEV)
		return sim_error_set(err, ret,
				     "device %u does not exist; 'ublk-sim list' shows those that do", id);
	if (ret)
		return sim_error_set(err, ret,
				     "the driver does not tell whose device %u is: %s; ask as its owner or as root",
				     id, strerror(-ret));
	return 0;
}

int cmd_owner(int argc, char **argv)
{
	struct ublksrv_ctrl_dev_info info;
	struct owner_options opts = { 0 };
	struct sim_error err;
	bool unprivileged;
	uint32_t uid;
	uint32_t gid;
	uint32_t id;

	argv[0] = "ublk-sim owner";
	if (argp_parse(&argp, argc, argv, 0, NULL, &opts))
		return SIM_EXIT_USAGE;
	if (sim_node_parse(opts.node, &id, &err) || info_get(id, &info, &err))
		return cmd_fail(&err);
	sim_ctrl_owner(&info, &uid, &gid);
	unprivileged = info.flags & UBLK_F_UNPRIVILEGED_DEV;
	if (opts.json)
		owner_print_json(id, unprivileged, uid, gid);
	else if (unprivileged)
		printf("%u %u\n", uid, gid);
	return cmd_flush() || !unprivileged ? SIM_EXIT_FAILED : SIM_EXIT_OK;
}
