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
	"  check VERB ...    whether run, gate or profile would take these arguments\n"
	"\n"
	"Each verb has --help. run, profile and gate --against-dir need the guest: start them\n"
	"with ./x bench VERB. The exit code is 0 for success, 1 for failure or regression, 2 for\n"
	"usage or environment, 3 when a gate can not decide.\n"
	"\n"
	"Examples:\n"
	"  bench run remap-overhead\n"
	"  bench gate --baseline results/baselines/remap-overhead.json --result result.json\n"
	"  bench check run remap-overhead --device null_blk --arm raw,pass\n";

/**
 * struct verb - a word and what it does
 * @name: the word
 * @program: what its messages call the program
 * @run: does it; gets the arguments after the verb, @program first
 * @check: only reads the same arguments; optional, for verbs that need the guest
 */
struct verb {
	const char *name;
	char *program;
	int (*run)(int argc, char **argv);
	int (*check)(int argc, char **argv);
};

static const struct verb verbs[] = {
	{ "run", (char[]){ "bench run" }, bench_cmd_run, bench_check_run },
	{ "list", (char[]){ "bench list" }, bench_cmd_list, NULL },
	{ "gate", (char[]){ "bench gate" }, bench_cmd_gate, bench_check_gate },
	{ "profile", (char[]){ "bench profile" }, profile_main, profile_check },
};

static const struct verb *find_verb(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

/* `bench check VERB ARGUMENTS`: the host asks so before it boots a guest. */
static int check(int argc, char **argv)
{
	const struct verb *verb = argc > 1 ? find_verb(argv[1]) : NULL;

	if (!verb || !verb->check) {
		bench_error("check: \"%s\" can not be checked; valid: run, gate, profile",
			    argc > 1 ? argv[1] : "");
		return BENCH_EXIT_USAGE;
	}
	argv[1] = verb->program;
	return verb->check(argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	const struct verb *verb;

	argp_err_exit_status = BENCH_EXIT_USAGE;
	if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		fputs(usage, argc < 2 ? stderr : stdout);
		return argc < 2 ? BENCH_EXIT_USAGE : BENCH_EXIT_OK;
	}
	if (!strcmp(argv[1], "check"))
		return check(argc - 1, argv + 1);
	verb = find_verb(argv[1]);
	if (!verb) {
		bench_error("unknown verb \"%s\"; valid: run, list, gate, profile, check", argv[1]);
		return BENCH_EXIT_USAGE;
	}
	argv[1] = verb->program;
	return verb->run(argc - 1, argv + 1);
}
