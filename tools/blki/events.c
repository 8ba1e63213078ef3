// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads and writes events.
 *
 * cmd_events.c -> [this] -> stdout. Every machine has far more uevents than ours: one is ours
 * when the control device of the misc subsystem sent it and it has BLKI_EVENT.
 */
#include "tools/blki/events.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <json-c/json.h>

#include "tools/blki/options.h"
#include "tools/blki/status.h"

#define NS_PER_S  UINT64_C(1000000000)
#define NS_PER_MS	UINT64_C(1000000)

/* Copies the value of "KEY=VALUE" when the key is @key. */
static bool take(const char *pair, const char *key, char *value, size_t value_bytes)
{
	size_t nr = strlen(key);

	if (strncmp(pair, key, nr) || pair[nr] != '=')
		return false;
	snprintf(value, value_bytes, "%s", pair + nr + 1);
	return true;
}

static void take_pair(const char *pair, struct event *e, bool *is_misc)
{
	char text[32];

	if (take(pair, "SUBSYSTEM", text, sizeof(text)))
		*is_misc = !strcmp(text, "misc");
	else if (take(pair, "BLKI_ID", text, sizeof(text)))
		e->has_id = !options_number(text, &e->id);
	else if (!take(pair, "BLKI_EVENT", e->event, sizeof(e->event)) &&
		 !take(pair, "BLKI_ORIGIN", e->origin, sizeof(e->origin)) &&
		 !take(pair, "BLKI_KIND", e->kind, sizeof(e->kind)) &&
		 !take(pair, "BLKI_NAME", e->name, sizeof(e->name)))
		take(pair, "BLKI_ACCEPTOR", e->acceptor, sizeof(e->acceptor));
}

bool events_parse(const char *message, size_t nr_bytes, struct event *e)
{
	bool is_misc = false;
	size_t at = 0;

	memset(e, 0, sizeof(*e));
	while (at < nr_bytes) {
		size_t nr = strnlen(message + at, nr_bytes - at);

		if (nr == nr_bytes - at) /* the last string has no end */
			break;
		take_pair(message + at, e, &is_misc);
		at += nr + 1;
	}
	return is_misc && e->event[0];
}

void events_print(FILE *out, const struct event *e)
{
	time_t seconds = (time_t)(e->time_ns / NS_PER_S);
	char when[STATUS_TEXT_BYTES];
	struct tm tm;

	localtime_r(&seconds, &tm);
	strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
	fprintf(out, "%s.%03" PRIu64 " %s", when, e->time_ns % NS_PER_S / NS_PER_MS, e->event);
	if (e->origin[0])
		fprintf(out, " %s", e->origin);
	if (e->acceptor[0])
		fprintf(out, ": %s to %s", e->kind, e->acceptor);
	else if (e->kind[0])
		fprintf(out, ": %s %s", e->kind, e->name);
	else if (e->name[0])
		fprintf(out, ": %s", e->name);
	if (e->has_id)
		fprintf(out, " (id %" PRIu64 ")", e->id);
	fprintf(out, "\n");
}

static void add_text(struct json_object *o, const char *key, const char *text)
{
	json_object_object_add(o, key, text[0] ? json_object_new_string(text) : NULL);
}

bool events_print_json(FILE *out, const struct event *e)
{
	struct json_object *o = json_object_new_object();
	char when[STATUS_TEXT_BYTES];
	const char *text;

	if (!o)
		return false;
	status_time_utc(e->time_ns, when);
	json_object_object_add(o, "schema", json_object_new_string(EVENTS_SCHEMA));
	json_object_object_add(o, "time", json_object_new_string(when));
	add_text(o, "event", e->event);
	add_text(o, "origin", e->origin);
	json_object_object_add(o, "id", e->has_id ? json_object_new_uint64(e->id) : NULL);
	add_text(o, "kind", e->kind);
	add_text(o, "name", e->name);
	add_text(o, "acceptor", e->acceptor);
	text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_NOSLASHESCAPE);
	if (text)
		fprintf(out, "%s\n", text);
	json_object_put(o);
	return text;
}
