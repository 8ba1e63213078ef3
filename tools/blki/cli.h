/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Command lines of the form PROGRAM GROUP VERB ARGUMENTS, shared by blki and the dmsetup front-end.
 *
 * main.c of either program -> cli_run() with its table of commands -> commands.c. It owns the exit
 * codes and the place where failures are printed.
 */
#ifndef BLKI_CLI_H
#define BLKI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Exit codes of the programs. */
#define CLI_EXIT_OK		0
#define CLI_EXIT_FAILED		1
#define CLI_EXIT_USAGE		2

/** CLI_WORDS_MAX - most arguments of a command besides its options (ids of detach) */
#define CLI_WORDS_MAX		64

/* Options that a command takes, or'ed. */
#define CLI_OPT_TIMEOUT		0x1
#define CLI_OPT_HOOK		0x2
#define CLI_OPT_JSON		0x4
#define CLI_OPT_ALL		0x8
#define CLI_OPT_DRY_RUN		0x10
#define CLI_OPT_FREEZE_FS	0x20
#define CLI_OPT_LARGER		0x40
#define CLI_OPT_FORCE		0x80
#define CLI_OPT_NATIVE		0x100
#define CLI_OPT_OFFSET		0x200
#define CLI_OPT_CLASS		0x400
#define CLI_OPT_CLEAN		0x800
#define CLI_OPT_ALTITUDE	0x1000
#define CLI_OPT_COUNT		0x2000
#define CLI_OPT_FILE		0x4000
#define CLI_OPT_WAIT		0x8000

/* What attaching a remap, attaching a filter, and detaching take, in blki as in the front-end. */
#define CLI_OPTS_REMAP	(CLI_OPT_TIMEOUT | CLI_OPT_HOOK | CLI_OPT_DRY_RUN | CLI_OPT_FREEZE_FS | \
			 CLI_OPT_LARGER | CLI_OPT_CLASS | CLI_OPT_JSON)
#define CLI_OPTS_FILTER	(CLI_OPT_TIMEOUT | CLI_OPT_HOOK | CLI_OPT_DRY_RUN | CLI_OPT_FREEZE_FS | \
			 CLI_OPT_ALTITUDE | CLI_OPT_JSON)
#define CLI_OPTS_DETACH	(CLI_OPT_TIMEOUT | CLI_OPT_DRY_RUN | CLI_OPT_FREEZE_FS | \
			 CLI_OPT_JSON)

/**
 * struct cli_args - a parsed command line
 * @program: name to begin messages with
 * @words: @nr_words arguments
 * @nr_words: how many
 * @timeout_ms: --timeout, 0 for the default
 * @hook: --hook, enum blki_hook
 * @acceptor_class: --class as BLKI_OPTS_CLASS(), 0 without it
 * @offset_sectors: --offset
 * @altitude: --altitude, 0 for the filter's own
 * @count: --count, 0 without it
 * @wait_ms: --wait, 0 without it
 * @file: --file, or NULL
 * @json: --json
 * @all: --all
 * @dry_run: --dry-run
 * @freeze_fs: --freeze-fs
 * @larger: --larger
 * @force: --force
 * @native: --native
 * @clean: --clean
 */
struct cli_args {
	const char *program;
	const char *words[CLI_WORDS_MAX];
	size_t nr_words;
	unsigned int timeout_ms;
	unsigned int hook;
	unsigned int acceptor_class;
	uint64_t offset_sectors;
	uint64_t altitude;
	uint64_t count;
	unsigned int wait_ms;
	const char *file;
	bool json;
	bool all;
	bool dry_run;
	bool freeze_fs;
	bool larger;
	bool force;
	bool native;
	bool clean;
};

/** CLI_WORDS - initialiser of struct cli_command: exactly @nr arguments */
#define CLI_WORDS(nr)	.words_min = (nr), .words_max = (nr)

/**
 * struct cli_command - one command
 * @name: one or two words, such as "remap start"
 * @args_doc: its arguments as help shows them
 * @doc: what it does, a vertical tab, three examples
 * @options: CLI_OPT_*
 * @words_min: fewest arguments
 * @words_max: most arguments
 * @run: does it; Return: an exit code. Required.
 */
struct cli_command {
	const char *name;
	const char *args_doc;
	const char *doc;
	unsigned int options;
	size_t words_min;
	size_t words_max;
	int (*run)(const struct cli_args *args);
};

/**
 * struct cli_table - the commands of a program
 * @program: its name
 * @commands: @nr commands
 * @nr: how many
 */
struct cli_table {
	const char *program;
	const struct cli_command *commands;
	size_t nr;
};

/**
 * cli_find - the command that a command line names
 * @table: the commands
 * @argc: words at @argv
 * @argv: the command line without the program's name
 * @nr_words: out: how many of them are the command's name
 *
 * Return: the command, or NULL.
 */
const struct cli_command *cli_find(const struct cli_table *table, int argc, char *const argv[],
				   int *nr_words);

/**
 * cli_run - parse and do a command
 * @table: the commands
 * @argc: words at @argv
 * @argv: the command line without the program's name and its options
 *
 * Prints help and usage errors itself. Return: an exit code.
 */
int cli_run(const struct cli_table *table, int argc, char *const argv[]);

/** cli_print_commands - one line for each command, for a program's help */
void cli_print_commands(const struct cli_table *table, FILE *out);

#endif /* BLKI_CLI_H */
