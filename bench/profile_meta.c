// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads and writes the JSON of profile windows. The reader believes nothing:
 * a missing or foreign field makes the whole file invalid, because a window
 * that is taken for another arm would be a wrong answer, not a missing one.
 */
#include "profile_meta.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int profile_meta_add(struct profile_meta *meta, const struct profile_meta_window *window)
{
	struct profile_meta_window *grown =
		realloc(meta->windows, (meta->nr_windows + 1) * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	meta->windows = grown;
	meta->windows[meta->nr_windows++] = *window;
	return 0;
}

static struct json_object *window_to_json(const struct profile_meta_window *window)
{
	struct json_object *json = json_object_new_object();

	json_object_object_add(json, "id", json_object_new_int(window->id));
	json_object_object_add(json, "device", json_object_new_string(window->device));
	json_object_object_add(json, "load", json_object_new_string(window->load));
	json_object_object_add(json, "arm", json_object_new_string(window->arm));
	json_object_object_add(json, "nr_ios", json_object_new_int64(window->nr_ios));
	json_object_object_add(json, "clock_instructions",
			       json_object_new_int64(window->clock_insns));
	json_object_object_add(json, "sampled", json_object_new_boolean(window->sampled));
	json_object_object_add(json, "sampled_nr_ios",
			       json_object_new_int64(window->sampled_nr_ios));
	return json;
}

int profile_meta_write(const struct profile_meta *meta, const char *path)
{
	struct json_object *json = json_object_new_object();
	struct json_object *windows = json_object_new_array();
	int err = 0;

	json_object_object_add(json, "schema", json_object_new_string(PROFILE_META_SCHEMA));
	json_object_object_add(json, "scenario", json_object_new_string(meta->scenario));
	json_object_object_add(json, "kernel", json_object_new_string(meta->kernel));
	json_object_object_add(json, "cmdline", json_object_new_string(meta->cmdline));
	json_object_object_add(json, "host", json_object_new_string(meta->host));
	json_object_object_add(json, "module", json_object_new_string(meta->module));
	json_object_object_add(json, "locks_counted", json_object_new_boolean(meta->locks_counted));
	for (size_t i = 0; i < meta->nr_windows; i++)
		json_object_array_add(windows, window_to_json(&meta->windows[i]));
	json_object_object_add(json, "windows", windows);
	if (json_object_to_file_ext(path, json, JSON_C_TO_STRING_PRETTY))
		err = errno ? -errno : -EIO;
	json_object_put(json);
	return err;
}

/* Return: the member if it is there and of the type, else NULL. */
static struct json_object *member(struct json_object *json, const char *name, enum json_type type)
{
	struct json_object *value;

	if (!json_object_object_get_ex(json, name, &value) || !json_object_is_type(value, type))
		return NULL;
	return value;
}

static int get_name(struct json_object *json, const char *name, char *out)
{
	struct json_object *value = member(json, name, json_type_string);

	if (!value || !json_object_get_string_len(value) ||
	    json_object_get_string_len(value) > PROFILE_NAME_CHARS_MAX)
		return -EINVAL;
	strcpy(out, json_object_get_string(value));
	return 0;
}

static int get_count(struct json_object *json, const char *name, uint64_t *out)
{
	struct json_object *value = member(json, name, json_type_int);

	if (!value || json_object_get_int64(value) < 0)
		return -EINVAL;
	*out = json_object_get_int64(value);
	return 0;
}

static int get_bool(struct json_object *json, const char *name, bool *out)
{
	struct json_object *value = member(json, name, json_type_boolean);

	if (!value)
		return -EINVAL;
	*out = json_object_get_boolean(value);
	return 0;
}

static int get_text(struct json_object *json, const char *name, char **out)
{
	struct json_object *value = member(json, name, json_type_string);

	if (!value)
		return -EINVAL;
	*out = strdup(json_object_get_string(value));
	return *out ? 0 : -ENOMEM;
}

static int window_from_json(struct profile_meta *meta, struct json_object *json)
{
	struct profile_meta_window window = { 0 };
	uint64_t id = 0;

	if (!json_object_is_type(json, json_type_object) || get_count(json, "id", &id) || !id ||
	    id > UINT16_MAX || get_name(json, "device", window.device) ||
	    get_name(json, "load", window.load) || get_name(json, "arm", window.arm) ||
	    get_count(json, "nr_ios", &window.nr_ios) || !window.nr_ios ||
	    get_count(json, "clock_instructions", &window.clock_insns) ||
	    get_bool(json, "sampled", &window.sampled) ||
	    get_count(json, "sampled_nr_ios", &window.sampled_nr_ios))
		return -EINVAL;
	window.id = id;
	for (size_t i = 0; i < meta->nr_windows; i++)
		if (meta->windows[i].id == window.id)
			return -EINVAL;
	return profile_meta_add(meta, &window);
}

static int meta_from_json(struct profile_meta *meta, struct json_object *json)
{
	struct json_object *windows = member(json, "windows", json_type_array);
	struct json_object *schema = member(json, "schema", json_type_string);
	int err = 0;

	if (!windows || !schema || strcmp(json_object_get_string(schema), PROFILE_META_SCHEMA))
		return -EINVAL;
	if ((err = get_text(json, "scenario", &meta->scenario)) ||
	    (err = get_text(json, "kernel", &meta->kernel)) ||
	    (err = get_text(json, "cmdline", &meta->cmdline)) ||
	    (err = get_text(json, "host", &meta->host)) ||
	    (err = get_text(json, "module", &meta->module)) ||
	    (err = get_bool(json, "locks_counted", &meta->locks_counted)))
		return err;
	for (size_t i = 0; i < json_object_array_length(windows) && !err; i++)
		err = window_from_json(meta, json_object_array_get_idx(windows, i));
	return err;
}

int profile_meta_read(struct profile_meta *meta, const char *path)
{
	struct json_object *json;
	int err;

	if (access(path, R_OK))
		return -errno;
	json = json_object_from_file(path);
	if (!json)
		return -EINVAL;
	err = json_object_is_type(json, json_type_object) ? meta_from_json(meta, json) : -EINVAL;
	json_object_put(json);
	return err;
}

void profile_meta_free(struct profile_meta *meta)
{
	free(meta->scenario);
	free(meta->kernel);
	free(meta->cmdline);
	free(meta->host);
	free(meta->module);
	free(meta->windows);
	*meta = (struct profile_meta){ 0 };
}
