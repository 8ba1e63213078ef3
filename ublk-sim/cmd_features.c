// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ublk-sim features: what the running kernel's ublk driver can do, asked of it and not
 * derived from its version, and what this server uses of it.
 */
#include "cmd.h"
#include "cmd_parse.h"
#include "cmd_print.h"

#include "ctrl.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>

#define FEATURES_SCHEMA	"ublk-sim-features/1"

static const char doc[] =
	"Show what the ublk driver of the running kernel can do.\v"
	"Examples:\n"
	"  ublk-sim features\n"
	"  ublk-sim features --json";

static const struct {
	const char *name;
	uint64_t bit;
	bool used;
} features[] = {
	{ "zero_copy", UBLK_F_SUPPORT_ZERO_COPY, false },
	{ "uring_cmd_comp_in_task", UBLK_F_URING_CMD_COMP_IN_TASK, false },
	{ "need_get_data", UBLK_F_NEED_GET_DATA, false },
	{ "user_recovery", UBLK_F_USER_RECOVERY, true },
	{ "user_recovery_reissue", UBLK_F_USER_RECOVERY_REISSUE, true },
	{ "unprivileged_dev", UBLK_F_UNPRIVILEGED_DEV, true },
	{ "cmd_ioctl_encode", UBLK_F_CMD_IOCTL_ENCODE, true },
	{ "user_copy", UBLK_F_USER_COPY, true },
	{ "zoned", UBLK_F_ZONED, false },
	{ "user_recovery_fail_io", UBLK_F_USER_RECOVERY_FAIL_IO, false },
	{ "update_size", UBLK_F_UPDATE_SIZE, false },
	{ "auto_buf_reg", UBLK_F_AUTO_BUF_REG, false },
	{ "quiesce", UBLK_F_QUIESCE, false },
	{ "per_io_daemon", UBLK_F_PER_IO_DAEMON, false },
	{ "buf_reg_off_daemon", UBLK_F_BUF_REG_OFF_DAEMON, false },
	{ "batch_io", UBLK_F_BATCH_IO, false },
};

#define NR_FEATURES	(sizeof(features) / sizeof(features[0]))

static void features_print_json(uint64_t mask)
{
	struct json_object *root = json_object_new_object();
	struct json_object *list = json_object_new_array();
	struct json_object *one;
	char hex[32];
	size_t i;

	snprintf(hex, sizeof(hex), "0x%" PRIx64, mask);
	json_object_object_add(root, "schema", json_object_new_string(FEATURES_SCHEMA));
	json_object_object_add(root, "mask", json_object_new_string(hex));
	for (i = 0; i < NR_FEATURES; i++) {
		one = json_object_new_object();
		json_object_object_add(one, "name", json_object_new_string(features[i].name));
		json_object_object_add(one, "kernel",
				       json_object_new_boolean(!!(mask & features[i].bit)));
		json_object_object_add(one, "used", json_object_new_boolean(features[i].used));
		json_object_array_add(list, one);
	}
	json_object_object_add(root, "features", list);
	cmd_print_json(root);
	json_object_put(root);
}

static void features_print(uint64_t mask)
{
	size_t i;

	printf("%-24s %-6s %s\n", "feature", "kernel", "used");
	for (i = 0; i < NR_FEATURES; i++)
		printf("%-24s %-6s %s\n", features[i].name,
		       mask & features[i].bit ? "yes" : "no", features[i].used ? "yes" : "no");
}

int cmd_features(int argc, char **argv)
{
	struct sim_error err;
	struct sim_ctrl ctrl;
	bool json;

	argv[0] = "ublk-sim features";
	if (cmd_parse_json(argc, argv, FEATURES_SCHEMA, doc, &json))
		return SIM_EXIT_USAGE;
	if (sim_ctrl_open(&ctrl, &err))
		return cmd_fail(&err);
	if (json)
		features_print_json(ctrl.features);
	else
		features_print(ctrl.features);
	sim_ctrl_close(&ctrl);
	return cmd_flush();
}
