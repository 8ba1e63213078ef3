// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bench: what block interposers cost.
 *
 * Start of the data path: verb -> its command. It parses no option of a verb.
 */
#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "profile.h"
#include "sys.h"

static const char usage[] =
	"Usage: bench VERB [OPTION...]\n"
	"\n"
	"  run SCENARIO      measure, print the table, write result.json and report.md\n"
	"  list              scenarios, devices, loads, and arms with their stacks\n"
	"  gate              judge a result by a baseline and by limits\n"
	"  profile SCENARIO  where the instructions of an I/O go\n"
	"\n"
	"Each verb has --help. run, profile and gate --against-dir need the guest: start them\n"
	"with ./x bench VERB. The exit code is 0 for success, 1 for failure or regression, 2 for\n"
	"usage or environment, 3 when a gate can not decide.\n"
	"\n"
	"Examples:\n"
	"  bench run remap-overhead\n"
	"  bench gate --baseline results/baselines/remap-overhead.json --result result.json\n"
	"  bench list\n";

/**
 * struct verb - a word and what it does; all required
 * @name: the word
 * @program: what its messages call the program
 * @run: does it; gets the arguments after the verb, @program first
 */
struct verb {
	const char *name;
	char *program;
	int (*run)(int argc, char **argv);
};

static const struct verb verbs[] = {
	{ "run", (char[]){ "bench run" }, bench_cmd_run },
	{ "list", (char[]){ "bench list" }, bench_cmd_list },
	{ "gate", (char[]){ "bench gate" }, bench_cmd_gate },
	{ "profile", (char[]){ "bench profile" }, profile_main },
};

int main(int argc, char **argv)
{
	size_t i;

	argp_err_exit_status = BENCH_EXIT_USAGE;
	if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		fputs(usage, argc < 2 ? stderr : stdout);
		return argc < 2 ? BENCH_EXIT_USAGE : BENCH_EXIT_OK;
	}
	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(argv[1], verbs[i].name))
			continue;
		argv[1] = verbs[i].program;
		return verbs[i].run(argc - 1, argv + 1);
	}
	bench_error("unknown verb \"%s\"; valid: run, list, gate, profile", argv[1]);
	return BENCH_EXIT_USAGE;
}
