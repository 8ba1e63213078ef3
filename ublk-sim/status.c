// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A device as JSON; see status.h. cmd_list.c and cmd_status.c read it from the state file,
 * request.c adds what the server knows.
 */
#include "status.h"

#include "ublk_compat.h"

#include <inttypes.h>
#include <stdio.h>

static const struct sim_counted_op counted[] = {
	{ "read", UBLK_IO_OP_READ },
	{ "write", UBLK_IO_OP_WRITE },
	{ "flush", UBLK_IO_OP_FLUSH },
	{ "discard", UBLK_IO_OP_DISCARD },
	{ "write_zeroes", UBLK_IO_OP_WRITE_ZEROES },
};

const struct sim_counted_op *sim_counted_op(size_t index)
{
	return index < sizeof(counted) / sizeof(counted[0]) ? &counted[index] : NULL;
}

const char *sim_status_state_name(const struct sim_state *state)
{
	if (!sim_state_is_live(state))
		return "dead";
	return state->header->phase == SIM_PHASE_OFF ? "off" : "live";
}

static void add_count(struct json_object *object, const char *key, uint64_t count)
{
	json_object_object_add(object, key, json_object_new_uint64(count));
}

static void add_text(struct json_object *object, const char *key, const char *text)
{
	json_object_object_add(object, key, json_object_new_string(text));
}

struct json_object *sim_status_of_state(const struct sim_state *state)
{
	const struct sim_state_header *header = state->header;
	struct json_object *status = json_object_new_object();
	struct json_object *queue_ios = json_object_new_array();
	struct json_object *ios = json_object_new_object();
	const struct sim_counted_op *op;
	struct sim_counters sum;
	char node[32];
	uint32_t queue;
	size_t i;

	sim_state_sum(state, &sum);
	snprintf(node, sizeof(node), "/dev/ublkb%u", header->id);
	add_count(status, "id", header->id);
	add_text(status, "node", node);
	add_text(status, "target", header->target);
	add_count(status, "queues", header->nr_queues);
	add_count(status, "depth", header->depth);
	add_count(status, "size_bytes", header->size_bytes);
	add_count(status, "block_bytes", header->block_bytes);
	json_object_object_add(status, "pid", json_object_new_int64(header->pid));
	add_text(status, "state", sim_status_state_name(state));
	for (i = 0; (op = sim_counted_op(i)); i++)
		add_count(ios, op->name, sum.nr_ios[op->op]);
	add_count(ios, "failed", sum.nr_failed);
	json_object_object_add(status, "ios", ios);
	for (queue = 0; queue < header->nr_queues; queue++)
		json_object_array_add(queue_ios,
				      json_object_new_uint64(sim_state_queue_ios(state, queue)));
	json_object_object_add(status, "queue_ios", queue_ios);
	return status;
}

/* One op's times; only those of reads and writes are measured and judged. */
static struct json_object *op_json(const struct sim_timing *sum, const struct sim_pace *pace,
				   const struct sim_profile *profile, enum sim_op op)
{
	struct json_object *json = json_object_new_object();

	if (op <= SIM_OP_WRITE) {
		add_count(json, "shortest_ns", profile->ops[op].base.ns[0]);
		add_count(json, "floor_ns", pace->floor_ns[op]);
		json_object_object_add(json, "delivered",
				       json_object_new_boolean(sim_pace_delivers(pace, profile, op)));
	}
	add_count(json, "trip_ns", pace->trip_ns[op][SIM_WAIT_SLEEP]);
	add_count(json, "spun_trip_ns", pace->trip_ns[op][SIM_WAIT_SPIN]);
	add_count(json, "ios", sum->nr);
	if (sum->nr) {
		add_count(json, "requested_mean_ns", sum->requested_ns / sum->nr);
		add_count(json, "delivered_mean_ns", (sum->requested_ns + sum->late_ns) / sum->nr);
		add_count(json, "late_mean_ns", sum->late_ns / sum->nr);
	}
	add_count(json, "late_max_ns", sum->late_max_ns);
	return json;
}

/* Delivered against requested. */
static struct json_object *timing_json(const struct sim_state *state, const struct sim_disk *disk)
{
	static const char *const names[SIM_OP_COUNT] = { "read", "write", "flush", "discard",
							 "write_zeroes" };
	const struct sim_pace *pace = &disk->pace;
	struct json_object *timing = json_object_new_object();
	struct json_object *ops = json_object_new_object();
	struct sim_counters sum;
	int op;

	sim_state_sum(state, &sum);
	add_text(timing, "profile", disk->profile.name);
	add_count(timing, "spin_ns", pace->spin_ns);
	add_count(timing, "profile_floor_ns", sim_profile_floor_ns(&disk->profile));
	json_object_object_add(timing, "delivered",
			       json_object_new_boolean(
				       sim_pace_delivers(pace, &disk->profile, SIM_OP_READ) &&
				       sim_pace_delivers(pace, &disk->profile, SIM_OP_WRITE)));
	for (op = 0; op < SIM_OP_COUNT; op++)
		if (op <= SIM_OP_WRITE || sum.timing[op].nr)
			json_object_object_add(ops, names[op],
					       op_json(&sum.timing[op], pace, &disk->profile,
						       (enum sim_op)op));
	json_object_object_add(timing, "ops", ops);
	return timing;
}

static struct json_object *cache_json(struct sim_disk *disk)
{
	struct json_object *cache = json_object_new_object();
	struct sim_cache_totals totals;

	sim_cache_totals(disk->cache, &totals);
	add_count(cache, "entries", totals.nr_entries);
	add_count(cache, "bytes", totals.bytes);
	add_count(cache, "destaged", totals.nr_destaged);
	add_count(cache, "flushes", totals.nr_flushes);
	add_count(cache, "lies", totals.nr_lies);
	json_object_object_add(cache, "lying", json_object_new_boolean(disk->lying));
	return cache;
}

static struct json_object *faults_json(struct sim_disk *disk)
{
	struct json_object *faults = json_object_new_object();
	struct sim_fault_totals totals;
	int kind;

	sim_fault_totals(disk->fault, &totals);
	for (kind = 0; kind < SIM_FAULT_KINDS; kind++)
		add_count(faults, sim_fault_kind_name((enum sim_fault_kind)kind), totals.nr[kind]);
	return faults;
}

static struct json_object *record_json(const struct sim_disk *disk)
{
	struct json_object *record = json_object_new_object();
	struct sim_record_totals totals;

	sim_record_totals(disk->record, &totals);
	add_count(record, "writes", totals.nr_writes);
	add_count(record, "epochs", totals.nr_epochs);
	add_count(record, "bytes", totals.bytes);
	json_object_object_add(record, "overflowed", json_object_new_boolean(totals.overflowed));
	return record;
}

static const char *power_name(enum sim_power power)
{
	switch (power) {
	case SIM_POWER_HUNG:
		return "hung";
	case SIM_POWER_OFF:
		return "off";
	default:
		return "on";
	}
}

void sim_status_add_disk(struct json_object *status, const struct sim_state *state,
			 struct sim_disk *disk)
{
	const uint64_t hash = sim_disk_hash(disk);
	char text[32];

	pthread_rwlock_rdlock(&disk->lock);
	add_text(status, "power", power_name(disk->power));
	add_count(status, "seed", disk->seed);
	if (disk->model)
		json_object_object_add(status, "timing", timing_json(state, disk));
	if (disk->cache)
		json_object_object_add(status, "cache", cache_json(disk));
	if (disk->fault)
		json_object_object_add(status, "faults", faults_json(disk));
	if (disk->record)
		json_object_object_add(status, "record", record_json(disk));
	add_count(status, "cuts", disk->nr_cuts);
	pthread_rwlock_unlock(&disk->lock);
	snprintf(text, sizeof(text), "0x%016" PRIx64, hash);
	add_text(status, "hash", text);
}
