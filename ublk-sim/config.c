// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Options in a JSON file; see config.h. File → here → options.c, which judges each value as if it
 * had been typed.
 */
#include "config.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* No device needs more to be described; a larger file is a mistake. */
#define CONFIG_BYTES_MAX	(1u << 20)
/* Objects in objects: an option has at most an array. */
#define CONFIG_DEPTH		3

/* A value as it would be typed; NULL for what no option is. */
static const char *value_text(struct json_object *value, enum sim_option option)
{
	switch (json_object_get_type(value)) {
	case json_type_boolean:
		if (!sim_option_is_switch(option))
			return NULL;
		return json_object_get_boolean(value) ? "true" : "false";
	case json_type_int:
	case json_type_string:
		return sim_option_is_switch(option) ? NULL : json_object_get_string(value);
	default:
		return NULL;
	}
}

static int value_set(const char *key, enum sim_option option, struct json_object *value,
		     struct sim_options *opts, struct sim_error *err)
{
	const char *text = value_text(value, option);
	struct sim_error why;
	int ret;

	if (!text)
		return sim_error_set(err, -EINVAL, "configuration key '%s' has no usable value; give %s",
				     key,
				     sim_option_is_switch(option) ? "true or false" :
								    "a string or a whole number");
	ret = sim_options_set(opts, option, text, &why);
	if (ret)
		sim_error_set(err, ret, "configuration key '%s': %s", key, why.text);
	return ret;
}

static int member_set(const char *key, struct json_object *value, struct sim_options *opts,
		      struct sim_error *err)
{
	const int option = sim_option_find(key);
	size_t i;
	int ret;

	if (option < 0)
		return sim_error_set(err, -EINVAL,
				     "configuration key '%s' does not exist; give long options of 'ublk-sim add' (--help lists them)",
				     key);
	if (option != SIM_OPTION_FAULT || !json_object_is_type(value, json_type_array))
		return value_set(key, (enum sim_option)option, value, opts, err);
	for (i = 0; i < json_object_array_length(value); i++) {
		ret = value_set(key, SIM_OPTION_FAULT, json_object_array_get_idx(value, i), opts,
				err);
		if (ret)
			return ret;
	}
	return 0;
}

int sim_config_parse(const char *text, size_t length_bytes, struct sim_options *opts,
		     struct sim_error *err)
{
	struct json_tokener *tokener = json_tokener_new_ex(CONFIG_DEPTH);
	struct json_object *root;
	int ret = 0;

	if (!tokener || length_bytes > CONFIG_BYTES_MAX) {
		if (tokener)
			json_tokener_free(tokener);
		return sim_error_set(err, tokener ? -EFBIG : -ENOMEM,
				     "the configuration is larger than %u bytes or there is no memory; make it smaller",
				     CONFIG_BYTES_MAX);
	}
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	root = json_tokener_parse_ex(tokener, text, (int)length_bytes);
	if (!json_object_is_type(root, json_type_object)) {
		ret = sim_error_set(err, -EINVAL,
				    "the configuration is no JSON object (%s at byte %zu); write for example {\"target\":\"ram\",\"size\":\"1G\"}",
				    json_tokener_error_desc(json_tokener_get_error(tokener)),
				    json_tokener_get_parse_end(tokener));
	} else {
		json_object_object_foreach(root, key, value) {
			ret = member_set(key, value, opts, err);
			if (ret)
				break;
		}
	}
	json_object_put(root);
	json_tokener_free(tokener);
	return ret;
}

int sim_config_load(const char *path, struct sim_options *opts, struct sim_error *err)
{
	struct sim_error why;
	char *text = NULL;
	size_t length;
	FILE *file;
	int ret;

	file = fopen(path, "re");
	if (!file)
		return sim_error_set(err, -errno,
				     "configuration %s cannot be opened: %s; give a readable file",
				     path, strerror(errno));
	text = malloc(CONFIG_BYTES_MAX + 1);
	if (!text) {
		fclose(file);
		return sim_error_set(err, -ENOMEM,
				     "there is no memory to read configuration %s; free some", path);
	}
	length = fread(text, 1, CONFIG_BYTES_MAX + 1, file);
	ret = ferror(file) ? -EIO : 0;
	fclose(file);
	if (ret)
		sim_error_set(err, ret, "configuration %s cannot be read; give a readable file",
			      path);
	else
		ret = sim_config_parse(text, length, opts, &why);
	if (ret && ret != -EIO)
		sim_error_set(err, ret, "%s: %s", path, why.text);
	free(text);
	return ret;
}

static struct json_object *config_json(const struct sim_options *opts)
{
	struct json_object *root = json_object_new_object();
	struct json_object *faults;
	char text[SIM_PATH_CHARS];
	uint32_t i;
	int option;

	for (option = 0; option < SIM_NR_OPTIONS; option++) {
		if (option == SIM_OPTION_FAULT || !sim_option_get(opts, option, text, sizeof(text)))
			continue;
		json_object_object_add(root, sim_option_name(option),
				       sim_option_is_switch(option) ?
					       json_object_new_boolean(1) :
					       json_object_new_string(text));
	}
	if (!opts->nr_faults)
		return root;
	faults = json_object_new_array();
	for (i = 0; i < opts->nr_faults; i++)
		json_object_array_add(faults, json_object_new_string(opts->faults[i]));
	json_object_object_add(root, sim_option_name(SIM_OPTION_FAULT), faults);
	return root;
}

int sim_config_save(const char *path, const struct sim_options *opts, struct sim_error *err)
{
	struct json_object *root = config_json(opts);
	int ret = 0;

	if (json_object_to_file_ext(path, root, JSON_C_TO_STRING_PRETTY |
						       JSON_C_TO_STRING_NOSLASHESCAPE))
		ret = sim_error_set(err, errno ? -errno : -EIO,
				    "configuration %s cannot be written: %s; make its folder writable",
				    path, json_util_get_last_err());
	json_object_put(root);
	return ret;
}
