// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * jsonq: read one value out of a JSON document, so that no test parses human text.
 *
 *	tool --json | jsonq POINTER                      the value at a JSON pointer (RFC 6901)
 *	tool --json | jsonq POINTER KEY=VALUE... FIELD   of the array there: FIELD of every element that has
 *	                                                 every KEY at VALUE, one per line
 */
#include <json-c/json.h>
#include <json-c/json_pointer.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *text_of(struct json_object *value)
{
	if (json_object_is_type(value, json_type_string))
		return json_object_get_string(value);
	return json_object_to_json_string_ext(value, JSON_C_TO_STRING_NOSLASHESCAPE);
}

static bool element_matches(struct json_object *element, const char *condition)
{
	const char *equals = strchr(condition, '=');
	struct json_object *value;
	char key[64];

	if (!equals || (size_t)(equals - condition) >= sizeof(key))
		return false;
	memcpy(key, condition, (size_t)(equals - condition));
	key[equals - condition] = '\0';
	return json_object_object_get_ex(element, key, &value) &&
	       !strcmp(text_of(value), equals + 1);
}

/* Prints @field of the matching elements; returns how many matched. */
static int print_matches(struct json_object *array, char **conditions, int nr, const char *field)
{
	int nr_matched = 0;

	for (size_t i = 0; i < json_object_array_length(array); i++) {
		struct json_object *element = json_object_array_get_idx(array, i);
		struct json_object *value;
		bool matches = true;

		for (int j = 0; j < nr && matches; j++)
			matches = element_matches(element, conditions[j]);
		if (!matches || !json_object_object_get_ex(element, field, &value))
			continue;
		puts(text_of(value));
		nr_matched++;
	}
	return nr_matched;
}

int main(int argc, char **argv)
{
	struct json_object *document, *value;
	int status = 0;

	if (argc < 2) {
		fprintf(stderr, "usage: jsonq POINTER [KEY=VALUE... FIELD] <DOCUMENT\n");
		return 2;
	}
	document = json_object_from_fd(STDIN_FILENO);
	if (!document) {
		fprintf(stderr, "jsonq: standard input is no JSON document\n");
		return 2;
	}
	if (json_pointer_get(document, argv[1], &value)) {
		status = 1;
	} else if (argc == 2) {
		puts(text_of(value));
	} else if (!json_object_is_type(value, json_type_array)) {
		fprintf(stderr, "jsonq: %s is no array\n", argv[1]);
		status = 2;
	} else if (!print_matches(value, argv + 2, argc - 3, argv[argc - 1])) {
		status = 1;
	}
	json_object_put(document);
	return status;
}
