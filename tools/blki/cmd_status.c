// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * status and list: what is attached, for people and for programs.
 *
 * cli.c -> [this] -> libblki (the list), stack.c (what acceptors stand on), status.c (JSON),
 * draw.c (text).
 */
#include "tools/blki/commands.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "tools/blki/draw.h"
#include "tools/blki/session.h"
#include "tools/blki/status.h"
#include "tools/libblki/sysfs.h"

#define NS_PER_S    UINT64_C(1000000000)
#define SYSFS_MOUNT	"/sys"

static const struct stack_source source = { SYSFS_MOUNT, dmtable_read };

/* @deep: with what the origins are used by and the acceptors stand on */
static struct status_row *make_rows(const struct blki_entry *entries, size_t nr, bool deep)
{
	struct status_row *rows = calloc(nr ? nr : 1, sizeof(*rows));

	for (size_t i = 0; rows && i < nr; i++) {
		const struct blki_entry *e = &entries[i];
		dev_t acceptor = makedev(e->acceptor_major, e->acceptor_minor);

		rows[i].entry = *e;
		if (status_is_remap(e))
			sysfs_dm_name(SYSFS_MOUNT, acceptor, rows[i].acceptor_dm,
				      sizeof(rows[i].acceptor_dm));
		/* the number of a disk that is gone may be another's by now */
		if (!deep || e->state == BLKI_STATE_DEAD)
			continue;
		usage_of(SYSFS_MOUNT, makedev(e->origin_major, e->origin_minor), &rows[i].usage);
		if (status_is_remap(e))
			stack_build(&source, acceptor, &rows[i].stack);
	}
	return rows;
}

static bool print_json(const struct status_row *rows, size_t nr)
{
	struct json_object *root = status_json(rows, nr);
	const char *text = root ? session_json(root) : NULL;
	bool ok = text && puts(text) >= 0;

	json_object_put(root);
	return ok;
}

static void print_status(const struct status_row *rows, size_t nr)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	draw_status(stdout, rows, nr, (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec);
}

/* Prints what is attached: as JSON, as a drawing, or as a table. Return: an exit code. */
static int show(const struct cli_args *args, bool deep)
{
	struct blki_entry *entries;
	struct status_row *rows;
	struct blki *h;
	int ret = session_begin(args, &h);
	size_t nr;
	bool ok;

	if (ret)
		return ret;
	ret = blki_list(h, &entries, &nr);
	if (ret)
		return session_end(args, h, ret);
	blki_close(h);
	rows = make_rows(entries, nr, deep || args->json);
	free(entries);
	ok = rows;
	if (ok && args->json)
		ok = print_json(rows, nr);
	else if (ok && deep)
		print_status(rows, nr);
	else if (ok)
		draw_list(stdout, rows, nr);
	free(rows);
	if (!ok)
		fprintf(stderr, "%s: out of memory; try again\n", args->program);
	return ok ? session_flush(args, "what is attached") : CLI_EXIT_FAILED;
}

int command_status(const struct cli_args *args)
{
	return show(args, true);
}

int command_list(const struct cli_args *args)
{
	return show(args, false);
}
