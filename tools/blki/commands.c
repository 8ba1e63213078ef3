// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The commands that attach and detach: parsed arguments in, calls of libblki, a line and an exit
 * code out.
 *
 * cli.c -> [this] -> session.c, libblki.
 */
#include "tools/blki/commands.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/blki/options.h"
#include "tools/blki/session.h"

/* Raised when a field is renamed or its meaning changes. */
#define CHANGE_SCHEMA	"blki-change/1"

static struct blki_opts attach_opts(const struct cli_args *args, uint64_t *pause_ns)
{
	uint32_t flags = (args->freeze_fs ? BLKI_ATTACH_FREEZE_FS : 0) |
			 (args->larger ? BLKI_ATTACH_LARGER : 0) |
			 (args->force ? BLKI_ATTACH_FORCE : 0);

	return (struct blki_opts){
		.hook = args->hook,
		.timeout_ms = args->timeout_ms,
		.altitude = (unsigned int)args->altitude,
		.flags = flags,
		.acceptor_class = args->acceptor_class,
		.offset_sectors = args->offset_sectors,
		.dry_run = args->dry_run,
		.pause_ns = pause_ns,
	};
}

static struct blki_detach_opts detach_opts(const struct cli_args *args, uint64_t *pause_ns)
{
	return (struct blki_detach_opts){
		.timeout_ms = args->timeout_ms,
		.flags = (args->freeze_fs ? BLKI_DETACH_FREEZE_FS : 0) |
			 (args->clean ? BLKI_DETACH_CLEAN : 0),
		.dry_run = args->dry_run,
		.pause_ns = pause_ns,
	};
}

/**
 * struct change - what a command did, for --json
 * @command: its name
 * @origin: the device, as the user named it
 * @to: acceptor or filter, as the user named it; NULL for none
 * @id: the interposer; 0 when it is not known
 * @pause_ns: how long the queue paused, 0 when it was not measured
 */
struct change {
	const char *command;
	const char *origin;
	const char *to;
	uint64_t id;
	uint64_t pause_ns;
};

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

static void say(const struct cli_args *args, const struct change *c, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void say(const struct cli_args *args, const struct change *c, const char *fmt, ...)
{
	va_list words;

	va_start(words, fmt);
	print_change(args, c, fmt, words);
	va_end(words);
}

static int done(const struct cli_args *args, struct blki *h, int ret, const struct change *c,
		const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* Ends a command after its call: says what was done, or why not. Return: its exit code. */
static int done(const struct cli_args *args, struct blki *h, int ret, const struct change *c,
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

int command_remap_start(const struct cli_args *args)
{
	struct change c = { "remap start", args->words[1], args->words[0], 0, 0 };
	const struct blki_opts opts = attach_opts(args, &c.pause_ns);
	struct blki *h;
	int ret = session_begin(args, &h);

	if (ret)
		return ret;
	ret = args->native ? blki_native_start(h, c.origin, c.to, &opts, &c.id) :
			     blki_remap_start(h, c.origin, c.to, &opts, &c.id);
	return done(args, h, ret, &c, "%s: %sremapped%s to %s", c.origin,
		    args->dry_run ? "would be " : "", args->native ? " natively" : "", c.to);
}

int command_remap_stop(const struct cli_args *args)
{
	struct change c = { "remap stop", args->words[0], NULL, 0, 0 };
	const struct blki_detach_opts opts = detach_opts(args, &c.pause_ns);
	struct blki *h;
	int ret = session_begin(args, &h);

	if (ret)
		return ret;
	ret = blki_remap_stop(h, c.origin, &opts);
	return done(args, h, ret, &c, "%s: remap %sstopped", c.origin,
		    args->dry_run ? "would be " : "");
}

int command_filter_attach(const struct cli_args *args)
{
	struct change c = { "filter attach", args->words[1], args->words[0], 0, 0 };
	const struct blki_opts opts = attach_opts(args, &c.pause_ns);
	struct blki *h;
	int ret = session_begin(args, &h);

	if (ret)
		return ret;
	ret = blki_filter_attach(h, c.origin, c.to, &opts, &c.id);
	return done(args, h, ret, &c, "%s: filter %s %sattached", c.origin, c.to,
		    args->dry_run ? "would be " : "");
}

int command_filter_detach(const struct cli_args *args)
{
	struct change c = { "filter detach", args->words[1], args->words[0], 0, 0 };
	const struct blki_detach_opts opts = detach_opts(args, &c.pause_ns);
	struct blki *h;
	int ret = session_begin(args, &h);

	if (ret)
		return ret;
	ret = blki_filter_detach(h, c.origin, c.to, &opts);
	return done(args, h, ret, &c, "%s: filter %s %sdetached", c.origin, c.to,
		    args->dry_run ? "would be " : "");
}

/* Detaches one; its failure is printed and does not end the command. Return: an exit code. */
static int detach_one(const struct cli_args *args, struct blki *h, uint64_t id)
{
	struct change c = { "detach", NULL, NULL, id, 0 };
	const struct blki_detach_opts opts = detach_opts(args, &c.pause_ns);
	int ret;

	if (session_interrupted()) {
		fprintf(stderr,
			"%s: interposer %llu: left attached after the interruption; run the "
			"command again\n",
			args->program, (unsigned long long)id);
		return CLI_EXIT_FAILED;
	}
	ret = blki_detach_id(h, id, &opts);
	if (ret) {
		session_complain(args, h);
		return session_exit_code(ret, true);
	}
	say(args, &c, "interposer %llu: %sdetached", (unsigned long long)id,
	    args->dry_run ? "would be " : "");
	return CLI_EXIT_OK;
}

static int detach_all(const struct cli_args *args, struct blki *h)
{
	struct blki_entry *entries;
	int ret, code = CLI_EXIT_OK;
	size_t nr;

	ret = blki_list(h, &entries, &nr);
	if (ret) {
		session_complain(args, h);
		return session_exit_code(ret, true);
	}
	for (size_t i = 0; i < nr; i++)
		code = detach_one(args, h, entries[i].id) ?: code;
	free(entries);
	return code;
}

static int detach_ids(const struct cli_args *args, struct blki *h)
{
	int code = CLI_EXIT_OK;
	uint64_t id = 0;

	for (size_t i = 0; i < args->nr_words; i++) {
		if (options_number(args->words[i], &id)) {
			fprintf(stderr,
				"%s: %s is no id of an interposer; see %s status, or give --all\n",
				args->program, args->words[i], args->program);
			return CLI_EXIT_USAGE;
		}
	}
	for (size_t i = 0; i < args->nr_words; i++) {
		options_number(args->words[i], &id);
		code = detach_one(args, h, id) ?: code;
	}
	return code;
}

int command_detach(const struct cli_args *args)
{
	struct blki *h;
	int ret = session_begin(args, &h);

	if (ret)
		return ret;
	ret = args->all ? detach_all(args, h) : detach_ids(args, h);
	blki_close(h);
	return session_flush(args, "what was done") ?: ret;
}
