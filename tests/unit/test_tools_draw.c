// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of the drawing of paths, tools/blki/draw.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/blki/draw.h"

#define NS_PER_S	UINT64_C(1000000000)
#define SINCE_S	 UINT64_C(1767225600) /* 2026-01-01T00:00:00Z */

static const struct status_row filter_row = {
	.entry =
		{
			.id = 3,
			.origin_major = 259,
			.origin_minor = 1,
			.kind = BLKI_KIND_FILTER,
			.hook = BLKI_HOOK_LIST,
			.altitude = 1000,
			.state = BLKI_STATE_LIVE,
			.since_ns = SINCE_S * NS_PER_S + 5,
			.nr_seen = 7,
			.nr_completed = 2,
			.nr_bytes = 28672,
			.name = "null",
			.origin = "nullb0p1",
		},
};

static const struct status_row remap_row = {
	.entry =
		{
			.id = 4,
			.origin_major = 259,
			.origin_minor = 1,
			.acceptor_major = 253,
			.acceptor_minor = 3,
			.kind = BLKI_KIND_REMAP,
			.hook = BLKI_HOOK_LIST,
			.state = BLKI_STATE_HOLDING,
			.since_ns = SINCE_S * NS_PER_S,
			.nr_seen = UINT64_MAX,
			.nr_done = 11,
			.nr_in_flight = 5,
			.nr_held = 6,
			.nr_punted = 1,
			.name = "remap",
			.origin = "nullb0p1",
			.acceptor = "dm-3",
		},
	.acceptor_dm = "dm-noexcl",
	.usage = { .items = { { "mount", "ext4", "/mnt" }, { "holder", "", "dm-9" },
			      { "swap", "", "" } },
		  .nr = 3,
		  .nr_more = 2 },
	.stack =
		{
			.nodes =
				{
					{ STACK_DM, 0, 0, "dm-3", "dm-noexcl", "linear" },
					{ STACK_ALIAS, 1, 0, "blki/nullb0p1", "", "" },
					{ STACK_BELOW, 2, 0, "nullb0p1", "", "" },
					{ STACK_DEVICE, 1, 0, "sdb", "", "" },
					{ STACK_CUT, 2, 0, "", "", "" },
				},
			.nr = 5,
		},
};

static char *draw(const struct status_row *rows, size_t nr)
{
	size_t nr_bytes;
	char *text;
	FILE *out = open_memstream(&text, &nr_bytes);

	assert_non_null(out);
	draw_status(out, rows, nr, (SINCE_S + 62) * NS_PER_S);
	fclose(out);
	return text;
}

static void expect_drawn(const struct status_row *rows, size_t nr, const char *words)
{
	char *text = draw(rows, nr);

	if (!strstr(text, words))
		fail_msg("drawing lacks \"%s\":\n%s", words, text);
	free(text);
}

static void draw_nothing_says_so(void **state)
{
	char *text = draw(NULL, 0);

	(void)state;
	assert_string_equal(text, "nothing is attached\n");
	free(text);
}

static void draw_whole_path_of_a_remap(void **state)
{
	const struct status_row rows[] = { remap_row };
	char *text = draw(rows, 1);

	(void)state;
	assert_string_equal(
		text,
		"nullb0p1 (259:1)\n"
		"  program: ext4 on /mnt, held by dm-9, swap and 2 more\n"
		"  |\n"
		"  hook list\n"
		"  `-> remap to dm-3 (dm-noexcl, 253:3) (id 4, identity), holding since 2026-01-01 "
		"00:00:00 (1 min 2 s)\n"
		"        seen 18446744073709551615 bios, 0 B; done 11, in flight 5, held 6, "
		"punted 1\n"
		"        dm-3 (dm-noexcl): linear\n"
		"        `-- /dev/blki/nullb0p1 (alias)\n"
		"            `-- nullb0p1, below its hook\n"
		"        `-- sdb\n"
		"            `-- ... and more\n");
	free(text);
}

static void draw_filter_leads_to_the_driver(void **state)
{
	struct status_row row = filter_row;
	char *text;

	(void)state;
	row.entry.pause_ns = 1300000;
	text = draw(&row, 1);
	assert_string_equal(
		text,
		"nullb0p1 (259:1)\n"
		"  program: not mounted, no swap, not held\n"
		"  |\n"
		"  hook list\n"
		"  |-- filter null (id 3, altitude 1000), live since 2026-01-01 00:00:00 "
		"(1 min 1 s)\n"
		"  |     seen 7 bios, 28.0 KiB; completed 2; its attach paused the queue 1.3 ms\n"
		"  `-> its own driver\n");
	free(text);
}

static void draw_native_names_its_sector(void **state)
{
	struct status_row row = remap_row;

	(void)state;
	row.entry.kind = BLKI_KIND_NATIVE;
	row.entry.offset_sectors = 2048;
	row.entry.class = BLKI_CLASS_TRANSFORMING;
	expect_drawn(&row, 1,
		     "`-> native to dm-3 (dm-noexcl, 253:3) at sector 2048 (id 4, "
		     "transforming), holding since");
}

static void draw_origins_are_told_apart(void **state)
{
	struct status_row rows[] = { filter_row, filter_row };

	(void)state;
	rows[1].entry.origin_minor = 2;
	rows[1].entry.state = BLKI_STATE_DEAD;
	expect_drawn(rows, 2, "  `-> its own driver\n\nnullb0p1 (259:2)\n");
	expect_drawn(rows, 2, "dead since");
	expect_drawn(rows, 2, "  `-> nothing: its disk is gone\n");
}

static void draw_warns_of_whole_disk_and_loops(void **state)
{
	struct status_row rows[] = { filter_row, remap_row };
	char *text;

	(void)state;
	text = draw(rows, 2);
	assert_null(strstr(text, "WARNING"));
	assert_null(strstr(text, "note:"));
	free(text);
	rows[0].entry.nr_whole_disk = 12;
	rows[1].entry.nr_whole_disk = 3;
	rows[1].entry.nr_loops = 4;
	expect_drawn(rows, 2, "  WARNING: 12 I/Os went to the whole disk of nullb0p1 and past ");
	expect_drawn(rows, 2, "  WARNING: 4 bios came back from dm-3 again and again");
	rows[0].entry.nr_whole_disk = rows[1].entry.nr_whole_disk = STATUS_UNKNOWN;
	expect_drawn(rows, 2, "  note: whether I/O goes to the whole disk");
}

static void draw_clock_behind_shows_zero(void **state)
{
	struct status_row row = filter_row;

	(void)state;
	row.entry.since_ns = (SINCE_S + 1000) * NS_PER_S;
	expect_drawn(&row, 1, "(0 s)");
}

static void list_has_a_line_each(void **state)
{
	const struct status_row rows[] = { filter_row, remap_row };
	size_t nr_bytes;
	char *text;
	FILE *out = open_memstream(&text, &nr_bytes);

	(void)state;
	draw_list(out, rows, 2);
	fclose(out);
	assert_string_equal(
		text, "ID     ORIGIN               KIND    TO                   STATE    HOOK\n"
		      "3      nullb0p1             filter  null                 live     list\n"
		      "4      nullb0p1             remap   dm-3                 holding  list\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(draw_nothing_says_so),
		cmocka_unit_test(draw_whole_path_of_a_remap),
		cmocka_unit_test(draw_filter_leads_to_the_driver),
		cmocka_unit_test(draw_native_names_its_sector),
		cmocka_unit_test(draw_origins_are_told_apart),
		cmocka_unit_test(draw_warns_of_whole_disk_and_loops),
		cmocka_unit_test(draw_clock_behind_shows_zero),
		cmocka_unit_test(list_has_a_line_each),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
