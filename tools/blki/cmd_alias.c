// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The commands that make, remove and list aliases.
 *
 * cli.c -> [this] -> change.c, session.c, libblki.
 */
#include "tools/blki/cmd_alias.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <json-c/json.h>

#include "blki.h"
#include "tools/blki/change.h"
#include "tools/blki/session.h"

#define ALIAS_SCHEMA	"blki-alias/1"

/* The path alone, for $(blki alias add ...), unless it is a dry run or JSON. */
int command_alias_add(const struct cli_args *args)
{
	const struct blki_alias_opts opts = { .dry_run = args->dry_run };
	char node[PATH_MAX];
	const struct change c = { "alias add", args->words[0], node, 0, 0 };
	struct blki *h;
	int ret = session_begin(args, &h);

	if (ret)
		return ret;
	ret = blki_alias_add(h, c.origin, &opts, node, sizeof(node));
	if (args->dry_run)
		return change_done(args, h, ret, &c, "%s: alias %s %s", c.origin, node,
				   ret || access(node, F_OK) ? "would be made" : "is there");
	return change_done(args, h, ret, &c, "%s", node);
}

int command_alias_del(const struct cli_args *args)
{
	const struct blki_alias_opts opts = { .dry_run = args->dry_run };
	const struct change c = { "alias del", args->words[0], NULL, 0, 0 };
	struct blki *h;
	int ret = session_begin(args, &h);

	if (ret)
		return ret;
	ret = blki_alias_del(h, c.origin, &opts);
	return change_done(args, h, ret, &c, "%s: alias %sremoved", c.origin,
			   args->dry_run ? "would be " : "");
}

/* "blki/sda2" of "blki!sda2", as everything outside of sysfs spells it */
static void spell(char *name, size_t name_bytes, const char from[BLKI_NAME_MAX])
{
	snprintf(name, name_bytes, "%.*s", BLKI_NAME_MAX, from);
	for (; *name; name++)
		if (*name == '!')
			*name = '/';
}

static struct json_object *entry_json(const struct blki_alias_entry *e)
{
	struct json_object *o = json_object_new_object();
	char text[BLKI_NAME_MAX + 8];

	if (!o)
		return NULL;
	spell(text, sizeof(text), e->origin);
	json_object_object_add(o, "origin", json_object_new_string(text));
	json_object_object_add(o, "origin_major", json_object_new_int64(e->origin_major));
	json_object_object_add(o, "origin_minor", json_object_new_int64(e->origin_minor));
	spell(text, sizeof(text), e->name);
	json_object_object_add(o, "name", json_object_new_string(text));
	json_object_object_add(o, "major", json_object_new_int64(e->major));
	json_object_object_add(o, "minor", json_object_new_int64(e->minor));
	json_object_object_add(o, "nr_openers", json_object_new_int64(e->nr_openers));
	json_object_object_add(o, "nr_bios", json_object_new_uint64(e->nr_bios));
	return o;
}

static int print_json(const struct cli_args *args, const struct blki_alias_entry *entries,
		      size_t nr)
{
	struct json_object *root = json_object_new_object();
	struct json_object *aliases = json_object_new_array();

	json_object_object_add(root, "schema", json_object_new_string(ALIAS_SCHEMA));
	for (size_t i = 0; i < nr; i++)
		json_object_array_add(aliases, entry_json(&entries[i]));
	json_object_object_add(root, "aliases", aliases);
	puts(session_json(root) ?: "");
	json_object_put(root);
	return session_flush(args, "alias");
}

static int print_lines(const struct cli_args *args, const struct blki_alias_entry *entries,
		       size_t nr)
{
	char origin[BLKI_NAME_MAX + 1], name[BLKI_NAME_MAX + 1];

	for (size_t i = 0; i < nr; i++) {
		const struct blki_alias_entry *e = &entries[i];

		spell(origin, sizeof(origin), e->origin);
		spell(name, sizeof(name), e->name);
		printf("/dev/%s (%u:%u) reaches %s (%u:%u) below the hook; open %u times, %llu bios\n",
		       name, e->major, e->minor, origin, e->origin_major, e->origin_minor,
		       e->nr_openers, (unsigned long long)e->nr_bios);
	}
	if (!nr)
		printf("there is no alias\n");
	return session_flush(args, "alias");
}

int command_alias_list(const struct cli_args *args)
{
	struct blki_alias_entry *entries;
	struct blki *h;
	size_t nr;
	int ret = session_begin(args, &h);

	if (ret)
		return ret;
	ret = blki_alias_list(h, &entries, &nr);
	if (ret)
		return session_end(args, h, ret);
	ret = args->json ? print_json(args, entries, nr) : print_lines(args, entries, nr);
	free(entries);
	blki_close(h);
	return ret;
}
