// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * blki: attach, detach and show interposers.
 *
 * This file is the table of its commands with their help; cli.c parses, commands.c works. It loads
 * no module and makes no device: dmsetup (the front-end or the real one) makes acceptors.
 */
#include <stdio.h>

#include <argp.h>
#include <stdlib.h>

#include <linux/blki.h>

#include "tools/blki/cli.h"
#include "tools/blki/cmd_alias.h"
#include "tools/blki/commands.h"
#include "tools/blki/session.h"

#define STRING(x)	#x
#define EXPAND(x)	STRING(x)

static const struct cli_command commands[] = {
	{
		.name = "remap start",
		.args_doc = "ACCEPTOR ORIGIN",
		.doc = "Send every bio of the block device ORIGIN to the device-mapper device "
		       "ACCEPTOR (a path or a device-mapper name), without stopping the programs "
		       "that use it. With --native the acceptor is a disk or partition, and the "
		       "bios go to it themselves. The order of the two is the same in both."
		       "\vExamples:\n"
		       "  blki remap start dm-noexcl /dev/sda1\n"
		       "  blki remap start --freeze-fs --hook fast origin-snap /dev/nvme0n1p2\n"
		       "  blki remap start --native --offset 2048 /dev/sda /dev/sda1\n",
		COMMAND_REMAP_START(CLI_OPT_NATIVE | CLI_OPT_OFFSET | CLI_OPT_FORCE),
	},
	{
		.name = "remap stop",
		.args_doc = "ORIGIN|ACCEPTOR",
		.doc = "Give the bios back to the origin. When it returns with success, none of "
		       "them is inside the acceptor any more."
		       "\vExamples:\n"
		       "  blki remap stop /dev/sda1\n"
		       "  blki remap stop dm-noexcl\n"
		       "  blki remap stop --timeout 120 /dev/sda1\n",
		COMMAND_REMAP_STOP,
	},
	{
		.name = "filter attach",
		.args_doc = "FILTER ORIGIN",
		.doc = "Let the filter FILTER see every bio of the block device ORIGIN."
		       "\vExamples:\n"
		       "  blki filter attach null /dev/sda1\n"
		       "  blki filter attach --hook fast --altitude 3000 null /dev/sda1\n"
		       "  blki filter attach --timeout 0.5 null /dev/nvme0n1\n",
		COMMAND_FILTER_ATTACH,
	},
	{
		.name = "filter detach",
		.args_doc = "FILTER ORIGIN",
		.doc = "Take the filter FILTER off the block device ORIGIN (a path, or its kernel "
		       "name when its node is gone)."
		       "\vExamples:\n"
		       "  blki filter detach null /dev/sda1\n"
		       "  blki filter detach null sda1\n"
		       "  blki filter detach --timeout 120 null /dev/sda1\n",
		COMMAND_FILTER_DETACH,
	},
	{
		.name = "alias add",
		.args_doc = "ORIGIN",
		.doc = "Make an alias of the block device ORIGIN and print its path: a device that "
		       "reaches the same disk below every interposer, and that device-mapper can "
		       "open while ORIGIN is mounted. An alias that is there is only printed."
		       "\vExamples:\n"
		       "  blki alias add /dev/sda2\n"
		       "  blki alias add --dry-run nvme0n1p3\n"
		       "  echo \"0 $(blockdev --getsz /dev/sda2) snapshot-origin $(blki alias add "
		       "/dev/sda2)\" | dmsetup create base\n",
		.options = CLI_OPT_DRY_RUN | CLI_OPT_JSON,
		CLI_WORDS(1),
		.run = command_alias_add,
	},
	{
		.name = "alias del",
		.args_doc = "ALIAS|ORIGIN",
		.doc = "Remove an alias that nobody uses."
		       "\vExamples:\n"
		       "  blki alias del /dev/blki/sda2\n"
		       "  blki alias del --dry-run /dev/sda2\n"
		       "  blki alias del sda2\n",
		.options = CLI_OPT_DRY_RUN | CLI_OPT_JSON,
		CLI_WORDS(1),
		.run = command_alias_del,
	},
	{
		.name = "alias list",
		.args_doc = "",
		.doc = "Show every alias: its origin, how often it is open, its bios."
		       "\vExamples:\n"
		       "  blki alias list\n"
		       "  blki alias list --json\n"
		       "  watch -n1 blki alias list\n",
		.options = CLI_OPT_JSON,
		CLI_WORDS(0),
		.run = command_alias_list,
	},
	{
		.name = "detach",
		.args_doc = "--all | ID...",
		.doc = "Detach interposers by the ids that status shows, or everything with "
		       "--all. Goes on after a failure and then exits with 1."
		       "\vExamples:\n"
		       "  blki detach --all\n"
		       "  blki detach 3\n"
		       "  blki detach --timeout 120 3 4\n",
		.options = CLI_OPTS_DETACH | CLI_OPT_CLEAN | CLI_OPT_ALL,
		.words_min = 1,
		.words_max = CLI_WORDS_MAX,
		.run = command_detach,
	},
	{
		.name = "status",
		.args_doc = "",
		.doc = "Draw each origin's path: the program that uses it, who is attached and "
		       "since when, what the acceptor stands on, and the counters."
		       "\vExamples:\n"
		       "  blki status\n"
		       "  blki status --json\n"
		       "  watch -n1 blki status\n",
		COMMAND_STATUS,
	},
	{
		.name = "list",
		.args_doc = "",
		.doc = "Name what is attached, one line each."
		       "\vExamples:\n"
		       "  blki list\n"
		       "  blki list --json\n"
		       "  blki list | column -t\n",
		.options = CLI_OPT_JSON,
		CLI_WORDS(0),
		.run = command_list,
	},
	{
		.name = "events",
		.args_doc = "",
		.doc = "Print every attach, detach, hold, and change of an alias as it happens, "
		       "after a first line \"listening\", until Ctrl-C, --count or --timeout "
		       "(default: for ever)."
		       "\vExamples:\n"
		       "  blki events\n"
		       "  blki events --json\n"
		       "  blki events --count 1 --timeout 60\n",
		.options = CLI_OPT_JSON | CLI_OPT_COUNT | CLI_OPT_TIMEOUT,
		CLI_WORDS(0),
		.run = command_events,
	},
	{
		.name = "save",
		.args_doc = "",
		.doc = "Keep what is attached in a file, by names that outlive a reboot, for "
		       "restore. --dry-run, or - as the file, prints it instead."
		       "\vExamples:\n"
		       "  blki save\n"
		       "  blki save --file /root/blki.json\n"
		       "  blki save --dry-run\n",
		.options = CLI_OPT_FILE | CLI_OPT_DRY_RUN,
		CLI_WORDS(0),
		.run = command_save,
	},
	{
		.name = "restore",
		.args_doc = "",
		.doc = "Attach what a file of save says. What is attached already stays as it is; "
		       "what fails is told, the rest is done, and the exit status is then 1."
		       "\vExamples:\n"
		       "  blki restore\n"
		       "  blki restore --dry-run --file /root/blki.json\n"
		       "  blki restore --wait 30\n",
		.options = CLI_OPT_FILE | CLI_OPT_DRY_RUN | CLI_OPT_WAIT | CLI_OPT_TIMEOUT |
			   CLI_OPT_JSON,
		CLI_WORDS(0),
		.run = command_restore,
	},
};

static const struct cli_table table = {
	.program = "blki",
	.commands = commands,
	.nr = sizeof(commands) / sizeof(commands[0]),
};

const char *argp_program_version = "blki " BLKI_TOOLS_VERSION " (ABI " EXPAND(BLKI_ABI_VERSION) ")";

/* The commands, between the options and the examples of the help. */
static char *help_filter(int key, const char *text, void *input __attribute__((unused)))
{
	size_t nr_bytes;
	char *help;
	FILE *out;

	if (key != ARGP_KEY_HELP_POST_DOC)
		return (char *)text;
	out = open_memstream(&help, &nr_bytes);
	if (!out)
		return (char *)text;
	fprintf(out, "Commands (each has its own --help):\n");
	cli_print_commands(&table, out);
	fprintf(out, "\n%s", text);
	return fclose(out) ? (char *)text : help;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.args_doc = "COMMAND ARGUMENTS",
		.doc = "Attach interposers to live block devices, detach them, and show them."
		       "\vExamples:\n"
		       "  blki remap start dm-noexcl /dev/sda1\n"
		       "  blki status\n"
		       "  blki detach --all\n"
		       "\n"
		       "Exit status: 0 done, 1 the kernel refused it, 2 usage or environment.\n",
		.help_filter = help_filter,
	};
	int first = 1;

	argp_err_exit_status = CLI_EXIT_USAGE;
	if (argp_parse(&argp, argc, argv, ARGP_IN_ORDER, &first, NULL))
		return CLI_EXIT_USAGE;
	session_catch_signals();
	return cli_run(&table, argc - first, argv + first);
}
