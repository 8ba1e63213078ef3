// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Formats the list of interposers as JSON, and numbers, times and names for draw.c too.
 *
 * cmd_status.c -> [this] -> stdout. Numbers of a newer module that have no name yet are shown as
 * "unknown", never guessed.
 */
#include "tools/blki/status.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "tools/blki/options.h"

#define NS_PER_S	UINT64_C(1000000000)

bool status_is_remap(const struct blki_entry *e)
{
	return e->kind == BLKI_KIND_REMAP || e->kind == BLKI_KIND_NATIVE;
}

const char *status_kind_name(unsigned int kind)
{
	switch (kind) {
	case BLKI_KIND_FILTER:
		return "filter";
	case BLKI_KIND_REMAP:
		return "remap";
	case BLKI_KIND_NATIVE:
		return "native";
	default:
		return "unknown";
	}
}

const char *status_state_name(unsigned int state)
{
	switch (state) {
	case BLKI_STATE_LIVE:
		return "live";
	case BLKI_STATE_HOLDING:
		return "holding";
	case BLKI_STATE_DEAD:
		return "dead";
	case BLKI_STATE_OFF:
		return "off";
	default:
		return "unknown";
	}
}

void status_time_utc(uint64_t ns, char text[STATUS_TEXT_BYTES])
{
	time_t seconds = (time_t)(ns / NS_PER_S);
	struct tm tm;
	size_t nr;

	gmtime_r(&seconds, &tm);
	nr = strftime(text, STATUS_TEXT_BYTES, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + nr, STATUS_TEXT_BYTES - nr, ".%09" PRIu64 "Z", ns % NS_PER_S);
}

void status_size(uint64_t bytes, char text[STATUS_TEXT_BYTES])
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	double value = (double)bytes / 1024;
	size_t unit = 0;

	if (bytes < 1024) {
		snprintf(text, STATUS_TEXT_BYTES, "%" PRIu64 " B", bytes);
		return;
	}
	/* 1023.95 would be rounded to "1024.0" of the smaller unit */
	while (value >= 1023.95 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		value /= 1024;
		unit++;
	}
	snprintf(text, STATUS_TEXT_BYTES, "%.1f %s", value, units[unit]);
}

void status_pause(uint64_t ns, char text[STATUS_TEXT_BYTES])
{
	if (ns < 1000000)
		snprintf(text, STATUS_TEXT_BYTES, "%.1f us", (double)ns / 1e3);
	else if (ns < NS_PER_S)
		snprintf(text, STATUS_TEXT_BYTES, "%.1f ms", (double)ns / 1e6);
	else
		snprintf(text, STATUS_TEXT_BYTES, "%.1f s", (double)ns / 1e9);
}

void status_duration(uint64_t seconds, char text[STATUS_TEXT_BYTES])
{
	uint64_t minutes = seconds / 60, hours = minutes / 60;

	if (!minutes)
		snprintf(text, STATUS_TEXT_BYTES, "%" PRIu64 " s", seconds);
	else if (!hours)
		snprintf(text, STATUS_TEXT_BYTES, "%" PRIu64 " min %" PRIu64 " s", minutes,
			 seconds % 60);
	else if (hours < 24)
		snprintf(text, STATUS_TEXT_BYTES, "%" PRIu64 " h %" PRIu64 " min", hours,
			 minutes % 60);
	else
		snprintf(text, STATUS_TEXT_BYTES, "%" PRIu64 " d %" PRIu64 " h", hours / 24,
			 hours % 24);
}

static struct json_object *device_number(unsigned int major_nr, unsigned int minor_nr)
{
	char text[STATUS_TEXT_BYTES];

	snprintf(text, sizeof(text), "%u:%u", major_nr, minor_nr);
	return json_object_new_string(text);
}

/* A string of the kernel's, which may fill its field without a NUL; JSON null when it is empty. */
static struct json_object *fixed_string(const char *s, size_t bytes)
{
	size_t nr = 0;

	while (nr < bytes && s[nr])
		nr++;
	return nr ? json_object_new_string_len(s, (int)nr) : NULL;
}

static void add_counters(struct json_object *o, const struct blki_entry *e)
{
	json_object_object_add(o, "nr_seen", json_object_new_uint64(e->nr_seen));
	json_object_object_add(o, "nr_completed", json_object_new_uint64(e->nr_completed));
	json_object_object_add(o, "nr_done", json_object_new_uint64(e->nr_done));
	json_object_object_add(o, "nr_in_flight", json_object_new_uint64(e->nr_in_flight));
	json_object_object_add(o, "nr_held", json_object_new_uint64(e->nr_held));
	json_object_object_add(o, "nr_bytes", json_object_new_uint64(e->nr_bytes));
	json_object_object_add(o, "nr_punted", json_object_new_uint64(e->nr_punted));
	json_object_object_add(o, "nr_loops", json_object_new_uint64(e->nr_loops));
	json_object_object_add(o, "nr_whole_disk",
			       e->nr_whole_disk == STATUS_UNKNOWN ?
				       NULL :
				       json_object_new_uint64(e->nr_whole_disk));
}

static const struct {
	uint32_t bit;
	const char *name;
} flag_names[] = {
	{ BLKI_ATTACH_FREEZE_FS, "freeze-fs" },
	{ BLKI_ATTACH_LARGER, "larger" },
	{ BLKI_ATTACH_FORCE, "force" },
};

#define NR_FLAGS	(sizeof(flag_names) / sizeof(flag_names[0]))

struct json_object *status_flags_json(uint32_t flags)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; list && i < NR_FLAGS; i++)
		if (flags & flag_names[i].bit)
			json_object_array_add(list, json_object_new_string(flag_names[i].name));
	return list;
}

uint32_t status_flag(const char *name)
{
	for (size_t i = 0; i < NR_FLAGS; i++)
		if (!strcmp(name, flag_names[i].name))
			return flag_names[i].bit;
	return 0;
}

static struct json_object *usage_json(const struct usage *usage)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < usage->nr; i++) {
		const struct usage_item *item = &usage->items[i];
		struct json_object *o = json_object_new_object();

		json_object_object_add(o, "how", json_object_new_string(item->how));
		json_object_object_add(o, "type", fixed_string(item->type, sizeof(item->type)));
		json_object_object_add(o, "where", fixed_string(item->where, sizeof(item->where)));
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *node_json(const struct stack_node *node)
{
	static const char *const kinds[] = {
		[STACK_DEVICE] = "device", [STACK_DM] = "dm",	[STACK_ALIAS] = "alias",
		[STACK_BELOW] = "below",   [STACK_CUT] = "cut",
	};
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "kind", json_object_new_string(kinds[node->kind]));
	json_object_object_add(o, "name", fixed_string(node->name, sizeof(node->name)));
	json_object_object_add(o, "dev", device_number(major(node->dev), minor(node->dev)));
	json_object_object_add(o, "dm_name", fixed_string(node->dm_name, sizeof(node->dm_name)));
	json_object_object_add(o, "targets", fixed_string(node->targets, sizeof(node->targets)));
	return o;
}

/* The devices of one layer from *@at on, each with its own layer below; leaves *@at behind them. */
static struct json_object *layer_json(const struct stack *stack, size_t *at)
{
	struct json_object *list = json_object_new_array();
	unsigned int depth = *at < stack->nr ? stack->nodes[*at].depth : 0;

	while (*at < stack->nr && stack->nodes[*at].depth == depth) {
		struct json_object *o = node_json(&stack->nodes[(*at)++]);
		bool deeper = *at < stack->nr && stack->nodes[*at].depth > depth;

		json_object_object_add(o, "below",
				       deeper ? layer_json(stack, at) : json_object_new_array());
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *row_json(const struct status_row *row)
{
	const struct blki_entry *e = &row->entry;
	struct json_object *o = json_object_new_object();
	bool remap = status_is_remap(e);
	size_t at = 0;
	char since[STATUS_TEXT_BYTES];

	if (!o)
		return NULL;
	status_time_utc(e->since_ns, since);
	json_object_object_add(o, "id", json_object_new_uint64(e->id));
	json_object_object_add(o, "origin", fixed_string(e->origin, sizeof(e->origin)));
	json_object_object_add(o, "origin_dev", device_number(e->origin_major, e->origin_minor));
	json_object_object_add(o, "kind", json_object_new_string(status_kind_name(e->kind)));
	json_object_object_add(o, "name", fixed_string(e->name, sizeof(e->name)));
	json_object_object_add(o, "acceptor", fixed_string(e->acceptor, sizeof(e->acceptor)));
	json_object_object_add(o, "acceptor_dev",
			       remap ? device_number(e->acceptor_major, e->acceptor_minor) : NULL);
	json_object_object_add(o, "acceptor_name",
			       fixed_string(row->acceptor_dm, sizeof(row->acceptor_dm)));
	json_object_object_add(o, "hook", json_object_new_string(options_hook_name(e->hook)));
	json_object_object_add(o, "altitude", json_object_new_uint64(e->altitude));
	json_object_object_add(o, "state", json_object_new_string(status_state_name(e->state)));
	json_object_object_add(o, "since", json_object_new_string(since));
	json_object_object_add(o, "pause_ns", json_object_new_uint64(e->pause_ns));
	json_object_object_add(o, "class",
			       remap ? json_object_new_string(options_class_name(e->class)) : NULL);
	json_object_object_add(o, "offset_sectors", json_object_new_uint64(e->offset_sectors));
	json_object_object_add(o, "flags", status_flags_json(e->flags));
	add_counters(o, e);
	json_object_object_add(o, "used_by", usage_json(&row->usage));
	json_object_object_add(o, "stack", layer_json(&row->stack, &at));
	return o;
}

struct json_object *status_json(const struct status_row *rows, size_t nr)
{
	struct json_object *root = json_object_new_object();
	struct json_object *list = json_object_new_array();

	if (!root || !list)
		goto err_put;
	json_object_object_add(root, "schema", json_object_new_string(STATUS_SCHEMA));
	for (size_t i = 0; i < nr; i++) {
		struct json_object *row = row_json(&rows[i]);

		if (!row)
			goto err_put;
		json_object_array_add(list, row);
	}
	json_object_object_add(root, "interposers", list);
	return root;

err_put:
	json_object_put(list);
	json_object_put(root);
	return NULL;
}
