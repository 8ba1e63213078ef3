// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Command lines that several commands share; see cmd_parse.h.
 */
#include "cmd_parse.h"

#include "cmd.h"

#include <stdio.h>

/* Behind the characters that could be short options. */
#define KEY_JSON	0x100

error_t cmd_parse_none(int key, char *arg, struct argp_state *state)
{
	if (key != ARGP_KEY_ARG)
		return ARGP_ERR_UNKNOWN;
	argp_failure(state, SIM_EXIT_USAGE, 0,
		     "'%s' is one word too many; give options only, see --help", arg);
	return 0;
}

static error_t json_parse(int key, char *arg, struct argp_state *state)
{
	bool *json = state->input;

	switch (key) {
	case KEY_JSON:
		*json = true;
		return 0;
	default:
		return cmd_parse_none(key, arg, state);
	}
}

int cmd_parse_json(int argc, char **argv, const char *schema, const char *doc, bool *json)
{
	char help[80];
	const struct argp_option options[] = {
		{ "json", KEY_JSON, NULL, 0, help, 0 },
		{ 0 },
	};
	const struct argp argp = { .options = options, .parser = json_parse, .doc = doc };

	snprintf(help, sizeof(help), "print one JSON object, schema %s", schema);
	*json = false;
	return argp_parse(&argp, argc, argv, 0, NULL, json);
}

error_t cmd_parse_device(int key, char *arg, struct argp_state *state, const char **node)
{
	switch (key) {
	case ARGP_KEY_ARG:
		if (*node)
			argp_failure(state, SIM_EXIT_USAGE, 0,
				     "'%s' is one device too many; give one", arg);
		*node = arg;
		return 0;
	case ARGP_KEY_END:
		if (!*node)
			argp_failure(state, SIM_EXIT_USAGE, 0,
				     "no device; give one, for example /dev/ublkb0");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}
