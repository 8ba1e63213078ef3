// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The commands: parsed arguments in, calls of libblki, an exit code out.
 *
 * cli.c -> [this] -> libblki. A module that can not be reached is a matter of the environment (exit
 * 2); a request that the kernel refused is a failure (exit 1).
 */
#include "tools/blki/commands.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "blki.h"
#include "tools/blki/options.h"
#include "tools/blki/status.h"
#include "tools/libblki/sysfs.h"

#define NS_PER_S	UINT64_C(1000000000)
#define SYSFS_MOUNT	"/sys"

static volatile sig_atomic_t interrupted;

static void on_signal(int signal_nr __attribute__((unused)))
{
	interrupted = 1;
}

void commands_catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

int commands_exit_code(int ret, bool opened)
{
	if (!ret)
		return CLI_EXIT_OK;
	if (!opened || ret == -EPERM || ret == -EACCES || ret == -EPROTO)
		return CLI_EXIT_USAGE;
	return CLI_EXIT_FAILED;
}

static void complain(const struct cli_args *args, const struct blki *h)
{
	fprintf(stderr, "%s: %s\n", args->program,
		h ? blki_message(h) : "out of memory; try again");
}

/* Opens the connection, or says why not. Return: 0 or an exit code. */
static int begin(const struct cli_args *args, struct blki **h)
{
	int ret = blki_open(h);

	if (!ret)
		return CLI_EXIT_OK;
	complain(args, *h);
	blki_close(*h);
	return commands_exit_code(ret, false);
}

/* Closes the connection after the one call of a command. Return: its exit code. */
static int finish(const struct cli_args *args, struct blki *h, int ret)
{
	if (ret)
		complain(args, h);
	blki_close(h);
	return commands_exit_code(ret, true);
}

static struct blki_opts opts_of(const struct cli_args *args)
{
	return (struct blki_opts){ .hook = args->hook, .timeout_ms = args->timeout_ms };
}

int command_remap_start(const struct cli_args *args)
{
	const struct blki_opts opts = opts_of(args);
	struct blki *h;
	int ret = begin(args, &h);

	if (ret)
		return ret;
	return finish(args, h, blki_remap_start(h, args->words[1], args->words[0], &opts, NULL));
}

int command_remap_stop(const struct cli_args *args)
{
	struct blki *h;
	int ret = begin(args, &h);

	if (ret)
		return ret;
	return finish(args, h, blki_remap_stop(h, args->words[0], args->timeout_ms));
}

int command_filter_attach(const struct cli_args *args)
{
	const struct blki_opts opts = opts_of(args);
	struct blki *h;
	int ret = begin(args, &h);

	if (ret)
		return ret;
	return finish(args, h, blki_filter_attach(h, args->words[1], args->words[0], &opts, NULL));
}

int command_filter_detach(const struct cli_args *args)
{
	struct blki *h;
	int ret = begin(args, &h);

	if (ret)
		return ret;
	return finish(args, h, blki_filter_detach(h, args->words[1], args->words[0],
						  args->timeout_ms));
}

/* Detaches one; its failure is printed and does not end the command. Return: an exit code. */
static int detach_one(const struct cli_args *args, struct blki *h, uint64_t id)
{
	int ret;

	if (interrupted) {
		fprintf(stderr,
			"%s: interposer %llu: left attached after the interruption; run the "
			"command again\n",
			args->program, (unsigned long long)id);
		return CLI_EXIT_FAILED;
	}
	ret = blki_detach_id(h, id, args->timeout_ms);
	if (ret)
		complain(args, h);
	return commands_exit_code(ret, true);
}

static int detach_all(const struct cli_args *args, struct blki *h)
{
	struct blki_entry *entries;
	int ret, code = CLI_EXIT_OK;
	size_t nr;

	ret = blki_list(h, &entries, &nr);
	if (ret) {
		complain(args, h);
		return commands_exit_code(ret, true);
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
		if (options_id(args->words[i], &id)) {
			fprintf(stderr,
				"%s: %s is no id of an interposer; see %s status, or give --all\n",
				args->program, args->words[i], args->program);
			return CLI_EXIT_USAGE;
		}
	}
	for (size_t i = 0; i < args->nr_words; i++) {
		options_id(args->words[i], &id);
		code = detach_one(args, h, id) ?: code;
	}
	return code;
}

int command_detach(const struct cli_args *args)
{
	struct blki *h;
	int ret = begin(args, &h);

	if (ret)
		return ret;
	ret = args->all ? detach_all(args, h) : detach_ids(args, h);
	blki_close(h);
	return ret;
}

static struct status_row *make_rows(const struct blki_entry *entries, size_t nr)
{
	struct status_row *rows = calloc(nr ? nr : 1, sizeof(*rows));

	for (size_t i = 0; rows && i < nr; i++) {
		const struct blki_entry *e = &entries[i];

		rows[i].entry = *e;
		if (e->kind == BLKI_KIND_REMAP)
			sysfs_dm_name(SYSFS_MOUNT, makedev(e->acceptor_major, e->acceptor_minor),
				      rows[i].acceptor_dm, sizeof(rows[i].acceptor_dm));
	}
	return rows;
}

static bool print_json(const struct status_row *rows, size_t nr)
{
	struct json_object *root = status_json(rows, nr);
	const char *text = root ? json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY |
							 JSON_C_TO_STRING_SPACED |
							 JSON_C_TO_STRING_NOSLASHESCAPE) : NULL;
	bool ok = text && puts(text) >= 0;

	json_object_put(root);
	return ok;
}

static int print_status(const struct cli_args *args, const struct blki_entry *entries, size_t nr)
{
	struct status_row *rows = make_rows(entries, nr);
	struct timespec now;
	bool ok = rows;

	if (ok && args->json) {
		ok = print_json(rows, nr);
	} else if (ok) {
		clock_gettime(CLOCK_REALTIME, &now);
		status_print(stdout, rows, nr,
			     (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec);
	}
	free(rows);
	if (ok && !fflush(stdout) && !ferror(stdout))
		return CLI_EXIT_OK;
	fprintf(stderr, "%s: status: could not be written; is the output full or closed?\n",
		args->program);
	return CLI_EXIT_FAILED;
}

int command_status(const struct cli_args *args)
{
	struct blki_entry *entries;
	struct blki *h;
	int ret = begin(args, &h);
	size_t nr;

	if (ret)
		return ret;
	ret = blki_list(h, &entries, &nr);
	if (ret)
		return finish(args, h, ret);
	ret = print_status(args, entries, nr);
	free(entries);
	blki_close(h);
	return ret;
}
