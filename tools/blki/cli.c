// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the command of a command line and parses its options with argp.
 *
 * main.c -> [this] -> commands.c. Every command has only the options it lists; all others, and a
 * wrong number of arguments, are usage errors (exit 2).
 */
#include <stdio.h>

#include "tools/blki/cli.h"

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "blki.h"
#include "tools/blki/options.h"
#include "tools/blki/save.h"

/* Room for "PROGRAM GROUP VERB". */
#define TITLE_BYTES	128

/* Keys of argp, one for each row below; above every character. */
#define KEY_FIRST	0x100

enum value { FLAG, SECONDS, HOOK, CLASS, NUMBER, TEXT };

/* An option: who takes it, what it looks like, and the member of struct cli_args it fills. */
struct option_row {
	unsigned int bit;
	enum value value;
	size_t member;
	const char *name;
	const char *arg;
	const char *doc;
};

#define MEMBER(name) offsetof(struct cli_args, name)

static const struct option_row option_rows[] = {
	{ CLI_OPT_ALL, FLAG, MEMBER(all), "all", NULL, "Everything that is attached" },
	{ CLI_OPT_ALTITUDE, NUMBER, MEMBER(altitude), "altitude", "NUMBER",
	 "Place in the chain, highest first, 1 to 4294967295 (default: the filter's own)" },
	{ CLI_OPT_CLASS, CLASS, MEMBER(acceptor_class), "class", "CLASS",
	 "What the acceptor does with the bytes: identity, stateful or transforming (default: "
	 "found out from its table)" },
	{ CLI_OPT_CLEAN, FLAG, MEMBER(clean), "clean", NULL,
	 "You know that the acceptor keeps nothing back that the origin lacks" },
	{ CLI_OPT_COUNT, NUMBER, MEMBER(count), "count", "N", "End after N events (never)" },
	{ CLI_OPT_DRY_RUN, FLAG, MEMBER(dry_run), "dry-run", NULL,
	 "Check and say what would be done, and change nothing" },
	{ CLI_OPT_FILE, TEXT, MEMBER(file), "file", "FILE",
	 "Where it is kept (default " SAVE_PATH ")" },
	{ CLI_OPT_FORCE, FLAG, MEMBER(force), "force", NULL,
	 "With --native: the acceptor leads away from the origin, which is in use, and you know "
	 "that both have the same bytes" },
	{ CLI_OPT_FREEZE_FS, FLAG, MEMBER(freeze_fs), "freeze-fs", NULL,
	 "Freeze the file system for the switch, so that the device is consistent then" },
	{ CLI_OPT_HOOK, HOOK, MEMBER(hook), "hook", "HOOK",
	 "How bios are caught: list, fast, wrap, ftrace or default (the module's choice)" },
	{ CLI_OPT_JSON, FLAG, MEMBER(json), "json", NULL, "Print JSON" },
	{ CLI_OPT_LARGER, FLAG, MEMBER(larger), "larger", NULL,
	 "The acceptor may have more sectors than the origin; the rest is never used" },
	{ CLI_OPT_NATIVE, FLAG, MEMBER(native), "native", NULL,
	 "Aim the bios themselves at the disk or partition ACCEPTOR, without device-mapper" },
	{ CLI_OPT_OFFSET, NUMBER, MEMBER(offset_sectors), "offset", "SECTORS",
	 "With --native: where the origin begins on the acceptor, in sectors of 512 bytes (0)" },
	{ CLI_OPT_TIMEOUT, SECONDS, MEMBER(timeout_ms), "timeout", "SECONDS",
	 "Longest wait, such as 5 or 0.5 (default 30)" },
	{ CLI_OPT_WAIT, SECONDS, MEMBER(wait_ms), "wait", "SECONDS",
	 "Wait so long for devices that are not there yet (default: not at all)" },
};

#define NR_OPTIONS	(sizeof(option_rows) / sizeof(option_rows[0]))

/* What the parser below works on. */
struct parse {
	const struct cli_command *command;
	struct cli_args *args;
};

static void parse_seconds(struct argp_state *state, const struct option_row *row, unsigned int *ms,
			  const char *text)
{
	int ret = options_timeout(text, ms);

	if (ret == -ERANGE)
		argp_error(state, "--%s %s is out of range; give 0.001 to 4294967 seconds",
			   row->name, text);
	else if (ret)
		argp_error(state, "--%s %s is no number of seconds; give one such as 5 or 0.5",
			   row->name, text);
}

static void parse_value(struct argp_state *state, const struct option_row *row, char *arg)
{
	const struct parse *p = state->input;
	void *member = (char *)p->args + row->member;
	unsigned int class_nr = 0;

	switch (row->value) {
	case FLAG:
		*(bool *)member = true;
		break;
	case SECONDS:
		parse_seconds(state, row, member, arg);
		break;
	case HOOK:
		if (options_hook(arg, member))
			argp_error(state,
				   "--hook %s is unknown; give list, fast, wrap, ftrace or "
				   "default",
				   arg);
		break;
	case CLASS:
		if (options_class(arg, &class_nr))
			argp_error(state,
				   "--class %s is unknown; give identity, stateful or "
				   "transforming",
				   arg);
		*(unsigned int *)member = BLKI_OPTS_CLASS(class_nr);
		break;
	case NUMBER:
		if (options_number(arg, member))
			argp_error(state, "--%s %s is no number; give decimal digits", row->name,
				   arg);
		break;
	case TEXT:
		*(const char **)member = arg;
		break;
	}
}

static void check_words(struct argp_state *state, const struct parse *p)
{
	const struct cli_args *args = p->args;

	if (args->all && args->nr_words)
		argp_error(state, "--all takes no arguments; leave \"%s\" out", args->words[0]);
	else if (!args->all && args->nr_words < p->command->words_min)
		argp_error(state, "too few arguments; give: %s", p->command->args_doc);
	else if ((args->force || args->offset_sectors) && !args->native)
		argp_error(state, "--force and --offset are for --native; give that too, or leave "
				  "them out");
	else if ((args->larger || args->acceptor_class) && args->native)
		argp_error(state, "--larger and --class are for device-mapper acceptors; leave "
			   "them out with --native, which needs no more than room at its offset");
	else if (args->altitude > UINT32_MAX)
		argp_error(state, "--altitude %" PRIu64 " is out of range; give 1 to %u",
			   args->altitude, UINT32_MAX);
}

static error_t parse_key(int key, char *arg, struct argp_state *state)
{
	struct parse *p = state->input;
	struct cli_args *args = p->args;

	if (key >= KEY_FIRST && key < KEY_FIRST + (int)NR_OPTIONS) {
		parse_value(state, &option_rows[key - KEY_FIRST], arg);
		return 0;
	}
	switch (key) {
	case ARGP_KEY_ARG:
		if (args->nr_words == p->command->words_max)
			argp_error(state, "\"%s\" is one argument too many; give: %s", arg,
				   *p->command->args_doc ? p->command->args_doc : "none");
		else
			args->words[args->nr_words++] = arg;
		return 0;
	case ARGP_KEY_END:
		check_words(state, p);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int run_command(const struct cli_table *table, const struct cli_command *command, int argc,
		       char *const argv[])
{
	struct argp_option options[NR_OPTIONS + 1] = { { 0 } };
	struct argp argp = {
		options, parse_key, command->args_doc, command->doc, NULL, NULL, NULL
	};
	struct cli_args args = { .program = table->program };
	struct parse parse = { command, &args };
	char title[TITLE_BYTES];
	size_t nr = 0;
	char **line;
	int ret;

	for (size_t i = 0; i < NR_OPTIONS; i++) {
		const struct option_row *row = &option_rows[i];

		if (command->options & row->bit)
			options[nr++] = (struct argp_option){
				row->name, KEY_FIRST + (int)i, row->arg, 0, row->doc, 0 };
	}
	line = calloc((size_t)argc + 2, sizeof(*line));
	if (!line) {
		fprintf(stderr, "%s: out of memory; try again\n", table->program);
		return CLI_EXIT_FAILED;
	}
	snprintf(title, sizeof(title), "%s %s", table->program, command->name);
	line[0] = title;
	memcpy(line + 1, argv, (size_t)argc * sizeof(*line));
	argp_err_exit_status = CLI_EXIT_USAGE;
	ret = argp_parse(&argp, argc + 1, line, 0, NULL, &parse) ? CLI_EXIT_USAGE :
								   command->run(&args);
	free(line);
	return ret;
}

/* Does the command's name equal the first words of the line? Return: how many they are, or 0. */
static int match_name(const char *name, int argc, char *const argv[])
{
	int nr = 0;

	while (nr < argc) {
		size_t bytes = strlen(argv[nr]);

		if (!bytes || strncmp(name, argv[nr], bytes))
			return 0;
		name += bytes;
		nr++;
		if (!*name)
			return nr;
		if (*name++ != ' ')
			return 0;
	}
	return 0;
}

const struct cli_command *cli_find(const struct cli_table *table, int argc, char *const argv[],
				   int *nr_words)
{
	for (size_t i = 0; i < table->nr; i++) {
		*nr_words = match_name(table->commands[i].name, argc, argv);
		if (*nr_words)
			return &table->commands[i];
	}
	return NULL;
}

/* Names the commands that begin with the first word, or all of them. */
static int unknown_command(const struct cli_table *table, int argc, char *const argv[])
{
	size_t group = argc ? strlen(argv[0]) : 0;
	bool known_group = false;
	const char *comma = "";

	for (size_t i = 0; i < table->nr; i++) {
		const char *name = table->commands[i].name;

		known_group |= group && !strncmp(name, argv[0], group) && name[group] == ' ';
	}
	if (!argc)
		fprintf(stderr, "%s: no command was given; give one of: ", table->program);
	else if (known_group)
		fprintf(stderr, "%s: %s %s is no command; give one of: ", table->program, argv[0],
			argc > 1 ? argv[1] : "alone");
	else
		fprintf(stderr, "%s: %s is no command; give one of: ", table->program, argv[0]);
	for (size_t i = 0; i < table->nr; i++) {
		const char *name = table->commands[i].name;

		if (known_group && (strncmp(name, argv[0], group) || name[group] != ' '))
			continue;
		fprintf(stderr, "%s%s", comma, name);
		comma = ", ";
	}
	fprintf(stderr, "\n");
	return CLI_EXIT_USAGE;
}

int cli_run(const struct cli_table *table, int argc, char *const argv[])
{
	int nr_words = 0;
	const struct cli_command *command = cli_find(table, argc, argv, &nr_words);

	if (!command)
		return unknown_command(table, argc, argv);
	return run_command(table, command, argc - nr_words, argv + nr_words);
}

void cli_print_commands(const struct cli_table *table, FILE *out)
{
	for (size_t i = 0; i < table->nr; i++) {
		const struct cli_command *c = &table->commands[i];

		fprintf(out, "  %s %s%s%s\n", table->program, c->name, *c->args_doc ? " " : "",
			c->args_doc);
	}
}
