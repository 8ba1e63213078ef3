// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Formats the list of interposers as a drawing and as JSON.
 *
 * commands.c -> [this] -> stdout. Numbers of a newer module that have no name yet are shown as
 * "unknown", never guessed.
 */
#include "tools/blki/status.h"

#include <inttypes.h>
#include <stdbool.h>
#include <time.h>

#include "tools/blki/options.h"

#define NS_PER_S	UINT64_C(1000000000)

static const char *kind_name(unsigned int kind)
{
	switch (kind) {
	case BLKI_KIND_FILTER:
		return "filter";
	case BLKI_KIND_REMAP:
		return "remap";
	default:
		return "unknown";
	}
}

static const char *state_name(unsigned int state)
{
	switch (state) {
	case BLKI_STATE_LIVE:
		return "live";
	case BLKI_STATE_HOLDING:
		return "holding";
	case BLKI_STATE_DEAD:
		return "dead";
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
}

static struct json_object *row_json(const struct status_row *row)
{
	const struct blki_entry *e = &row->entry;
	struct json_object *o = json_object_new_object();
	bool remap = e->kind == BLKI_KIND_REMAP;
	char since[STATUS_TEXT_BYTES];

	if (!o)
		return NULL;
	status_time_utc(e->since_ns, since);
	json_object_object_add(o, "id", json_object_new_uint64(e->id));
	json_object_object_add(o, "origin", fixed_string(e->origin, sizeof(e->origin)));
	json_object_object_add(o, "origin_dev", device_number(e->origin_major, e->origin_minor));
	json_object_object_add(o, "kind", json_object_new_string(kind_name(e->kind)));
	json_object_object_add(o, "name", fixed_string(e->name, sizeof(e->name)));
	json_object_object_add(o, "acceptor", fixed_string(e->acceptor, sizeof(e->acceptor)));
	json_object_object_add(o, "acceptor_dev",
			       remap ? device_number(e->acceptor_major, e->acceptor_minor) : NULL);
	json_object_object_add(o, "acceptor_name",
			       fixed_string(row->acceptor_dm, sizeof(row->acceptor_dm)));
	json_object_object_add(o, "hook", json_object_new_string(options_hook_name(e->hook)));
	json_object_object_add(o, "altitude", json_object_new_uint64(e->altitude));
	json_object_object_add(o, "state", json_object_new_string(state_name(e->state)));
	json_object_object_add(o, "since", json_object_new_string(since));
	add_counters(o, e);
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

/* "live since 2026-01-31 08:09:10 (12 s)", in the user's time zone */
static void print_since(FILE *out, const struct blki_entry *e, uint64_t now_ns)
{
	char when[STATUS_TEXT_BYTES], ago[STATUS_TEXT_BYTES];
	time_t seconds = (time_t)(e->since_ns / NS_PER_S);
	struct tm tm;

	localtime_r(&seconds, &tm);
	strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
	status_duration(now_ns > e->since_ns ? (now_ns - e->since_ns) / NS_PER_S : 0, ago);
	fprintf(out, "%s since %s (%s)\n", state_name(e->state), when, ago);
}

static void print_filter(FILE *out, const struct status_row *row, uint64_t now_ns)
{
	const struct blki_entry *e = &row->entry;
	char size[STATUS_TEXT_BYTES];

	status_size(e->nr_bytes, size);
	fprintf(out, "  |-- %s %.*s (id %llu, altitude %u), ", kind_name(e->kind),
		(int)sizeof(e->name), e->name, (unsigned long long)e->id, e->altitude);
	print_since(out, e, now_ns);
	fprintf(out, "  |     seen %llu bios, %s; completed %llu\n", (unsigned long long)e->nr_seen,
		size, (unsigned long long)e->nr_completed);
}

static void print_remap(FILE *out, const struct status_row *row, uint64_t now_ns)
{
	const struct blki_entry *e = &row->entry;
	char size[STATUS_TEXT_BYTES];

	status_size(e->nr_bytes, size);
	fprintf(out, "  `-> remap to %.*s (%s%s%u:%u) (id %llu), ", (int)sizeof(e->acceptor),
		e->acceptor, row->acceptor_dm, row->acceptor_dm[0] ? ", " : "", e->acceptor_major,
		e->acceptor_minor, (unsigned long long)e->id);
	print_since(out, e, now_ns);
	fprintf(out,
		"        seen %llu bios, %s; done %llu, in flight %llu, held %llu, punted %llu\n",
		(unsigned long long)e->nr_seen, size, (unsigned long long)e->nr_done,
		(unsigned long long)e->nr_in_flight, (unsigned long long)e->nr_held,
		(unsigned long long)e->nr_punted);
}

static bool same_origin(const struct blki_entry *a, const struct blki_entry *b)
{
	return a->origin_major == b->origin_major && a->origin_minor == b->origin_minor &&
	       (a->state == BLKI_STATE_DEAD) == (b->state == BLKI_STATE_DEAD);
}

void status_print(FILE *out, const struct status_row *rows, size_t nr, uint64_t now_ns)
{
	if (!nr)
		fprintf(out, "nothing is attached\n");
	for (size_t i = 0; i < nr; i++) {
		const struct blki_entry *e = &rows[i].entry;
		bool last = i + 1 == nr || !same_origin(e, &rows[i + 1].entry);

		if (!i || !same_origin(&rows[i - 1].entry, e))
			fprintf(out, "%s%.*s (%u:%u), hook %s\n", i ? "\n" : "",
				(int)sizeof(e->origin), e->origin, e->origin_major,
				e->origin_minor, options_hook_name(e->hook));
		if (e->kind == BLKI_KIND_REMAP)
			print_remap(out, &rows[i], now_ns);
		else
			print_filter(out, &rows[i], now_ns);
		if (last && e->kind != BLKI_KIND_REMAP)
			fprintf(out, "  `-> %s\n", e->state == BLKI_STATE_DEAD ?
				"nothing: its disk is gone" : "its own driver");
	}
}
