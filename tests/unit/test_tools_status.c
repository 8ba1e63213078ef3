// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of the status document and its numbers, tools/blki/status.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/blki/status.h"

#define NS_PER_S	UINT64_C(1000000000)
#define SINCE_S		UINT64_C(1767225600) /* 2026-01-01T00:00:00Z */

static const struct status_row filter_row = {
	.entry = {
		.id = 3, .origin_major = 259, .origin_minor = 1, .kind = BLKI_KIND_FILTER,
		.hook = BLKI_HOOK_LIST, .altitude = 1000, .state = BLKI_STATE_LIVE,
		.since_ns = SINCE_S * NS_PER_S + 5, .nr_seen = 7, .nr_completed = 2,
		.nr_bytes = 28672,
		.name = "null", .origin = "nullb0p1",
	},
};

static const struct status_row remap_row = {
	.entry = {
		.id = 4, .origin_major = 259, .origin_minor = 1, .acceptor_major = 253,
		.acceptor_minor = 3, .kind = BLKI_KIND_REMAP, .hook = BLKI_HOOK_LIST,
		.state = BLKI_STATE_HOLDING, .since_ns = SINCE_S * NS_PER_S,
		.nr_seen = UINT64_MAX, .nr_done = 11, .nr_in_flight = 5, .nr_held = 6,
		.nr_punted = 1, .nr_loops = 8, .nr_whole_disk = STATUS_UNKNOWN, .pause_ns = 1300000,
		.class = BLKI_CLASS_STATEFUL, .flags = BLKI_ATTACH_LARGER | BLKI_ATTACH_FREEZE_FS,
		.name = "remap", .origin = "nullb0p1", .acceptor = "dm-3",
	},
	.acceptor_dm = "dm-noexcl",
	.usage = { .items = { { "mount", "ext4", "/mnt" }, { "swap", "", "" } }, .nr = 2 },
	.stack = {
		.nodes = {
			{ STACK_DM, 0, 0, "dm-3", "dm-noexcl", "linear" },
			{ STACK_ALIAS, 1, 0, "blki/nullb0p1", "", "" },
			{ STACK_BELOW, 2, 0, "nullb0p1", "", "" },
			{ STACK_DEVICE, 1, 0, "sdb", "", "" },
		},
		.nr = 4,
	},
};

static struct json_object *get(struct json_object *o, const char *key)
{
	struct json_object *value = NULL;

	if (!json_object_object_get_ex(o, key, &value))
		fail_msg("no field %s", key);
	return value;
}

static const char *get_string(struct json_object *o, const char *key)
{
	return json_object_get_string(get(o, key));
}

static void json_empty_list_is_an_array(void **state)
{
	struct json_object *root = status_json(NULL, 0);

	(void)state;
	assert_string_equal(get_string(root, "schema"), "blki-status/1");
	assert_int_equal(json_object_array_length(get(root, "interposers")), 0);
	json_object_put(root);
}

static void json_has_every_field(void **state)
{
	const struct status_row rows[] = { filter_row, remap_row };
	struct json_object *root = status_json(rows, 2);
	struct json_object *f = json_object_array_get_idx(get(root, "interposers"), 0);
	struct json_object *r = json_object_array_get_idx(get(root, "interposers"), 1);

	(void)state;
	assert_int_equal(json_object_get_uint64(get(f, "id")), 3);
	assert_string_equal(get_string(f, "origin"), "nullb0p1");
	assert_string_equal(get_string(f, "origin_dev"), "259:1");
	assert_string_equal(get_string(f, "kind"), "filter");
	assert_string_equal(get_string(f, "name"), "null");
	assert_null(get(f, "acceptor"));
	assert_null(get(f, "acceptor_dev"));
	assert_null(get(f, "acceptor_name"));
	assert_int_equal(json_object_get_uint64(get(f, "altitude")), 1000);
	assert_string_equal(get_string(f, "state"), "live");
	assert_string_equal(status_state_name(BLKI_STATE_OFF), "off");
	assert_string_equal(get_string(f, "since"), "2026-01-01T00:00:00.000000005Z");
	assert_int_equal(json_object_get_uint64(get(f, "nr_completed")), 2);
	assert_int_equal(json_object_get_uint64(get(f, "nr_bytes")), 28672);

	assert_string_equal(get_string(r, "kind"), "remap");
	assert_string_equal(get_string(r, "acceptor"), "dm-3");
	assert_string_equal(get_string(r, "acceptor_dev"), "253:3");
	assert_string_equal(get_string(r, "acceptor_name"), "dm-noexcl");
	assert_string_equal(get_string(r, "hook"), "list");
	assert_string_equal(get_string(r, "state"), "holding");
	assert_true(json_object_get_uint64(get(r, "nr_seen")) == UINT64_MAX);
	assert_int_equal(json_object_get_uint64(get(r, "nr_done")), 11);
	assert_int_equal(json_object_get_uint64(get(r, "nr_in_flight")), 5);
	assert_int_equal(json_object_get_uint64(get(r, "nr_held")), 6);
	assert_int_equal(json_object_get_uint64(get(r, "nr_punted")), 1);
	json_object_put(root);
}

static void json_new_fields_of_both_kinds(void **state)
{
	struct status_row rows[] = { filter_row, remap_row };
	struct json_object *root, *f, *r;

	(void)state;
	rows[0].entry.nr_whole_disk = 9;
	root = status_json(rows, 2);
	f = json_object_array_get_idx(get(root, "interposers"), 0);
	r = json_object_array_get_idx(get(root, "interposers"), 1);
	assert_null(get(f, "class"));
	assert_int_equal(json_object_get_uint64(get(f, "nr_whole_disk")), 9);
	assert_int_equal(json_object_array_length(get(f, "flags")), 0);
	assert_int_equal(json_object_array_length(get(f, "stack")), 0);
	assert_string_equal(get_string(r, "class"), "stateful");
	assert_null(get(r, "nr_whole_disk"));
	assert_int_equal(json_object_get_uint64(get(r, "nr_loops")), 8);
	assert_int_equal(json_object_get_uint64(get(r, "pause_ns")), 1300000);
	assert_string_equal(json_object_to_json_string_ext(get(r, "flags"), 0),
			    "[\"freeze-fs\",\"larger\"]");
	json_object_put(root);
}

static void json_stack_and_users_are_nested(void **state)
{
	struct json_object *root = status_json(&remap_row, 1), *r, *top, *below;

	(void)state;
	r = json_object_array_get_idx(get(root, "interposers"), 0);
	assert_int_equal(json_object_array_length(get(r, "used_by")), 2);
	assert_string_equal(get_string(json_object_array_get_idx(get(r, "used_by"), 0), "where"),
			    "/mnt");
	assert_int_equal(json_object_array_length(get(r, "stack")), 1);
	top = json_object_array_get_idx(get(r, "stack"), 0);
	assert_string_equal(get_string(top, "kind"), "dm");
	assert_string_equal(get_string(top, "targets"), "linear");
	assert_int_equal(json_object_array_length(get(top, "below")), 2);
	below = json_object_array_get_idx(get(top, "below"), 0);
	assert_string_equal(get_string(below, "kind"), "alias");
	assert_string_equal(get_string(json_object_array_get_idx(get(below, "below"), 0), "kind"),
			    "below");
	below = json_object_array_get_idx(get(top, "below"), 1);
	assert_string_equal(get_string(below, "name"), "sdb");
	assert_int_equal(json_object_array_length(get(below, "below")), 0);
	json_object_put(root);
}

static void json_native_has_its_offset(void **state)
{
	struct status_row row = remap_row;
	struct json_object *root, *r;

	(void)state;
	row.entry.kind = BLKI_KIND_NATIVE;
	row.entry.offset_sectors = 2048;
	root = status_json(&row, 1);
	r = json_object_array_get_idx(get(root, "interposers"), 0);
	assert_string_equal(get_string(r, "kind"), "native");
	assert_string_equal(get_string(r, "acceptor_dev"), "253:3");
	assert_int_equal(json_object_get_uint64(get(r, "offset_sectors")), 2048);
	json_object_put(root);
}

static void json_name_without_nul_is_cut_at_its_field(void **state)
{
	struct status_row row = filter_row;
	struct json_object *root, *f;

	(void)state;
	memset(row.entry.name, 'x', sizeof(row.entry.name));
	root = status_json(&row, 1);
	f = json_object_array_get_idx(get(root, "interposers"), 0);
	assert_int_equal(json_object_get_string_len(get(f, "name")), BLKI_NAME_MAX);
	json_object_put(root);
}

static void json_unknown_numbers_are_not_guessed(void **state)
{
	struct status_row row = filter_row;
	struct json_object *root, *f;

	(void)state;
	row.entry.kind = row.entry.hook = row.entry.state = 99;
	root = status_json(&row, 1);
	f = json_object_array_get_idx(get(root, "interposers"), 0);
	assert_string_equal(get_string(f, "kind"), "unknown");
	assert_string_equal(get_string(f, "hook"), "unknown");
	assert_string_equal(get_string(f, "state"), "unknown");
	json_object_put(root);
}

static void size_rounds_into_the_next_unit(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = {
		{ 0, "0 B" },
		{ 1023, "1023 B" },
		{ 1024, "1.0 KiB" },
		{ 1536, "1.5 KiB" },
		{ 1048575, "1.0 MiB" },
		{ UINT64_C(1) << 30, "1.0 GiB" },
		{ UINT64_MAX, "16.0 EiB" },
	};
	char text[STATUS_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		status_size(cases[i].bytes, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void pause_has_its_unit(void **state)
{
	char text[STATUS_TEXT_BYTES];

	(void)state;
	status_pause(12345, text);
	assert_string_equal(text, "12.3 us");
	status_pause(1300000, text);
	assert_string_equal(text, "1.3 ms");
	status_pause(UINT64_C(2500000000), text);
	assert_string_equal(text, "2.5 s");
}

static void duration_has_two_units(void **state)
{
	static const struct {
		uint64_t seconds;
		const char *text;
	} cases[] = {
		{ 0, "0 s" }, { 59, "59 s" }, { 60, "1 min 0 s" }, { 3599, "59 min 59 s" },
		{ 3600, "1 h 0 min" }, { 86399, "23 h 59 min" }, { 86400, "1 d 0 h" },
		{ 1000000, "11 d 13 h" },
	};
	char text[STATUS_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		status_duration(cases[i].seconds, text);
		assert_string_equal(text, cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_empty_list_is_an_array),
		cmocka_unit_test(json_has_every_field),
		cmocka_unit_test(json_new_fields_of_both_kinds),
		cmocka_unit_test(json_stack_and_users_are_nested),
		cmocka_unit_test(json_native_has_its_offset),
		cmocka_unit_test(json_name_without_nul_is_cut_at_its_field),
		cmocka_unit_test(json_unknown_numbers_are_not_guessed),
		cmocka_unit_test(size_rounds_into_the_next_unit),
		cmocka_unit_test(pause_has_its_unit),
		cmocka_unit_test(duration_has_two_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
