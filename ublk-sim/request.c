// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Answering on the channel; see request.h. channel.c → here → device.c, disk.c, enumerate.c.
 */
#include "request.h"

#include "channel.h"
#include "device_pace.h"
#include "device_queues.h"
#include "status.h"

#include <errno.h>
#include <string.h>

#define STATUS_SCHEMA	"ublk-sim-status/1"

/**
 * struct op - a question
 * @name: in "op"
 * @run: returns the reply, or NULL with @err set
 */
struct op {
	const char *name;
	struct json_object *(*run)(struct sim_server *server, struct json_object *request,
				   struct sim_error *err);
};

/* How the device is served; of its queues the least. */
static void add_serving(struct json_object *reply, const struct sim_device *device)
{
	bool is_realtime = true;
	bool is_flusher = true;
	bool is_fixed = true;
	uint16_t i;

	for (i = 0; device->queues && i < device->nr_threads; i++) {
		is_flusher = is_flusher && device->queues[i].is_flusher;
		is_fixed = is_fixed && device->queues[i].has_fixed_buffers;
		is_realtime = is_realtime && __atomic_load_n(&device->queues[i].is_realtime,
							     __ATOMIC_RELAXED);
	}
	json_object_object_add(reply, "unprivileged",
			       json_object_new_boolean(device->unprivileged));
	json_object_object_add(reply, "copy",
			       json_object_new_string(device->page_copy ? "page" : "user"));
	if (!device->queues)
		return;
	json_object_object_add(reply, "io_flusher", json_object_new_boolean(is_flusher));
	if (device->target.ops->buffered)
		json_object_object_add(reply, "registered_buffers",
				       json_object_new_boolean(is_fixed));
	if (device->disk.layered)
		json_object_object_add(reply, "realtime", json_object_new_boolean(is_realtime));
}

static struct json_object *op_status(struct sim_server *server, struct json_object *request,
				     struct sim_error *err)
{
	struct sim_device *device = &server->device;
	struct json_object *reply = json_object_new_object();
	struct json_object *status = sim_status_of_state(&device->state);

	(void)request;
	(void)err;
	json_object_object_add(reply, "schema", json_object_new_string(STATUS_SCHEMA));
	json_object_object_foreach(status, key, value)
		json_object_object_add(reply, key, json_object_get(value));
	json_object_put(status);
	/* Our own lock on the state file does not show to us. */
	json_object_object_add(reply, "state",
			       json_object_new_string(sim_device_is_cut(device) ? "off" : "live"));
	add_serving(reply, device);
	sim_status_add_disk(reply, &device->state, &device->disk);
	return reply;
}

/* Replace the faults, or with @try_only see whether they could be. */
static int set_faults(struct sim_device *device, struct json_object *rules, bool try_only,
		      struct sim_error *err)
{
	const size_t nr_rules = json_object_array_length(rules);
	const char *texts[SIM_FAULTS_MAX];
	size_t i;

	if (nr_rules > SIM_FAULTS_MAX)
		return sim_error_set(err, -EINVAL, "%zu faults are more than %u; give fewer",
				     nr_rules, SIM_FAULTS_MAX);
	for (i = 0; i < nr_rules; i++)
		texts[i] = json_object_get_string(json_object_array_get_idx(rules, i));
	return try_only ? sim_disk_try_faults(&device->disk, texts, nr_rules, err) :
			  sim_disk_set_faults(&device->disk, texts, nr_rules, err);
}

/* What can be judged before anything is changed: a command that is refused shall not be half done. */
static int set_check(struct sim_device *device, struct json_object *request, struct sim_error *err)
{
	struct json_object *value;

	if (json_object_object_get_ex(request, "power", &value) && sim_device_is_cut(device))
		return sim_error_set(err, -EBUSY,
				     "its power is cut; wait until it is back ('ublk-sim status --wait')");
	if (json_object_object_get_ex(request, "lying", &value) && !device->disk.cache)
		return sim_error_set(err, -EINVAL,
				     "the disk has no write cache whose flush could lie; make it with --cache");
	if (json_object_object_get_ex(request, "faults", &value))
		return set_faults(device, value, true, err);
	return 0;
}

/* One member of a "set". */
static int set_member(struct sim_server *server, const char *key, struct json_object *value,
		      bool force, struct sim_error *err)
{
	struct sim_device *device = &server->device;

	if (!strcmp(key, "faults"))
		return set_faults(device, value, false, err);
	if (!strcmp(key, "profile"))
		return sim_device_set_profile(device, json_object_get_string(value), force, err);
	if (!strcmp(key, "power"))
		sim_disk_set_power(&device->disk, strcmp(json_object_get_string(value), "hung") ?
							  SIM_POWER_ON :
							  SIM_POWER_HUNG);
	if (!strcmp(key, "lying"))
		sim_disk_set_lying(&device->disk, json_object_get_boolean(value));
	if (!strcmp(key, "record"))
		return sim_enumerate_record(&device->disk, json_object_get_boolean(value), err);
	return 0;
}

/*
 * In which order, whatever that of the command line is. What may still be refused comes first. A profile is
 * measured on a disk without faults: they go before it and come after it.
 */
static int set_members(struct sim_server *server, struct json_object *request, bool force,
		       struct sim_error *err)
{
	static const char *const order[2][5] = {
		{ "profile", "record", "faults", "lying", "power" },
		{ "faults", "profile", "record", "lying", "power" },
	};
	struct json_object *value;
	bool clears;
	int ret = 0;
	size_t i;

	clears = json_object_object_get_ex(request, "faults", &value) &&
		 !json_object_array_length(value);
	for (i = 0; i < 5 && !ret; i++)
		if (json_object_object_get_ex(request, order[clears][i], &value))
			ret = set_member(server, order[clears][i], value, force, err);
	return ret;
}

static bool flag_of(struct json_object *request, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(request, key, &value) && json_object_get_boolean(value);
}

static uint64_t count_of(struct json_object *request, const char *key, uint64_t default_value)
{
	struct json_object *value;

	return json_object_object_get_ex(request, key, &value) ? json_object_get_uint64(value) :
								 default_value;
}

static struct json_object *op_set(struct sim_server *server, struct json_object *request,
				  struct sim_error *err)
{
	const bool force = flag_of(request, "force");

	if (server->walk.crash) {
		sim_error_set(err, -EBUSY, "its crash states are being walked; wait for the end");
		return NULL;
	}
	if (set_check(&server->device, request, err) || set_members(server, request, force, err))
		return NULL;
	sim_device_queues_poke(&server->device);
	return op_status(server, request, err);
}

static struct json_object *op_cut(struct sim_server *server, struct json_object *request,
				  struct sim_error *err)
{
	struct json_object *reply;
	struct sim_cut cut;

	if (server->walk.crash || sim_device_is_cut(&server->device)) {
		sim_error_set(err, -EBUSY,
			      "its power is cut already, or its crash states are being walked; wait for the end");
		return NULL;
	}
	if (sim_device_cut(&server->device,
			   (enum sim_cut_policy)count_of(request, "policy", SIM_CUT_ALL),
			   count_of(request, "seed", 1), &cut, err))
		return NULL;
	reply = json_object_new_object();
	json_object_object_add(reply, "pending", json_object_new_uint64(cut.nr_pending));
	json_object_object_add(reply, "kept", json_object_new_uint64(cut.nr_kept));
	json_object_object_add(reply, "torn", json_object_new_uint64(cut.nr_torn));
	json_object_object_add(reply, "dropped", json_object_new_uint64(cut.nr_dropped));
	json_object_object_add(reply, "hash", json_object_new_uint64(cut.hash));
	return reply;
}

static struct json_object *op_walk_open(struct sim_server *server, struct json_object *request,
					struct sim_error *err)
{
	struct sim_crash_bounds bounds = {
		.reorder = (uint32_t)count_of(request, "reorder", 1),
		.drops = flag_of(request, "drops"),
		.torn = flag_of(request, "torn"),
		.atomic_bytes = server->device.opts->atomic_bytes ?
					server->device.opts->atomic_bytes :
					server->device.disk.block_bytes,
	};
	struct json_object *kinds = json_object_new_object();
	struct json_object *reply = json_object_new_object();
	uint64_t by_kind[SIM_CRASH_KINDS];
	struct sim_record_totals totals;
	int kind;

	if (sim_enumerate_open(&server->walk, &server->device.disk, &bounds, err)) {
		json_object_put(kinds);
		json_object_put(reply);
		return NULL;
	}
	sim_record_totals(server->device.disk.record, &totals);
	json_object_object_add(reply, "total",
			       json_object_new_uint64(sim_crash_total(server->walk.crash, by_kind)));
	for (kind = 0; kind < SIM_CRASH_KINDS; kind++)
		json_object_object_add(kinds, sim_crash_kind_name((enum sim_crash_kind)kind),
				       json_object_new_uint64(by_kind[kind]));
	json_object_object_add(reply, "kinds", kinds);
	json_object_object_add(reply, "writes", json_object_new_uint64(totals.nr_writes));
	json_object_object_add(reply, "epochs", json_object_new_uint64(totals.nr_epochs));
	return reply;
}

static struct json_object *op_walk_show(struct sim_server *server, struct json_object *request,
					struct sim_error *err)
{
	struct sim_crash_state state = { 0 };
	struct json_object *reply;

	if (sim_enumerate_show(&server->walk, &server->device.disk, count_of(request, "index", 0),
			       &state, err))
		return NULL;
	reply = json_object_new_object();
	json_object_object_add(reply, "kind",
			       json_object_new_string(sim_crash_kind_name(state.kind)));
	json_object_object_add(reply, "prefix", json_object_new_uint64(state.prefix));
	return reply;
}

static struct json_object *op_walk_close(struct sim_server *server, struct json_object *request,
					 struct sim_error *err)
{
	(void)request;
	if (sim_enumerate_close(&server->walk, &server->device.disk, err))
		return NULL;
	return json_object_new_object();
}

static const struct op ops[] = {
	{ "status", op_status },       { "set", op_set },	      { "cut", op_cut },
	{ "walk-open", op_walk_open }, { "walk-show", op_walk_show }, { "walk-close", op_walk_close },
};

struct json_object *sim_request_answer(struct json_object *request, void *server)
{
	struct sim_error err = { "" };
	struct json_object *reply;
	struct json_object *name;
	size_t i;

	if (json_object_object_get_ex(request, "op", &name))
		for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
			if (strcmp(ops[i].name, json_object_get_string(name)))
				continue;
			reply = ops[i].run(server, request, &err);
			return reply ? reply : sim_channel_error(&err);
		}
	sim_error_set(&err, -EINVAL,
		      "the question is not understood; use an 'ublk-sim' of the server's version");
	return sim_channel_error(&err);
}
