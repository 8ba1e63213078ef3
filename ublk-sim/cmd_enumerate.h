/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walking the crash states of a run from the command line; for cmd_cut.c.
 */
#ifndef UBLK_SIM_CMD_ENUMERATE_H
#define UBLK_SIM_CMD_ENUMERATE_H

#include "error.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * struct sim_walk_options - which states, and what is done with each
 * @check: command for each state
 * @run: command to record first, or NULL
 * @reorder: see struct sim_crash_bounds
 * @drops: see there
 * @torn: see there
 * @nr_max: states at most; 0: all
 */
struct sim_walk_options {
	const char *check;
	const char *run;
	uint32_t reorder;
	bool drops;
	bool torn;
	uint32_t nr_max;
};

/**
 * cmd_enumerate - record a run if asked to, and check its crash states
 * @id: device number
 * @opts: what to do
 * @result: set to what was covered, how many states there are and which are damaged
 * @err: the sentence on failure
 *
 * The disk afterwards holds what the run left.
 *
 * Return: 1 when a state is damaged, 0 when none is, -errno when the walk could not be made.
 */
int cmd_enumerate(uint32_t id, const struct sim_walk_options *opts, struct json_object **result,
		  struct sim_error *err);

#endif
