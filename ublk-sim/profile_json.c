// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Members of JSON objects by table; see profile_json.h. profile.c → here → json-c.
 */
#include "profile_json.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define NS_PER_US	1000.0

/* "path.key", or "key" at the top; a key that somebody invented is cut. */
static const char *path_of(const struct profile_object *object, const char *key,
			   char path[PROFILE_PATH_CHARS])
{
	snprintf(path, PROFILE_PATH_CHARS, "%.80s%s%.40s", object->path, *object->path ? "." : "",
		 key);
	return path;
}

/* Two keys that differ in nothing but the unit at the end. */
static bool unit_differs(const char *known, const char *key)
{
	const char *unit = strrchr(known, '_');
	const size_t stem = unit ? (size_t)(unit - known) : strlen(known);

	return !strncmp(known, key, stem) && (!key[stem] || key[stem] == '_');
}

static int key_refuse(const struct profile_object *object, const struct profile_field *fields,
		      const char *key, struct sim_error *err)
{
	const struct profile_field *field;
	char path[PROFILE_PATH_CHARS];
	char known[256] = "";
	size_t used = 0;

	path_of(object, key, path);
	for (field = fields; field->key; field++) {
		if (unit_differs(field->key, key))
			return sim_error_set(err, -EINVAL,
					     "%s has another unit than expected; give %s", path,
					     field->key);
		if (used < sizeof(known))
			used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s",
						 used ? ", " : "", field->key);
	}
	return sim_error_set(err, -EINVAL, "%s is no key of a profile; here these are: %s", path,
			     known);
}

static int keys_check(const struct profile_object *object, const struct profile_field *fields,
		      struct sim_error *err)
{
	const struct profile_field *field;

	json_object_object_foreach(object->json, key, value)
	{
		(void)value;
		for (field = fields; field->key; field++)
			if (!strcmp(field->key, key))
				break;
		if (!field->key)
			return key_refuse(object, fields, key, err);
	}
	return 0;
}

static int range_refuse(const char *path, const struct profile_field *field,
			struct json_object *json, struct sim_error *err)
{
	return sim_error_set(err, -EINVAL,
			     "%s is %.40s; give a %s from %" PRIu64 " to %" PRIu64, path,
			     json_object_to_json_string(json),
			     field->type == PROFILE_US ? "number" : "whole number", field->min,
			     field->max);
}

static int field_read(const struct profile_object *object, const struct profile_field *field,
		      struct json_object *json, void *base, struct sim_error *err)
{
	void *member = (char *)base + field->offset;
	const enum json_type type = json_object_get_type(json);
	char path[PROFILE_PATH_CHARS];
	const double value = json_object_get_double(json);
	uint64_t whole;

	path_of(object, field->key, path);
	if (type != json_type_int && !(type == json_type_double && field->type == PROFILE_US))
		return range_refuse(path, field, json, err);
	if (!(value >= (double)field->min && value <= (double)field->max))
		return range_refuse(path, field, json, err);
	whole = json_object_get_uint64(json);
	if (field->type == PROFILE_U32)
		memcpy(member, &(uint32_t){ (uint32_t)whole }, sizeof(uint32_t));
	else if (field->type == PROFILE_U64)
		memcpy(member, &whole, sizeof(whole));
	else
		memcpy(member, &(uint64_t){ (uint64_t)llround(value * NS_PER_US) },
		       sizeof(uint64_t));
	return 0;
}

int profile_fields_read(const struct profile_object *object, const struct profile_field *fields,
			void *base, struct sim_error *err)
{
	const struct profile_field *field;
	char path[PROFILE_PATH_CHARS];
	struct json_object *json;
	int ret;

	ret = keys_check(object, fields, err);
	for (field = fields; field->key && !ret; field++) {
		if (json_object_object_get_ex(object->json, field->key, &json)) {
			if (field->type != PROFILE_OTHER)
				ret = field_read(object, field, json, base, err);
		} else if (field->required) {
			ret = sim_error_set(err, -EINVAL, "%s is missing; add it",
					    path_of(object, field->key, path));
		}
	}
	return ret;
}

int profile_object_get(const struct profile_object *parent, const char *key,
		       struct profile_object *child, struct sim_error *err)
{
	path_of(parent, key, child->path);
	child->json = NULL;
	if (!json_object_object_get_ex(parent->json, key, &child->json))
		return 0;
	if (json_object_is_type(child->json, json_type_object))
		return 0;
	return sim_error_set(err, -EINVAL, "%s is no object; write {…} with its keys",
			     child->path);
}

static bool number_get(struct json_object *json, double *value)
{
	const enum json_type type = json_object_get_type(json);

	*value = json_object_get_double(json);
	return (type == json_type_int || type == json_type_double) && isfinite(*value);
}

int profile_pairs_get(const struct profile_object *parent, const char *key, size_t nr_max,
		      double (*pairs)[2], struct sim_error *err)
{
	char path[PROFILE_PATH_CHARS];
	struct json_object *json;
	size_t nr;
	size_t i;

	path_of(parent, key, path);
	if (!json_object_object_get_ex(parent->json, key, &json))
		return 0;
	if (!json_object_is_type(json, json_type_array))
		return sim_error_set(err, -EINVAL, "%s is no array; write [[…, …], …]", path);
	nr = json_object_array_length(json);
	if (!nr || nr > nr_max)
		return sim_error_set(err, -EINVAL, "%s has %zu points; give 1 to %zu", path, nr,
				     nr_max);
	for (i = 0; i < nr; i++) {
		struct json_object *pair = json_object_array_get_idx(json, i);

		if (!json_object_is_type(pair, json_type_array) ||
		    json_object_array_length(pair) != 2 ||
		    !number_get(json_object_array_get_idx(pair, 0), &pairs[i][0]) ||
		    !number_get(json_object_array_get_idx(pair, 1), &pairs[i][1]))
			return sim_error_set(err, -EINVAL,
					     "%s: point %zu is no pair of numbers; write [number, number]",
					     path, i + 1);
	}
	return (int)nr;
}

int profile_text_get(const struct profile_object *parent, const char *key, char *text,
		     size_t size, struct sim_error *err)
{
	char path[PROFILE_PATH_CHARS];
	struct json_object *json = NULL;
	size_t length;

	path_of(parent, key, path);
	if (!json_object_object_get_ex(parent->json, key, &json) ||
	    !json_object_is_type(json, json_type_string))
		return sim_error_set(err, -EINVAL, "%s is missing or no text; write \"…\"", path);
	length = (size_t)json_object_get_string_len(json);
	if (!length || length >= size)
		return sim_error_set(err, -EINVAL,
				     "%s has %zu characters; give 1 to %zu", path, length,
				     size - 1);
	memcpy(text, json_object_get_string(json), length);
	text[length] = '\0';
	return 0;
}
