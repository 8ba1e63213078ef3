// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ublk-sim: simulated disks on the kernel's userspace block driver (ublk).
 *
 * This file only finds the command; cmd_*.c do the work. See docs/ublk-sim.md.
 */
#include "cmd.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/**
 * struct command - a word of the command line
 * @name: the word
 * @summary: for --help
 * @run: gets the words from its own name on
 */
struct command {
	const char *name;
	const char *summary;
	int (*run)(int argc, char **argv);
};

static const struct command commands[] = {
	{ "add", "make a device, serve it, print its node", cmd_add },
	{ "del", "delete devices, also those of killed servers", cmd_del },
	{ "list", "show the devices and how much I/O each has served", cmd_list },
	{ "status", "show one device in full: times, cache, faults, power", cmd_status },
	{ "set", "change a device while it is used: faults, hang, profile", cmd_set },
	{ "cut", "cut a disk's power, once or in every way a run allows", cmd_cut },
	{ "recover", "serve a disk again whose server was killed", cmd_recover },
	{ "run", "make a device for one command", cmd_run },
	{ "profiles", "list the disks that can be simulated by name", cmd_profiles },
	{ "doctor", "say what this host can do, and what is missing", cmd_doctor },
	{ "features", "show what the kernel's ublk driver can do", cmd_features },
	{ "owner", "print who made a device, for the udev rule", cmd_owner },
};

#define NR_COMMANDS	(sizeof(commands) / sizeof(commands[0]))

int cmd_fail(const struct sim_error *err)
{
	fprintf(stderr, "ublk-sim: %s\n", err->text);
	return SIM_EXIT_USAGE;
}

int cmd_flush(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return SIM_EXIT_OK;
	fprintf(stderr, "ublk-sim: standard output cannot be written: %s; give it a place to go\n",
		strerror(errno));
	return SIM_EXIT_FAILED;
}

static void help_print(FILE *out)
{
	size_t i;

	fprintf(out, "Usage: ublk-sim COMMAND [OPTION...]\n"
		     "Simulated disks on the kernel's userspace block driver (ublk).\n\n");
	for (i = 0; i < NR_COMMANDS; i++)
		fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
	fprintf(out, "\nExamples:\n"
		     "  dev=$(ublk-sim add -t null -q 2 -d 128)\n"
		     "  dev=$(ublk-sim add -t ram -s 1G -b 4096) && mkfs.ext4 $dev\n"
		     "  ublk-sim run --profile cloud-volume --force -- sh -c 'mkfs.ext4 $UBLK_DEV'\n"
		     "  ublk-sim list --json\n"
		     "  ublk-sim del $dev\n"
		     "\n'ublk-sim COMMAND --help' explains a command.\n");
}

int main(int argc, char **argv)
{
	struct sim_error err;
	size_t i;

	argp_err_exit_status = SIM_EXIT_USAGE;
	if (argc < 2) {
		help_print(stderr);
		return SIM_EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		help_print(stdout);
		return cmd_flush();
	}
	for (i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	sim_error_set(&err, -EINVAL,
		      "command '%s' does not exist; 'ublk-sim --help' lists those that do", argv[1]);
	return cmd_fail(&err);
}
