// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Builds the contents of a save file and writes them as JSON.
 *
 * cmd_save.c -> [this] -> the file -> save_read.c -> cmd_restore.c. What is not set is not written.
 */
#include "tools/blki/save.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/blki/options.h"
#include "tools/blki/status.h"

/* Makes room for one more at the end of an array. Return: the zeroed element, or NULL. */
static void *grow(void **array, size_t *nr, size_t nr_max, size_t bytes)
{
	char *larger = *nr < nr_max ? reallocarray(*array, *nr + 1, bytes) : NULL;

	if (!larger)
		return NULL;
	*array = larger;
	larger += bytes * (*nr)++;
	return memset(larger, 0, bytes);
}

struct save_item *save_add_item(struct save *save)
{
	return grow((void **)&save->items, &save->nr_items, SAVE_ITEMS_MAX, sizeof(*save->items));
}

struct save_dm *save_add_dm(struct save *save)
{
	return grow((void **)&save->dms, &save->nr_dms, SAVE_DMS_MAX, sizeof(*save->dms));
}

struct save_line *save_add_line(struct save_dm *dm, const char *params)
{
	struct save_line *line =
		grow((void **)&dm->lines, &dm->nr_lines, SAVE_LINES_MAX, sizeof(*dm->lines));

	if (!line)
		return NULL;
	line->params = strdup(params);
	return line->params ? line : NULL;
}

int save_add_ref(struct save_dm *dm, const struct save_ref *ref)
{
	struct save_ref *to =
		grow((void **)&dm->refs, &dm->nr_refs, SAVE_LINES_MAX, sizeof(*dm->refs));

	if (!to)
		return -ENOMEM;
	*to = *ref;
	return (int)dm->nr_refs - 1;
}

void save_free(struct save *save)
{
	for (size_t i = 0; i < save->nr_dms; i++) {
		for (size_t j = 0; j < save->dms[i].nr_lines; j++)
			free(save->dms[i].lines[j].params);
		free(save->dms[i].lines);
		free(save->dms[i].refs);
	}
	free(save->dms);
	free(save->items);
	save->dms = NULL;
	save->items = NULL;
	save->nr_dms = save->nr_items = 0;
}

void save_ref_text(const struct save_ref *ref, char *text, size_t text_bytes)
{
	const char *alias = ref->alias ? "the alias of " : "";

	if (ref->partuuid[0])
		snprintf(text, text_bytes, "%sPARTUUID=%s", alias, ref->partuuid);
	else
		snprintf(text, text_bytes, "%s%s", alias,
			 ref->dm[0]    ? ref->dm :
			 ref->by_id[0] ? ref->by_id :
					 ref->name);
}

static void add_text(struct json_object *o, const char *key, const char *text)
{
	if (text[0])
		json_object_object_add(o, key, json_object_new_string(text));
}

static void add_number(struct json_object *o, const char *key, uint64_t number)
{
	if (number)
		json_object_object_add(o, key, json_object_new_uint64(number));
}

static struct json_object *ref_json(const struct save_ref *ref)
{
	struct json_object *o = json_object_new_object();

	add_text(o, "partuuid", ref->partuuid);
	add_text(o, "dm", ref->dm);
	add_text(o, "by_id", ref->by_id);
	add_text(o, "name", ref->name);
	add_number(o, "sectors", ref->sectors);
	if (ref->alias)
		json_object_object_add(o, "alias", json_object_new_boolean(true));
	return o;
}

static struct json_object *dm_json(const struct save_dm *dm)
{
	struct json_object *o = json_object_new_object();
	struct json_object *lines = json_object_new_array(), *refs = json_object_new_array();

	for (size_t i = 0; i < dm->nr_lines; i++) {
		struct json_object *line = json_object_new_object();

		json_object_object_add(line, "start",
				       json_object_new_uint64(dm->lines[i].start_sectors));
		add_number(line, "length", dm->lines[i].length_sectors);
		add_text(line, "target", dm->lines[i].target);
		json_object_object_add(line, "params", json_object_new_string(dm->lines[i].params));
		json_object_array_add(lines, line);
	}
	for (size_t i = 0; i < dm->nr_refs; i++)
		json_object_array_add(refs, ref_json(&dm->refs[i]));
	add_text(o, "name", dm->name);
	json_object_object_add(o, "table", lines);
	json_object_object_add(o, "devices", refs);
	return o;
}

static struct json_object *item_json(const struct save_item *item)
{
	struct json_object *o = json_object_new_object();

	add_text(o, "kind", status_kind_name(item->kind));
	json_object_object_add(o, "origin", ref_json(&item->origin));
	add_text(o, "filter", item->filter);
	if (item->kind != BLKI_KIND_FILTER) {
		json_object_object_add(o, "acceptor", ref_json(&item->acceptor));
		add_text(o, "class", options_class_name(item->class_nr));
	}
	add_text(o, "hook", options_hook_name(item->hook));
	add_number(o, "altitude", item->altitude);
	add_number(o, "offset_sectors", item->offset_sectors);
	json_object_object_add(o, "flags", status_flags_json(item->flags));
	return o;
}

struct json_object *save_json(const struct save *save)
{
	struct json_object *root = json_object_new_object();
	struct json_object *dms = json_object_new_array(), *items = json_object_new_array();

	if (!root || !dms || !items) {
		json_object_put(root);
		json_object_put(dms);
		json_object_put(items);
		return NULL;
	}
	for (size_t i = 0; i < save->nr_dms; i++)
		json_object_array_add(dms, dm_json(&save->dms[i]));
	for (size_t i = 0; i < save->nr_items; i++)
		json_object_array_add(items, item_json(&save->items[i]));
	json_object_object_add(root, "schema", json_object_new_string(SAVE_SCHEMA));
	json_object_object_add(root, "device_mapper", dms);
	json_object_object_add(root, "interposers", items);
	return root;
}
