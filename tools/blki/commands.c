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

static int done(const struct cli_args *args, struct blki *h, int ret, uint64_t pause_ns,
		const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* Ends a command: says what was done and how long the queue paused for it, or why not. */
static int done(const struct cli_args *args, struct blki *h, int ret, uint64_t pause_ns,
		const char *fmt, ...)
{
	char pause[SESSION_TEXT_BYTES];
	va_list words;
	int code = session_end(args, h, ret);

	if (code)
		return code;
	va_start(words, fmt);
	vprintf(fmt, words);
	va_end(words);
	session_pause(pause_ns, pause);
	printf("%s\n", args->dry_run ? " (dry run: nothing was changed)" : pause);
	return session_flush(args, "what was done");
}

int command_remap_start(const struct cli_args *args)
{
	const char *acceptor = args->words[0], *origin = args->words[1];
	uint64_t pause_ns = 0;
	const struct blki_opts opts = attach_opts(args, &pause_ns);
	struct blki *h;
	int ret = session_begin(args, &h);

	if (ret)
		return ret;
	ret = args->native ? blki_native_start(h, origin, acceptor, &opts, NULL) :
			     blki_remap_start(h, origin, acceptor, &opts, NULL);
	return done(args, h, ret, pause_ns, "%s: %sremapped%s to %s", origin,
		    args->dry_run ? "would be " : "", args->native ? " natively" : "", acceptor);
}

int command_remap_stop(const struct cli_args *args)
{
	uint64_t pause_ns = 0;
	const struct blki_detach_opts opts = detach_opts(args, &pause_ns);
	struct blki *h;
	int ret = session_begin(args, &h);

	if (ret)
		return ret;
	ret = blki_remap_stop(h, args->words[0], &opts);
	return done(args, h, ret, pause_ns, "%s: remap %sstopped", args->words[0],
		    args->dry_run ? "would be " : "");
}

int command_filter_attach(const struct cli_args *args)
{
	uint64_t pause_ns = 0;
	const struct blki_opts opts = attach_opts(args, &pause_ns);
	struct blki *h;
	int ret = session_begin(args, &h);

	if (ret)
		return ret;
	ret = blki_filter_attach(h, args->words[1], args->words[0], &opts, NULL);
	return done(args, h, ret, pause_ns, "%s: filter %s %sattached", args->words[1],
		    args->words[0], args->dry_run ? "would be " : "");
}

int command_filter_detach(const struct cli_args *args)
{
	uint64_t pause_ns = 0;
	const struct blki_detach_opts opts = detach_opts(args, &pause_ns);
	struct blki *h;
	int ret = session_begin(args, &h);

	if (ret)
		return ret;
	ret = blki_filter_detach(h, args->words[1], args->words[0], &opts);
	return done(args, h, ret, pause_ns, "%s: filter %s %sdetached", args->words[1],
		    args->words[0], args->dry_run ? "would be " : "");
}

/* Detaches one; its failure is printed and does not end the command. Return: an exit code. */
static int detach_one(const struct cli_args *args, struct blki *h, uint64_t id)
{
	uint64_t pause_ns = 0;
	const struct blki_detach_opts opts = detach_opts(args, &pause_ns);
	char pause[SESSION_TEXT_BYTES];
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
	session_pause(pause_ns, pause);
	printf("interposer %llu: %s%s\n", (unsigned long long)id,
	       args->dry_run ? "would be detached (dry run: nothing was changed)" : "detached",
	       pause);
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
