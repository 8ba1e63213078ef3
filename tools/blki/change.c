// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Says what a command did.
 *
 * commands.c, cmd_alias.c -> [this] -> session.c, stdout.
 */
#include "tools/blki/change.h"

#include <stdarg.h>
#include <stdio.h>

#include <json-c/json.h>

#include "tools/blki/session.h"

/* Raised when a field is renamed or its meaning changes. */
#define CHANGE_SCHEMA	"blki-change/1"

static void print_change_json(const struct cli_args *args, const struct change *c)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "schema", json_object_new_string(CHANGE_SCHEMA));
	json_object_object_add(o, "command", json_object_new_string(c->command));
	json_object_object_add(o, "origin", c->origin ? json_object_new_string(c->origin) : NULL);
	json_object_object_add(o, "to", c->to ? json_object_new_string(c->to) : NULL);
	json_object_object_add(o, "id", c->id ? json_object_new_uint64(c->id) : NULL);
	json_object_object_add(o, "pause_ns", json_object_new_uint64(c->pause_ns));
	json_object_object_add(o, "dry_run", json_object_new_boolean(args->dry_run));
	puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
}

/* @words: what was done or, in a dry run, would be; the pause is added. */
static void print_change(const struct cli_args *args, const struct change *c, const char *fmt,
			 va_list words)
{
	char pause[SESSION_TEXT_BYTES];

	if (args->json) {
		print_change_json(args, c);
		return;
	}
	vprintf(fmt, words);
	session_pause(c->pause_ns, pause);
	printf("%s\n", args->dry_run ? " (dry run: nothing was changed)" : pause);
}

void change_say(const struct cli_args *args, const struct change *c, const char *fmt, ...)
{
	va_list words;

	va_start(words, fmt);
	print_change(args, c, fmt, words);
	va_end(words);
}

int change_done(const struct cli_args *args, struct blki *h, int ret, const struct change *c,
		const char *fmt, ...)
{
	va_list words;
	int code = session_end(args, h, ret);

	if (code)
		return code;
	va_start(words, fmt);
	print_change(args, c, fmt, words);
	va_end(words);
	return session_flush(args, "what was done");
}
