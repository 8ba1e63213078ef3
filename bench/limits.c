// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The limits of the gate.
 *
 * limits.json -> this -> gate. An unknown or missing field is refused: a limit that is
 * misspelt would otherwise hold nothing.
 */
#include "limits.h"

#include <errno.h>
#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

int bench_pattern_matches(const char *pattern, const char *name)
{
	size_t len = strlen(pattern);

	if (len && pattern[len - 1] == '*')
		return !strncmp(pattern, name, len - 1);
	return !strcmp(pattern, name);
}

/** struct field - one key of a rule: a text of @size bytes, or a number when @size is 0 */
struct field {
	const char *key;
	void *place;
	size_t size;
};

static int take_field(const struct field *field, struct json_object *value)
{
	if (field->size) {
		if (!json_object_is_type(value, json_type_string))
			return -EINVAL;
		snprintf(field->place, field->size, "%s", json_object_get_string(value));
		return 0;
	}
	if (!json_object_is_type(value, json_type_int) &&
	    !json_object_is_type(value, json_type_double))
		return -EINVAL;
	*(double *)field->place = json_object_get_double(value);
	return 0;
}

static int take_fields(struct json_object *object, const struct field *fields, size_t nr,
		       char *message, size_t size)
{
	if (!json_object_is_type(object, json_type_object)) {
		snprintf(message, size, "an entry is no object");
		return -EINVAL;
	}
	json_object_object_foreach(object, key, value) {
		size_t i;

		for (i = 0; i < nr; i++)
			if (!strcmp(fields[i].key, key))
				break;
		if (i == nr || take_field(&fields[i], value)) {
			snprintf(message, size, "\"%s\" is unknown or of the wrong type", key);
			return -EINVAL;
		}
	}
	return 0;
}

#define TEXT_FIELD(rule, member) { #member, (rule)->member, sizeof((rule)->member) }
#define NUMBER_FIELD(rule, member) { #member, &(rule)->member, 0 }

static int parse_rule(struct json_object *object, struct bench_rule *rule, char *message,
		      size_t size)
{
	struct json_object *both_ways;
	const struct field fields[] = {
		TEXT_FIELD(rule, device), TEXT_FIELD(rule, load), TEXT_FIELD(rule, arm),
		TEXT_FIELD(rule, versus), TEXT_FIELD(rule, why),
		NUMBER_FIELD(rule, max_delta), NUMBER_FIELD(rule, max_delta_pct),
		NUMBER_FIELD(rule, max_ratio),
	};
	int err;

	memset(rule, 0, sizeof(*rule));
	rule->max_delta = NAN;
	rule->max_delta_pct = NAN;
	rule->max_ratio = NAN;
	if (json_object_object_get_ex(object, "both_ways", &both_ways)) {
		rule->both_ways = json_object_get_boolean(both_ways);
		json_object_object_del(object, "both_ways");
	}
	err = take_fields(object, fields, sizeof(fields) / sizeof(fields[0]), message, size);
	if (err)
		return err;
	if (!rule->device[0] || !rule->load[0] || !rule->arm[0] || !rule->versus[0] ||
	    (isnan(rule->max_delta) && isnan(rule->max_delta_pct) && isnan(rule->max_ratio))) {
		snprintf(message, size, "a rule needs device, load, arm, versus and a maximum");
		return -EINVAL;
	}
	return 0;
}

static int parse_margin(struct json_object *object, struct bench_margin *margin, char *message,
			size_t size)
{
	const struct field fields[] = {
		TEXT_FIELD(margin, device), TEXT_FIELD(margin, load), TEXT_FIELD(margin, arm),
		NUMBER_FIELD(margin, margin), NUMBER_FIELD(margin, margin_pct),
	};
	int err;

	memset(margin, 0, sizeof(*margin));
	margin->margin = NAN;
	margin->margin_pct = NAN;
	err = take_fields(object, fields, sizeof(fields) / sizeof(fields[0]), message, size);
	if (err)
		return err;
	if (!margin->device[0] || !margin->load[0] || !margin->arm[0] || isnan(margin->margin) ||
	    isnan(margin->margin_pct)) {
		snprintf(message, size, "a margin needs device, load, arm, margin and margin_pct");
		return -EINVAL;
	}
	return 0;
}

static int parse_root(struct json_object *root, struct bench_limits *limits, char *message,
		      size_t size)
{
	struct json_object *schema, *rules, *margins;
	size_t i;
	int err = 0;

	if (!json_object_object_get_ex(root, "schema", &schema) ||
	    strcmp(json_object_get_string(schema), BENCH_LIMITS_SCHEMA) ||
	    !json_object_object_get_ex(root, "rules", &rules) ||
	    !json_object_object_get_ex(root, "margins", &margins) ||
	    !json_object_is_type(rules, json_type_array) ||
	    !json_object_is_type(margins, json_type_array) ||
	    json_object_array_length(rules) > BENCH_MAX_RULES ||
	    json_object_array_length(margins) > BENCH_MAX_RULES) {
		snprintf(message, size, "it needs schema \"%s\" and arrays rules and margins of at "
			 "most %d entries", BENCH_LIMITS_SCHEMA, BENCH_MAX_RULES);
		return -EINVAL;
	}
	limits->nr_rules = json_object_array_length(rules);
	limits->nr_margins = json_object_array_length(margins);
	for (i = 0; i < limits->nr_rules && !err; i++)
		err = parse_rule(json_object_array_get_idx(rules, i), &limits->rules[i], message,
				 size);
	for (i = 0; i < limits->nr_margins && !err; i++)
		err = parse_margin(json_object_array_get_idx(margins, i), &limits->margins[i],
				   message, size);
	return err;
}

int bench_limits_parse(const char *text, struct bench_limits *limits, char *message, size_t size)
{
	struct json_object *root = json_tokener_parse(text);
	int err;

	memset(limits, 0, sizeof(*limits));
	if (!root) {
		snprintf(message, size, "it is not JSON");
		return -EINVAL;
	}
	err = parse_root(root, limits, message, size);
	json_object_put(root);
	return err;
}
