// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of the save file, tools/blki/{save,save_read}.c.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/blki/save.h"

/* One document with everything that a document may have. */
static void fill(struct save *save)
{
	const struct save_ref part = { .partuuid = "1234-01", .name = "sda1", .sectors = 4096 };
	const struct save_ref alias = { .by_id = "ata-x", .name = "sdb", .alias = true };
	struct save_item *item;
	struct save_line *line;
	struct save_dm *dm;

	memset(save, 0, sizeof(*save));
	dm = save_add_dm(save);
	strcpy(dm->name, "noexcl");
	assert_int_equal(save_add_ref(dm, &part), 0);
	assert_int_equal(save_add_ref(dm, &alias), 1);
	line = save_add_line(dm, "@0 0");
	line->length_sectors = 4096;
	strcpy(line->target, "blki-linear");
	item = save_add_item(save);
	item->kind = BLKI_KIND_FILTER;
	item->hook = BLKI_HOOK_FAST;
	item->altitude = 7;
	strcpy(item->filter, "null");
	item->origin = part;
	item = save_add_item(save);
	item->kind = BLKI_KIND_REMAP;
	item->hook = BLKI_HOOK_LIST;
	item->class_nr = BLKI_CLASS_STATEFUL;
	item->flags = BLKI_ATTACH_LARGER;
	item->origin = part;
	strcpy(item->acceptor.dm, "noexcl");
	item = save_add_item(save);
	item->kind = BLKI_KIND_NATIVE;
	item->hook = BLKI_HOOK_LIST;
	item->offset_sectors = 2048;
	item->origin = part;
	item->acceptor = alias;
}

static void what_is_written_is_read(void **state)
{
	struct json_object *root, *again;
	struct save save, read;
	const char *text;

	(void)state;
	fill(&save);
	root = save_json(&save);
	text = json_object_to_json_string(root);
	assert_int_equal(save_parse(text, strlen(text), &read), 0);
	assert_int_equal(read.nr_dms, 1);
	assert_int_equal(read.nr_items, 3);
	assert_string_equal(read.dms[0].lines[0].params, "@0 0");
	assert_int_equal(read.dms[0].nr_refs, 2);
	assert_true(read.dms[0].refs[1].alias);
	assert_int_equal(read.items[0].altitude, 7);
	assert_int_equal(read.items[0].hook, BLKI_HOOK_FAST);
	assert_int_equal(read.items[1].flags, BLKI_ATTACH_LARGER);
	assert_int_equal(read.items[1].class_nr, BLKI_CLASS_STATEFUL);
	assert_int_equal(read.items[2].kind, BLKI_KIND_NATIVE);
	assert_int_equal(read.items[2].offset_sectors, 2048);
	assert_int_equal(read.items[2].origin.sectors, 4096);
	again = save_json(&read);
	assert_string_equal(json_object_to_json_string(again), text);
	json_object_put(again);
	json_object_put(root);
	save_free(&read);
	save_free(&save);
}

static void nothing_attached_is_a_document(void **state)
{
	static const char text[] = "{\"schema\":\"blki-save/1\",\"device_mapper\":[],"
				   "\"interposers\":[]}\n";
	struct save save;

	(void)state;
	assert_int_equal(save_parse(text, strlen(text), &save), 0);
	assert_int_equal(save.nr_items, 0);
	save_free(&save);
}

static void expect_refused(const char *text, const char *words)
{
	struct save save;

	if (save_parse(text, strlen(text), &save) != -EINVAL)
		fail_msg("taken for a save file: %s", text);
	if (!strstr(save.error, words))
		fail_msg("\"%s\" lacks \"%s\"", save.error, words);
	save_free(&save);
}

#define DOCUMENT(dms, items) \
	"{\"schema\":\"blki-save/1\",\"device_mapper\":[" dms "],\"interposers\":[" items "]}"
#define REF	"{\"name\":\"sda1\"}"
#define FILTER	"\"kind\":\"filter\",\"filter\":\"null\",\"origin\":" REF
#define TABLE	"\"table\":[{\"length\":8,\"target\":\"linear\",\"params\":\"@0 0\"}]"

static void no_document_is_refused(void **state)
{
	(void)state;
	expect_refused("", "no JSON document");
	expect_refused("{", "no JSON document");
	expect_refused("hello", "no JSON document");
	expect_refused("[[[[[[[[[[[[1]]]]]]]]]]]]", "no JSON document");
	expect_refused("{} {}", "no JSON document");
	expect_refused("{}", "schema blki-save/1");
	expect_refused("[]", "schema blki-save/1");
	expect_refused("{\"schema\":\"blki-save/2\"}", "schema blki-save/1");
	expect_refused("{\"schema\":\"blki-save/1\"}", "no list \"device_mapper\"");
	expect_refused("{\"schema\":\"blki-save/1\",\"more\":1}", "\"more\" is not known");
}

static void wrong_items_are_refused_with_their_place(void **state)
{
	(void)state;
	expect_refused(DOCUMENT("", "1"), "interposers 1: it is no object");
	expect_refused(DOCUMENT("", "{" FILTER "},{}"), "interposers 2: its kind is neither");
	expect_refused(DOCUMENT("", "{\"kind\":\"filter\",\"origin\":" REF "}"), "no filter");
	expect_refused(DOCUMENT("", "{\"kind\":\"filter\",\"filter\":\"n\"}"), "no origin");
	expect_refused(DOCUMENT("", "{\"kind\":\"remap\",\"origin\":" REF "}"), "no acceptor");
	expect_refused(DOCUMENT("", "{" FILTER ",\"hook\":\"x\"}"), "hook is not known");
	expect_refused(DOCUMENT("", "{" FILTER ",\"hook\":1}"), "\"hook\" is no text");
	expect_refused(DOCUMENT("", "{" FILTER ",\"altitude\":-1}"), "no number from 0");
	expect_refused(DOCUMENT("", "{" FILTER ",\"altitude\":4294967296}"), "no number from 0");
	expect_refused(DOCUMENT("", "{" FILTER ",\"altitude\":1.5}"), "no number from 0");
	expect_refused(DOCUMENT("", "{" FILTER ",\"flags\":[\"x\"]}"), "flags is not known");
	expect_refused(DOCUMENT("", "{" FILTER ",\"flags\":1}"), "\"flags\" is no list");
	expect_refused(DOCUMENT("", "{" FILTER ",\"colour\":1}"), "\"colour\" is not known");
	expect_refused(DOCUMENT("", "{\"kind\":\"remap\",\"origin\":" REF ",\"acceptor\":" REF
				    ",\"class\":\"x\"}"), "class is not known");
}

static void wrong_devices_are_refused(void **state)
{
	(void)state;
	expect_refused(DOCUMENT("", "{\"kind\":\"filter\",\"filter\":\"n\",\"origin\":{}}"),
		       "has no name");
	expect_refused(DOCUMENT("", "{\"kind\":\"filter\",\"filter\":\"n\",\"origin\":"
				    "{\"by_id\":\"../../x\"}}"), "is a path");
	expect_refused(DOCUMENT("", "{\"kind\":\"filter\",\"filter\":\"n\",\"origin\":"
				    "{\"name\":\"a\\u0000b\"}}"), "bytes that no name has");
	expect_refused(DOCUMENT("", "{\"kind\":\"filter\",\"filter\":"
				    "\"01234567890123456789012345678901\",\"origin\":" REF "}"),
		       "31 are the most");
}

static void wrong_tables_are_refused(void **state)
{
	(void)state;
	expect_refused(DOCUMENT("{}", ""), "no list \"table\"");
	expect_refused(DOCUMENT("{\"name\":\"a\"," TABLE "}", ""), "no list \"devices\"");
	expect_refused(DOCUMENT("{" TABLE ",\"devices\":[]}", ""), "it has no name");
	expect_refused(DOCUMENT("{\"name\":\"a/b\"," TABLE ",\"devices\":[]}", ""), "no name");
	expect_refused(DOCUMENT("{\"name\":\"a\",\"table\":[],\"devices\":[]}", ""), "is empty");
	expect_refused(DOCUMENT("{\"name\":\"a\",\"table\":[{\"params\":\"x\\ny\"}],"
				"\"devices\":[]}", ""), "has no arguments");
	expect_refused(DOCUMENT("{\"name\":\"a\",\"table\":[{\"params\":\"\",\"length\":0}],"
				"\"devices\":[]}", ""), "no length");
}

static void names_for_people(void **state)
{
	struct save_ref ref = { .partuuid = "12-01", .dm = "d", .by_id = "i", .name = "sda1" };
	char text[64];

	(void)state;
	save_ref_text(&ref, text, sizeof(text));
	assert_string_equal(text, "PARTUUID=12-01");
	ref.partuuid[0] = '\0';
	ref.alias = true;
	save_ref_text(&ref, text, sizeof(text));
	assert_string_equal(text, "the alias of d");
	ref.dm[0] = ref.by_id[0] = '\0';
	save_ref_text(&ref, text, sizeof(text));
	assert_string_equal(text, "the alias of sda1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(nothing_attached_is_a_document),
		cmocka_unit_test(no_document_is_refused),
		cmocka_unit_test(wrong_items_are_refused_with_their_place),
		cmocka_unit_test(wrong_devices_are_refused),
		cmocka_unit_test(wrong_tables_are_refused),
		cmocka_unit_test(names_for_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
