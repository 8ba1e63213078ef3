// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Walking crash states; see cmd_enumerate.h. The server shows a state, the checker runs here, as
 * the user's child: it sees the terminal and may be stopped with it.
 */
#include "cmd_enumerate.h"

#include "channel.h"
#include "state.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* Damaged states that the result names one by one. */
#define NR_NAMED	20u

static struct json_object *request_new(const char *op)
{
	struct json_object *request = json_object_new_object();

	json_object_object_add(request, "op", json_object_new_string(op));
	return request;
}

/* Ask; the question is freed. */
static int question_ask(uint32_t id, struct json_object *request, struct json_object **reply,
			struct sim_error *err)
{
	const int ret = sim_channel_ask(sim_state_dir_of(id), id, request, reply, err);

	json_object_put(request);
	return ret;
}

static int record_switch(uint32_t id, bool on, struct sim_error *err)
{
	struct json_object *request = request_new("set");
	struct json_object *reply;
	int ret;

	json_object_object_add(request, "record", json_object_new_boolean(on));
	ret = question_ask(id, request, &reply, err);
	if (!ret)
		json_object_put(reply);
	return ret;
}

static int run_record(uint32_t id, const char *command, struct sim_error *err)
{
	int status;
	int ret;

	ret = record_switch(id, true, err);
	if (ret)
		return ret;
	status = system(command);
	ret = record_switch(id, false, err);
	if (ret)
		return ret;
	if (status)
		return sim_error_set(err, -ECHILD, "the run '%s' failed with status %d; record one that succeeds",
				     command, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	return 0;
}

static int walk_open(uint32_t id, const struct sim_walk_options *opts, struct json_object **result,
		     struct sim_error *err)
{
	struct json_object *request = request_new("walk-open");

	json_object_object_add(request, "reorder", json_object_new_int64(opts->reorder));
	json_object_object_add(request, "drops", json_object_new_boolean(opts->drops));
	json_object_object_add(request, "torn", json_object_new_boolean(opts->torn));
	return question_ask(id, request, result, err);
}

/* Show state @index and check it: 1 damaged, 0 whole, -errno. */
static int state_check(uint32_t id, uint64_t index, const char *check, struct json_object *damaged,
		       struct sim_error *err)
{
	struct json_object *request = request_new("walk-show");
	struct json_object *state;
	char number[24];
	int status;
	int ret;

	json_object_object_add(request, "index", json_object_new_uint64(index));
	ret = question_ask(id, request, &state, err);
	if (ret)
		return ret;
	snprintf(number, sizeof(number), "%" PRIu64, index);
	setenv("UBLK_STATE", number, 1);
	status = system(check);
	if (status && WIFSIGNALED(status) && WTERMSIG(status) == SIGINT)
		ret = sim_error_set(err, -EINTR, "the check of state %" PRIu64 " was interrupted; start the walk again",
				    index);
	json_object_object_add(state, "state", json_object_new_uint64(index));
	if (!ret && status && json_object_array_length(damaged) < NR_NAMED)
		json_object_array_add(damaged, json_object_get(state));
	json_object_put(state);
	return ret ? ret : !!status;
}

/* The @i-th of @nr numbers that lie evenly in 0 … @total - 1. */
static uint64_t index_of(uint64_t i, uint64_t nr, uint64_t total)
{
	return nr == total ? i : (uint64_t)((unsigned __int128)i * total / nr);
}

static int walk_states(uint32_t id, const struct sim_walk_options *opts, struct json_object *result,
		       struct sim_error *err)
{
	const uint64_t total =
		json_object_get_uint64(json_object_object_get(result, "total"));
	const uint64_t nr = opts->nr_max && opts->nr_max < total ? opts->nr_max : total;
	struct json_object *damaged = json_object_new_array();
	uint64_t nr_damaged = 0;
	uint64_t i;
	int ret = 0;

	for (i = 0; i < nr; i++) {
		ret = state_check(id, index_of(i, nr, total), opts->check, damaged, err);
		if (ret < 0)
			break;
		nr_damaged += (uint64_t)ret;
	}
	json_object_object_add(result, "covered", json_object_new_uint64(i));
	json_object_object_add(result, "damaged", json_object_new_uint64(nr_damaged));
	json_object_object_add(result, "damaged_states", damaged);
	return ret < 0 ? ret : nr_damaged > 0;
}

int cmd_enumerate(uint32_t id, const struct sim_walk_options *opts, struct json_object **result,
		  struct sim_error *err)
{
	struct json_object *closed;
	struct sim_error why;
	char node[32];
	int ret = 0;

	snprintf(node, sizeof(node), "/dev/ublkb%u", id);
	setenv("UBLK_DEV", node, 1);
	if (opts->run)
		ret = run_record(id, opts->run, err);
	if (!ret)
		ret = walk_open(id, opts, result, err);
	if (ret)
		return ret;
	ret = walk_states(id, opts, *result, err);
	if (question_ask(id, request_new("walk-close"), &closed, &why)) {
		if (ret >= 0)
			*err = why;
		ret = ret < 0 ? ret : -EIO;
	} else {
		json_object_put(closed);
	}
	if (ret < 0)
		json_object_put(*result);
	return ret;
}
