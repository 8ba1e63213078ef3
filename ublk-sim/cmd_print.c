// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Printing that commands share; see cmd_print.h.
 */
#include "cmd_print.h"

#include "cmd.h"

#include <stdio.h>

void cmd_print_json(struct json_object *object)
{
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY |
							    JSON_C_TO_STRING_NOSLASHESCAPE));
}

int cmd_print_node(const struct sim_ready *ready, bool json)
{
	struct json_object *root;
	char node[32];

	snprintf(node, sizeof(node), "/dev/ublkb%u", ready->id);
	if (!json) {
		puts(node);
		return cmd_flush();
	}
	root = json_object_new_object();
	json_object_object_add(root, "schema", json_object_new_string(CMD_NODE_SCHEMA));
	json_object_object_add(root, "id", json_object_new_int64(ready->id));
	json_object_object_add(root, "node", json_object_new_string(node));
	json_object_object_add(root, "pid", json_object_new_int(ready->pid));
	cmd_print_json(root);
	json_object_put(root);
	return cmd_flush();
}
