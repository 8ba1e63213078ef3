// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `bench list`: everything that can be asked for, the arms with their stacks drawn.
 *
 * main -> this -> stdout. It needs no guest.
 */
#include "commands.h"

#include <json-c/json.h>
#include <stdio.h>

#include "names.h"

static const struct argp_option options[] = {
	{ "json", 'j', NULL, 0, "print JSON", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	int *json = state->input;

	if (key == 'j') {
		*json = 1;
		return 0;
	}
	if (key == ARGP_KEY_ARG)
		argp_failure(state, BENCH_EXIT_USAGE, 0, "list takes no argument, \"%s\" is one",
			     arg);
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.doc = "List scenarios, devices, loads, and arms with their stacks.",
};

static const struct bench_names *const all[] = {
	&bench_scenarios, &bench_devices, &bench_loads, &bench_arms,
};

static void list_text(void)
{
	size_t k, i;

	for (k = 0; k < sizeof(all) / sizeof(all[0]); k++) {
		printf("%s%ss:\n", k ? "\n" : "", all[k]->kind);
		for (i = 0; i < all[k]->nr; i++) {
			const struct bench_name *name = &all[k]->names[i];

			printf("  %-17s %s\n", name->name, name->what);
			if (name->stack)
				printf("  %-17s   %s\n", "", name->stack);
		}
	}
}

static void list_json(void)
{
	struct json_object *root = json_object_new_object();
	size_t k, i;

	json_object_object_add(root, "schema", json_object_new_string("blki-bench-list/1"));
	for (k = 0; k < sizeof(all) / sizeof(all[0]); k++) {
		struct json_object *array = json_object_new_array();
		char key[32];

		for (i = 0; i < all[k]->nr; i++) {
			const struct bench_name *name = &all[k]->names[i];
			struct json_object *o = json_object_new_object();

			json_object_object_add(o, "name", json_object_new_string(name->name));
			json_object_object_add(o, "what", json_object_new_string(name->what));
			if (name->stack)
				json_object_object_add(o, "stack",
						       json_object_new_string(name->stack));
			json_object_array_add(array, o);
		}
		snprintf(key, sizeof(key), "%ss", all[k]->kind);
		json_object_object_add(root, key, array);
	}
	printf("%s\n", json_object_to_json_string_ext(
		root, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
		JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(root);
}

int bench_cmd_list(int argc, char **argv)
{
	int json = 0;

	argp_parse(&argp, argc, argv, 0, NULL, &json);
	if (json)
		list_json();
	else
		list_text();
	return BENCH_EXIT_OK;
}
