// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The commands that attach and detach: parsed arguments in, calls of libblki, a line and an exit
 * code out.
 *
 * cli.c -> [this] -> change.c, session.c, libblki.
 */
#include "tools/blki/commands.h"

#include <stdio.h>
#include <stdlib.h>

#include "tools/blki/change.h"
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
	return change_done(args, h, ret, &c, "%s: %sremapped%s to %s", c.origin,
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
	return change_done(args, h, ret, &c, "%s: remap %sstopped", c.origin,
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
	return change_done(args, h, ret, &c, "%s: filter %s %sattached", c.origin, c.to,
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
	return change_done(args, h, ret, &c, "%s: filter %s %sdetached", c.origin, c.to,
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
	change_say(args, &c, "interposer %llu: %sdetached", (unsigned long long)id,
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
