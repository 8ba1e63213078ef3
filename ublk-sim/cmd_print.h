/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What several commands print: one JSON object, or the node of a device that was made.
 */
#ifndef UBLK_SIM_CMD_PRINT_H
#define UBLK_SIM_CMD_PRINT_H

#include "serve.h"

#include <json-c/json.h>
#include <stdbool.h>

/* Of what `add` and `recover` print with --json. */
#define CMD_NODE_SCHEMA	"ublk-sim-node/1"

/**
 * cmd_print_json - print an object
 * @object: stays the caller's
 */
void cmd_print_json(struct json_object *object);

/**
 * cmd_print_node - say which device is there now
 * @ready: of a start that succeeded
 * @json: as an object, schema CMD_NODE_SCHEMA; else the node alone
 *
 * Return: SIM_EXIT_OK, or SIM_EXIT_FAILED when standard output does not take it.
 */
int cmd_print_node(const struct sim_ready *ready, bool json);

#endif
