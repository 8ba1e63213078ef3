/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading the members of a JSON object into a struct by a table, with errors that name the key.
 *
 * profile.c says which keys an object has, of which unit and range; here they are looked up,
 * judged, converted and stored. Keys that no table has are refused. Knows nothing of disks.
 */
#ifndef UBLK_SIM_PROFILE_JSON_H
#define UBLK_SIM_PROFILE_JSON_H

#include "error.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest path of known keys is below 80 characters, an unknown key is shown up to 40. */
#define PROFILE_PATH_CHARS	128u

/** enum profile_type - how a member is written and stored */
enum profile_type {
	PROFILE_U32,		/* a whole number → uint32_t */
	PROFILE_U64,		/* a whole number → uint64_t */
	PROFILE_US,		/* microseconds, fractions allowed → uint64_t nanoseconds */
	PROFILE_OTHER,		/* known, read by the caller */
};

/**
 * struct profile_field - a key of an object
 * @key: its name, the unit at the end
 * @type: how it is written
 * @required: its absence is an error; else the member keeps its value
 * @min: smallest value, as written
 * @max: largest value, as written
 * @offset: of the member
 */
struct profile_field {
	const char *key;
	enum profile_type type;
	bool required;
	uint64_t min;
	uint64_t max;
	size_t offset;
};

/**
 * struct profile_object - a JSON object and where it stands
 * @json: the object, borrowed
 * @path: keys that lead to it, "" for the whole profile
 */
struct profile_object {
	struct json_object *json;
	char path[PROFILE_PATH_CHARS];
};

/**
 * profile_fields_read - read an object's members
 * @object: the object
 * @fields: its keys, ended by one without a name
 * @base: the struct that their offsets are of
 * @err: the sentence on failure
 *
 * Return: 0, or -EINVAL: a key is missing, unknown, of another unit, no number, out of range.
 */
int profile_fields_read(const struct profile_object *object, const struct profile_field *fields,
			void *base, struct sim_error *err);

/**
 * profile_object_get - a member that is an object
 * @parent: where to look
 * @key: its name
 * @child: filled; ->json NULL when there is none
 * @err: the sentence on failure
 *
 * Return: 0, or -EINVAL when it is something else.
 */
int profile_object_get(const struct profile_object *parent, const char *key,
		       struct profile_object *child, struct sim_error *err);

/**
 * profile_pairs_get - a member that is an array of pairs of numbers
 * @parent: where to look
 * @key: its name
 * @nr_max: most pairs allowed
 * @pairs: room for @nr_max of them
 * @err: the sentence on failure
 *
 * Return: how many, 0 when there is no such member; -EINVAL when it is something else.
 */
int profile_pairs_get(const struct profile_object *parent, const char *key, size_t nr_max,
		      double (*pairs)[2], struct sim_error *err);

/**
 * profile_text_get - a member that is text
 * @parent: where to look
 * @key: its name
 * @text: filled
 * @size: of @text; longer text is refused
 * @err: the sentence on failure
 *
 * Return: 0, or -EINVAL when it is missing, empty, too long or no text.
 */
int profile_text_get(const struct profile_object *parent, const char *key, char *text,
		     size_t size, struct sim_error *err);

#endif
