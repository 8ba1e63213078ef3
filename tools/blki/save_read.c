// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads a save file.
 *
 * the file -> [this] -> cmd_restore.c. Strict: what is not known, of another type, too long or
 * missing is refused with its place, because a file that is half understood would attach
 * something else than was saved.
 */
#include "tools/blki/save.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tools/blki/options.h"
#include "tools/blki/status.h"

/* Nesting of our own documents is 5. */
#define DEPTH_MAX	8

/* Where the reader is, for the reason of a refusal. */
struct place {
	struct save *save;
	const char *list;
	size_t index;
};

static int refuse(const struct place *p, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static int refuse(const struct place *p, const char *fmt, ...)
{
	char why[128];
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	snprintf(p->save->error, sizeof(p->save->error),
		 "%s %zu: %s; write the file again with blki save", p->list, p->index + 1, why);
	return -EINVAL;
}

/* A string member, "" when it is not there. */
static int read_text(const struct place *p, struct json_object *o, const char *key, char *text,
		     size_t text_bytes)
{
	struct json_object *value;
	size_t nr;

	text[0] = '\0';
	if (!json_object_object_get_ex(o, key, &value))
		return 0;
	if (!json_object_is_type(value, json_type_string))
		return refuse(p, "\"%s\" is no text", key);
	nr = (size_t)json_object_get_string_len(value);
	if (nr >= text_bytes)
		return refuse(p, "\"%s\" has %zu bytes, %zu are the most", key, nr, text_bytes - 1);
	memcpy(text, json_object_get_string(value), nr);
	text[nr] = '\0';
	if (strlen(text) != nr || strpbrk(text, "\n\r"))
		return refuse(p, "\"%s\" has bytes that no name has", key);
	return 0;
}

/* A whole number from 0 to @max, 0 when it is not there. */
static int read_number(const struct place *p, struct json_object *o, const char *key, uint64_t max,
		       uint64_t *number)
{
	struct json_object *value;

	*number = 0;
	if (!json_object_object_get_ex(o, key, &value))
		return 0;
	if (!json_object_is_type(value, json_type_int) || json_object_get_int64(value) < 0 ||
	    json_object_get_uint64(value) > max)
		return refuse(p, "\"%s\" is no number from 0 to %llu", key,
			      (unsigned long long)max);
	*number = json_object_get_uint64(value);
	return 0;
}

static int known_keys(const struct place *p, struct json_object *o, const char *const keys[])
{
	json_object_object_foreach(o, key, value) {
		size_t i = 0;

		(void)value;
		while (keys[i] && strcmp(keys[i], key))
			i++;
		if (!keys[i])
			return refuse(p, "\"%.40s\" is not known", key);
	}
	return 0;
}

static bool is_file_name(const char *name)
{
	return !strchr(name, '/') && strcmp(name, ".") && strcmp(name, "..");
}

static int read_ref(const struct place *p, struct json_object *o, struct save_ref *ref)
{
	static const char *const keys[] = { "partuuid", "dm",	"by_id", "name",
					   "sectors",  "alias", NULL };
	struct json_object *alias;
	int ret;

	if (!json_object_is_type(o, json_type_object))
		return refuse(p, "a device is no object");
	ret = known_keys(p, o, keys)							?:
		      read_text(p, o, "partuuid", ref->partuuid, sizeof(ref->partuuid)) ?:
		      read_text(p, o, "dm", ref->dm, sizeof(ref->dm))			?:
		      read_text(p, o, "by_id", ref->by_id, sizeof(ref->by_id))		?:
		      read_text(p, o, "name", ref->name, sizeof(ref->name))		?:
		      read_number(p, o, "sectors", INT64_MAX, &ref->sectors);
	if (ret)
		return ret;
	if (json_object_object_get_ex(o, "alias", &alias)) {
		if (!json_object_is_type(alias, json_type_boolean))
			return refuse(p, "\"alias\" is neither true nor false");
		ref->alias = json_object_get_boolean(alias);
	}
	if (!ref->partuuid[0] && !ref->dm[0] && !ref->by_id[0] && !ref->name[0])
		return refuse(p, "a device has no name");
	if (!is_file_name(ref->by_id) || !is_file_name(ref->partuuid))
		return refuse(p, "a device's name is a path");
	return 0;
}

/* An array member that must be there. */
static int read_array(const struct place *p, struct json_object *o, const char *key,
		      struct json_object **array)
{
	if (!json_object_object_get_ex(o, key, array) ||
	    !json_object_is_type(*array, json_type_array))
		return refuse(p, "there is no list \"%s\"", key);
	return 0;
}

static int read_line(const struct place *p, struct json_object *o, struct save_dm *dm)
{
	static const char *const keys[] = { "start", "length", "target", "params", NULL };
	struct json_object *params;
	struct save_line *line;
	int ret;

	if (!json_object_is_type(o, json_type_object) ||
	    !json_object_object_get_ex(o, "params", &params) ||
	    !json_object_is_type(params, json_type_string) ||
	    strpbrk(json_object_get_string(params), "\n\r#"))
		return refuse(p, "a line of its table has no arguments");
	line = save_add_line(dm, json_object_get_string(params));
	if (!line)
		return refuse(p, "its table has too many lines");
	ret = known_keys(p, o, keys)						    ?:
		      read_number(p, o, "start", INT64_MAX, &line->start_sectors)   ?:
		      read_number(p, o, "length", INT64_MAX, &line->length_sectors) ?:
		      read_text(p, o, "target", line->target, sizeof(line->target));
	if (!ret && (!line->length_sectors || !line->target[0] || strpbrk(line->target, " \t#")))
		return refuse(p, "a line of its table has no length or no target");
	return ret;
}

static int read_dm(const struct place *p, struct json_object *o)
{
	static const char *const keys[] = { "name", "table", "devices", NULL };
	struct save_dm *dm = save_add_dm(p->save);
	struct json_object *lines, *refs;
	int ret;

	if (!dm || !json_object_is_type(o, json_type_object))
		return refuse(p, "it is no object, or there are too many");
	ret = known_keys(p, o, keys)					  ?:
		      read_text(p, o, "name", dm->name, sizeof(dm->name)) ?:
		      read_array(p, o, "table", &lines)			  ?:
		      read_array(p, o, "devices", &refs);
	if (ret)
		return ret;
	if (!dm->name[0] || !is_file_name(dm->name))
		return refuse(p, "it has no name");
	for (size_t i = 0; i < json_object_array_length(lines) && !ret; i++)
		ret = read_line(p, json_object_array_get_idx(lines, i), dm);
	for (size_t i = 0; i < json_object_array_length(refs) && !ret; i++) {
		struct save_ref ref = { .sectors = 0 };

		ret = read_ref(p, json_object_array_get_idx(refs, i), &ref);
		if (!ret && save_add_ref(dm, &ref) < 0)
			ret = refuse(p, "it has too many devices");
	}
	if (!ret && !dm->nr_lines)
		return refuse(p, "its table is empty");
	return ret;
}

static int read_kind(const struct place *p, struct json_object *o, unsigned int *kind)
{
	char text[16];
	int ret = read_text(p, o, "kind", text, sizeof(text));

	for (*kind = BLKI_KIND_FILTER; !ret && *kind <= BLKI_KIND_NATIVE; (*kind)++)
		if (!strcmp(text, status_kind_name(*kind)))
			return 0;
	return ret ?: refuse(p, "its kind is neither filter, remap nor native");
}

static int read_flags(const struct place *p, struct json_object *o, uint32_t *flags)
{
	struct json_object *list;

	if (!json_object_object_get_ex(o, "flags", &list))
		return 0;
	if (!json_object_is_type(list, json_type_array))
		return refuse(p, "\"flags\" is no list");
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *name = json_object_array_get_idx(list, i);
		uint32_t flag = json_object_is_type(name, json_type_string) ?
					status_flag(json_object_get_string(name)) :
					0;

		if (!flag)
			return refuse(p, "one of its flags is not known");
		*flags |= flag;
	}
	return 0;
}

/* What a filter and a remap have each. */
static int read_rest(const struct place *p, struct json_object *o, struct save_item *item)
{
	char class_name[16];
	struct json_object *acceptor;
	int ret = read_text(p, o, "filter", item->filter, sizeof(item->filter)) ?:
			  read_text(p, o, "class", class_name, sizeof(class_name));

	if (ret)
		return ret;
	if (item->kind == BLKI_KIND_FILTER)
		return item->filter[0] ? 0 : refuse(p, "it names no filter");
	if (options_class(class_name[0] ? class_name : "identity", &item->class_nr))
		return refuse(p, "its class is not known");
	if (!json_object_object_get_ex(o, "acceptor", &acceptor))
		return refuse(p, "it has no acceptor");
	return read_ref(p, acceptor, &item->acceptor);
}

static int read_item(const struct place *p, struct json_object *o)
{
	static const char *const keys[] = { "kind",  "origin", "filter",	  "acceptor",
					   "class", "hook",   "altitude", "offset_sectors",
					   "flags", NULL };
	struct save_item *item = save_add_item(p->save);
	struct json_object *origin;
	char hook[16];
	uint64_t altitude;
	int ret;

	if (!item || !json_object_is_type(o, json_type_object))
		return refuse(p, "it is no object, or there are too many");
	ret = known_keys(p, o, keys)							    ?:
		      read_kind(p, o, &item->kind)					    ?:
		      read_text(p, o, "hook", hook, sizeof(hook))			    ?:
		      read_number(p, o, "altitude", UINT32_MAX, &altitude)		    ?:
		      read_number(p, o, "offset_sectors", INT64_MAX, &item->offset_sectors) ?:
		      read_flags(p, o, &item->flags);
	if (ret)
		return ret;
	item->altitude = (unsigned int)altitude;
	if (options_hook(hook[0] ? hook : "default", &item->hook))
		return refuse(p, "its hook is not known");
	if (!json_object_object_get_ex(o, "origin", &origin))
		return refuse(p, "it has no origin");
	return read_ref(p, origin, &item->origin) ?: read_rest(p, o, item);
}

/* Every element of a list. */
static int read_list(struct save *save, struct json_object *root, const char *key,
		     int (*read_one)(const struct place *p, struct json_object *o))
{
	struct place p = { save, key, 0 };
	struct json_object *list;
	int ret = read_array(&p, root, key, &list);

	for (; !ret && p.index < json_object_array_length(list); p.index++)
		ret = read_one(&p, json_object_array_get_idx(list, p.index));
	return ret;
}

static int read_root(struct save *save, struct json_object *root)
{
	static const char *const keys[] = { "schema", "device_mapper", "interposers", NULL };
	const struct place p = { save, "the document", 0 };
	struct json_object *schema;

	if (!json_object_is_type(root, json_type_object) ||
	    !json_object_object_get_ex(root, "schema", &schema) ||
	    !json_object_is_type(schema, json_type_string) ||
	    strcmp(json_object_get_string(schema), SAVE_SCHEMA)) {
		snprintf(save->error, sizeof(save->error),
			 "the document is not of schema " SAVE_SCHEMA
			 "; give a file that blki save wrote");
		return -EINVAL;
	}
	return known_keys(&p, root, keys)			       ?:
		       read_list(save, root, "device_mapper", read_dm) ?:
		       read_list(save, root, "interposers", read_item);
}

static int refuse_text(struct json_tokener *tokener, size_t nr_bytes, struct save *save)
{
	enum json_tokener_error error = json_tokener_get_error(tokener);

	if (nr_bytes > SAVE_BYTES_MAX)
		snprintf(save->error, sizeof(save->error),
			 "it has %zu bytes, %lu are the most; give a file that blki save wrote",
			 nr_bytes, SAVE_BYTES_MAX);
	else
		snprintf(save->error, sizeof(save->error),
			 "it is no JSON document (byte %zu: %s); give a file that blki save wrote",
			 json_tokener_get_parse_end(tokener),
			 error == json_tokener_continue ? "it ends too early" :
							  json_tokener_error_desc(error));
	return -EINVAL;
}

int save_parse(const char *text, size_t nr_bytes, struct save *save)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
	struct json_object *root;
	int ret;

	memset(save, 0, sizeof(*save));
	snprintf(save->error, sizeof(save->error), "out of memory; try again");
	if (!tokener)
		return -ENOMEM;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	root = nr_bytes <= SAVE_BYTES_MAX ? json_tokener_parse_ex(tokener, text, (int)nr_bytes) :
					    NULL;
	ret = root ? read_root(save, root) : refuse_text(tokener, nr_bytes, save);
	json_object_put(root);
	json_tokener_free(tokener);
	return ret;
}
