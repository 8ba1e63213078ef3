// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of bench/profile_summary.c: every figure in its column, added locks against raw.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/profile_summary.h"

static struct profile_meta_window windows[] = {
	{ .device = "ublk-null", .load = "l", .arm = "raw", .nr_ios = 100 },
	{ .device = "ublk-null", .load = "l", .arm = "pass", .nr_ios = 100 },
};

static void add(struct profile_arm *arm, const char *name, struct profile_counts counts)
{
	assert_int_equal(profile_tally_add(&arm->functions.all, name, &counts), 0);
}

/* Per I/O: loader 2, server 3, others 1, kernel 10; locks as asked; 1 call, half a switch. */
static void fill(struct profile_arm *arm, struct profile_meta_window *meta, uint64_t nr_locked)
{
	*arm = (struct profile_arm){ .meta = meta };
	add(arm, PROFILE_FRAME_LOADER, (struct profile_counts){ .nr_insns = 200,
								.nr_syscalls = 60 });
	add(arm, PROFILE_FRAME_SERVER, (struct profile_counts){ .nr_insns = 300,
								.nr_syscalls = 40 });
	add(arm, PROFILE_FRAME_USER, (struct profile_counts){ .nr_insns = 100 });
	add(arm, "submit_bio", (struct profile_counts){ .nr_insns = 950, .nr_calls = 100 });
	add(arm, "__switch_to_asm", (struct profile_counts){ .nr_insns = 50, .nr_calls = 50,
							     .nr_locked = nr_locked });
}

static char *text_of(const char *scenario, bool locks_counted)
{
	struct profile_arm arms[2];
	struct profile_report report = {
		.meta = { .scenario = (char *)scenario, .locks_counted = locks_counted },
		.arms = arms, .nr_arms = 2,
	};
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	fill(&arms[0], &windows[0], 400);
	fill(&arms[1], &windows[1], 425);
	profile_summary_text(&report, file);
	fclose(file);
	for (int i = 0; i < 2; i++)
		profile_functions_free(&arms[i].functions);
	return text;
}

static void summary_has_every_figure_in_its_column(void **state)
{
	char *text = text_of("remap-overhead", true);

	(void)state;
	assert_non_null(strstr(text, "| raw                |      16.0 |      2.0 |      10.0 |"
				     "      3.0 |    4.00 |       - |    1.000 |    0.500 |\n"));
	assert_non_null(strstr(text, "| pass               |      16.0 |      2.0 |      10.0 |"
				     "      3.0 |    4.25 |   +0.25 |    1.000 |    0.500 |\n"));
	assert_null(strstr(text, "Published"));
	free(text);
}

static void summary_without_lock_prefixes_shows_no_locks(void **state)
{
	char *text = text_of("remap-overhead", false);

	(void)state;
	assert_non_null(strstr(text, "      3.0 |       - |       - |    1.000 |"));
	free(text);
}

static void baseline_has_published_figures_and_their_limits(void **state)
{
	char *text = text_of("ublk-baseline", true);

	(void)state;
	assert_non_null(strstr(text, "18,276 | 7,566 | 7,664"));
	assert_non_null(strstr(text, "another guest"));
	assert_non_null(strstr(text, "peer-ublksrv was not measured"));
	assert_non_null(strstr(text, "no\nparallelism"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(summary_has_every_figure_in_its_column),
		cmocka_unit_test(summary_without_lock_prefixes_shows_no_locks),
		cmocka_unit_test(baseline_has_published_figures_and_their_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
