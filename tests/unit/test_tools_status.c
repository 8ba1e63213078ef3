// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of the status drawing and document, tools/blki/status.c.
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
		.nr_punted = 1,
		.name = "remap", .origin = "nullb0p1", .acceptor = "dm-3",
	},
	.acceptor_dm = "dm-noexcl",
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

static char *draw(const struct status_row *rows, size_t nr)
{
	size_t nr_bytes;
	char *text;
	FILE *out = open_memstream(&text, &nr_bytes);

	assert_non_null(out);
	status_print(out, rows, nr, (SINCE_S + 62) * NS_PER_S);
	fclose(out);
	return text;
}

static void print_nothing_says_so(void **state)
{
	char *text = draw(NULL, 0);

	(void)state;
	assert_string_equal(text, "nothing is attached\n");
	free(text);
}

static void print_chain_ends_in_its_acceptor(void **state)
{
	const struct status_row rows[] = { filter_row, remap_row };
	char *text = draw(rows, 2);

	(void)state;
	assert_string_equal(
		text,
		"nullb0p1 (259:1), hook list\n"
		"  |-- filter null (id 3, altitude 1000), live since 2026-01-01 00:00:00 "
		"(1 min 1 s)\n"
		"  |     seen 7 bios, 28.0 KiB; completed 2\n"
		"  `-> remap to dm-3 (dm-noexcl, 253:3) (id 4), holding since 2026-01-01 00:00:00 "
		"(1 min 2 s)\n"
		"        seen 18446744073709551615 bios, 0 B; done 11, in flight 5, held 6, "
		"punted 1\n");
	free(text);
}

static void print_origins_are_told_apart(void **state)
{
	struct status_row rows[] = { filter_row, filter_row };
	char *text;

	(void)state;
	rows[1].entry.origin_minor = 2;
	rows[1].entry.state = BLKI_STATE_DEAD;
	text = draw(rows, 2);
	assert_non_null(strstr(text, "  `-> its own driver\n\nnullb0p1 (259:2), hook list\n"));
	assert_non_null(strstr(text, "dead since"));
	assert_non_null(strstr(text, "  `-> nothing: its disk is gone\n"));
	free(text);
}

static void print_clock_behind_shows_zero(void **state)
{
	struct status_row row = filter_row;
	char *text;

	(void)state;
	row.entry.since_ns = (SINCE_S + 1000) * NS_PER_S;
	text = draw(&row, 1);
	assert_non_null(strstr(text, "(0 s)"));
	free(text);
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
		cmocka_unit_test(json_name_without_nul_is_cut_at_its_field),
		cmocka_unit_test(json_unknown_numbers_are_not_guessed),
		cmocka_unit_test(print_nothing_says_so),
		cmocka_unit_test(print_chain_ends_in_its_acceptor),
		cmocka_unit_test(print_origins_are_told_apart),
		cmocka_unit_test(print_clock_behind_shows_zero),
		cmocka_unit_test(size_rounds_into_the_next_unit),
		cmocka_unit_test(duration_has_two_units),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
