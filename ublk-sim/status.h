/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What there is to say about a device, as JSON: from its state file, and by its server.
 */
#ifndef UBLK_SIM_STATUS_H
#define UBLK_SIM_STATUS_H

#include "disk.h"
#include "state.h"

#include <json-c/json.h>

/**
 * sim_status_of_state - what the state file tells, for `list` and for dead servers
 * @state: mapped
 *
 * Context: may sleep; the server may be serving.
 * Return: a new object.
 */
struct json_object *sim_status_of_state(const struct sim_state *state);

/**
 * sim_status_add_disk - add what only the server knows
 * @status: from sim_status_of_state()
 * @state: the same
 * @disk: its disk
 *
 * Context: takes the disk's lock shared.
 */
void sim_status_add_disk(struct json_object *status, const struct sim_state *state,
			 struct sim_disk *disk);

/**
 * sim_status_state_name - live, off or dead
 * @state: mapped
 *
 * Context: may sleep.
 * Return: the word.
 */
const char *sim_status_state_name(const struct sim_state *state);

/* Names and numbers of the operations that are counted. */
struct sim_counted_op {
	const char *name;
	unsigned int op;
};

/**
 * sim_counted_op - walk the operations that are counted
 * @index: from 0
 *
 * Return: one, or NULL behind the last.
 */
const struct sim_counted_op *sim_counted_op(size_t index);

#endif
