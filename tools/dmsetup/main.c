// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dmsetup front-end: remap, filter and noexcl for people and scripts that speak dmsetup.
 *
 * First in PATH. args.c decides: our commands go through tools/blki's code, a create or load with
 * noexcl through libblki, everything else becomes the real dmsetup (real.c) with the same arguments,
 * standard input and environment.
 */
#include <stdio.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blki.h"
#include "tools/blki/cli.h"
#include "tools/blki/commands.h"
#include "tools/blki/session.h"
#include "tools/dmsetup/args.h"
#include "tools/dmsetup/input.h"
#include "tools/dmsetup/real.h"
#include "tools/libblki/dm.h"
#include "tools/libblki/table.h"

static const struct cli_command commands[] = {
	{
		.name = "remap start",
		.args_doc = "DMNAME DEVICE",
		.doc = "Send every bio of the block device DEVICE to the device-mapper device "
		       "DMNAME."
		       "\vExamples:\n"
		       "  dmsetup remap start dm-noexcl /dev/sda1\n"
		       "  dmsetup remap start /dev/mapper/dm-noexcl /dev/sda1\n"
		       "  dmsetup remap start --timeout 5 dm-noexcl /dev/sda1\n",
		COMMAND_REMAP_START(0),
	},
	{
		.name = "remap stop",
		.args_doc = "DMNAME|DEVICE",
		.doc = "Give the bios back; none is inside DMNAME when it returns with success."
		       "\vExamples:\n"
		       "  dmsetup remap stop dm-noexcl\n"
		       "  dmsetup remap stop /dev/sda1\n"
		       "  dmsetup remap stop --timeout 120 dm-noexcl\n",
		COMMAND_REMAP_STOP,
	},
	{
		.name = "remap status",
		.args_doc = "",
		.doc = "Draw each origin's path: who uses it, who is attached, what the acceptor "
		       "stands on, and the counters."
		       "\vExamples:\n"
		       "  dmsetup remap status\n"
		       "  dmsetup remap status --json\n"
		       "  watch -n1 dmsetup remap status\n",
		COMMAND_STATUS,
	},
	{
		.name = "filter start",
		.args_doc = "FILTER DEVICE",
		.doc = "Let the filter FILTER see every bio of the block device DEVICE."
		       "\vExamples:\n"
		       "  dmsetup filter start null /dev/sda1\n"
		       "  dmsetup filter start --hook list null /dev/sda1\n"
		       "  dmsetup filter start --timeout 0.5 null /dev/nvme0n1\n",
		COMMAND_FILTER_ATTACH,
	},
	{
		.name = "filter stop",
		.args_doc = "FILTER DEVICE",
		.doc = "Take the filter FILTER off the block device DEVICE."
		       "\vExamples:\n"
		       "  dmsetup filter stop null /dev/sda1\n"
		       "  dmsetup filter stop null sda1\n"
		       "  dmsetup filter stop --timeout 120 null /dev/sda1\n",
		COMMAND_FILTER_DETACH,
	},
};

static const struct cli_table table = {
	.program = "dmsetup",
	.commands = commands,
	.nr = sizeof(commands) / sizeof(commands[0]),
};

static const char *command_of(const struct dmsetup_line *line)
{
	return line->kind == DMSETUP_LOAD ? "load" : "create";
}

/* A load may name its device by the node that the create made. */
static const char *name_of(const struct dmsetup_line *line)
{
	static const char directory[] = "/dev/mapper/";
	size_t nr = sizeof(directory) - 1;

	return line->kind == DMSETUP_LOAD && !strncmp(line->name, directory, nr) ? line->name + nr :
										   line->name;
}

/* Makes a device whose table says noexcl, or loads such a table. Return: an exit code. */
static int table_noexcl(const struct dmsetup_line *line, const char *text)
{
	const struct dm_request request = {
		.name = name_of(line),
		.uuid = line->uuid,
		.table = text,
		.read_only = line->read_only,
	};
	char node[PATH_MAX];
	struct blki *h;
	bool opened;
	int ret;

	if (line->foreign) {
		fprintf(stderr,
			"dmsetup: %s %s: --%s is not known together with noexcl; leave it out, "
			"or write the line as: START LENGTH " BLKI_LINEAR_TARGET " DEVICE OFFSET, "
			"other targets with the alias (blki alias add) for the device\n",
			command_of(line), line->name, line->foreign);
		return CLI_EXIT_USAGE;
	}
	ret = blki_open(&h);
	opened = !ret;
	if (opened && line->kind == DMSETUP_LOAD)
		ret = dm_load(h, &request);
	else if (opened)
		ret = dm_create(h, &request, node, sizeof(node));
	if (ret)
		fprintf(stderr, "dmsetup: %s\n", h ? blki_message(h) : "out of memory; try again");
	blki_close(h);
	return session_exit_code(ret, opened);
}

/* A create or load whose table can not be read here is the real dmsetup's to complain about. */
static int with_table(const struct dmsetup_line *line, char *argv[])
{
	bool from_stdin = !line->table && !line->file;
	char *text = NULL;
	size_t nr_bytes;
	int ret = 0;

	if (from_stdin)
		ret = input_read(STDIN_FILENO, &text, &nr_bytes);
	else if (line->file && !line->table)
		ret = input_read_file(line->file, &text);
	if (!ret && table_has_noexcl(line->table ? line->table : text)) {
		ret = table_noexcl(line, line->table ? line->table : text);
		free(text);
		return ret;
	}
	if (!ret && from_stdin)
		ret = input_put_back(text, nr_bytes);
	free(text);
	if (ret && from_stdin) {
		fprintf(stderr,
			"dmsetup: %s %s: the table on stdin can not be read: %s; give it as a file "
			"instead\n",
			command_of(line), line->name, strerror(-ret));
		return CLI_EXIT_FAILED;
	}
	return real_exec(argv);
}

int main(int argc, char **argv)
{
	struct dmsetup_line line;

	if (dmsetup_args(argc, argv, &line)) {
		fprintf(stderr, "dmsetup: out of memory; try again\n");
		return CLI_EXIT_FAILED;
	}
	switch (line.kind) {
	case DMSETUP_OWN:
		session_catch_signals();
		return cli_run(&table, argc - line.first, argv + line.first);
	case DMSETUP_CREATE:
	case DMSETUP_LOAD:
		return with_table(&line, argv);
	case DMSETUP_PASS:
	default:
		return real_exec(argv);
	}
}
