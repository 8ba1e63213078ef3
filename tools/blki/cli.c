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
#include <stdlib.h>
#include <string.h>

#include "tools/blki/options.h"

/* Room for "PROGRAM GROUP VERB". */
#define TITLE_BYTES	128

enum { KEY_ALL = 0x100, KEY_HOOK, KEY_JSON, KEY_TIMEOUT };

struct option_row {
	unsigned int bit;
	struct argp_option option;
};

static const struct option_row option_rows[] = {
	{ CLI_OPT_ALL, { "all", KEY_ALL, NULL, 0, "Everything that is attached", 0 } },
	{ CLI_OPT_HOOK,
	  { "hook", KEY_HOOK, "HOOK", 0,
	    "How bios are caught: list, wrap or default (the module's choice; default)", 0 } },
	{ CLI_OPT_JSON, { "json", KEY_JSON, NULL, 0, "Print JSON, schema blki-status/1", 0 } },
	{ CLI_OPT_TIMEOUT,
	  { "timeout", KEY_TIMEOUT, "SECONDS", 0,
	    "Longest wait for I/O to drain, such as 5 or 0.5 (default 30)", 0 } },
};

#define NR_OPTIONS	(sizeof(option_rows) / sizeof(option_rows[0]))

/* What the parser below works on. */
struct parse {
	const struct cli_command *command;
	struct cli_args *args;
};

static void parse_timeout(struct argp_state *state, struct cli_args *args, const char *text)
{
	int ret = options_timeout(text, &args->timeout_ms);

	if (ret == -ERANGE)
		argp_error(state, "--timeout %s is out of range; give 0.001 to 4294967 seconds",
			   text);
	else if (ret)
		argp_error(state, "--timeout %s is no number of seconds; give one such as 5 or 0.5",
			   text);
}

static void count_words(struct argp_state *state, const struct parse *p)
{
	size_t nr = p->args->nr_words;

	if (p->args->all && nr)
		argp_error(state, "--all takes no arguments; leave \"%s\" out", p->args->words[0]);
	else if (!p->args->all && nr < p->command->words_min)
		argp_error(state, "too few arguments; give: %s", p->command->args_doc);
}

static error_t parse_key(int key, char *arg, struct argp_state *state)
{
	struct parse *p = state->input;
	struct cli_args *args = p->args;

	switch (key) {
	case KEY_ALL:
		args->all = true;
		return 0;
	case KEY_HOOK:
		if (options_hook(arg, &args->hook))
			argp_error(state, "--hook %s is unknown; give list, wrap or default", arg);
		return 0;
	case KEY_JSON:
		args->json = true;
		return 0;
	case KEY_TIMEOUT:
		parse_timeout(state, args, arg);
		return 0;
	case ARGP_KEY_ARG:
		if (args->nr_words == p->command->words_max)
			argp_error(state, "\"%s\" is one argument too many; give: %s", arg,
				   *p->command->args_doc ? p->command->args_doc : "none");
		else
			args->words[args->nr_words++] = arg;
		return 0;
	case ARGP_KEY_END:
		count_words(state, p);
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

	for (size_t i = 0; i < NR_OPTIONS; i++)
		if (command->options & option_rows[i].bit)
			options[nr++] = option_rows[i].option;
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

		fprintf(out, "  %s %s %s\n", table->program, c->name, c->args_doc);
	}
}
