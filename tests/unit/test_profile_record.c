// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The plugin's record: what is read, and everything that must be refused.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench/profile_record.h"

#define HEAD PROFILE_RECORD_HEAD
/* Two paths, blocks of 2, 1 and (user) 1 instructions: 3 * 2 + 5 * 1 + 7 * 1 = 18. */
#define BODY                                                                       \
	"N 1 0 ffffffff81000100\nN 2 1 ffffffff81000200\n"                         \
	"B 0 ffffffff81000100 0305\nC 1 0 3\nB 1 ffffffff81000200 13\nC 2 1 5\n"         \
	"B 2 401000 03\n"
#define USER "S 2 7\n"

static size_t line_nr;

static int read_text(struct profile_record *record, const char *text)
{
	FILE *file = fmemopen((char *)text, strlen(text), "r");
	int err;

	assert_non_null(file);
	memset(record, 0, sizeof(*record));
	err = profile_record_read(record, file, &line_nr);
	fclose(file);
	return err;
}

static void assert_refused(const char *text, int err)
{
	struct profile_record record;

	assert_int_equal(read_text(&record, text), err);
	profile_record_free(&record);
}

static void read_window_returns_its_parts(void **state)
{
	struct profile_record record;
	const struct profile_record_window *window;

	(void)state;
	assert_int_equal(read_text(&record, HEAD "W 7\n" BODY USER "E 7 18 7 0\n"), 0);
	window = profile_record_find(&record, 7);
	assert_non_null(window);
	assert_int_equal(window->nr_nodes, 3);
	assert_int_equal(window->nodes[2].parent, 1);
	assert_int_equal(window->nr_blocks, 3);
	assert_int_equal(window->blocks[0].nr_insns, 2);
	assert_int_equal(window->blocks[1].facts[0], 0x13);
	assert_int_equal(window->nr_runs, 3);
	assert_int_equal(window->runs[2].node, PROFILE_NODE_USER);
	assert_int_equal(window->total_insns, 18);
	assert_int_equal(window->user_insns, 7);
	profile_record_free(&record);
}

static void find_several_windows_returns_the_right_one(void **state)
{
	struct profile_record record;

	(void)state;
	assert_int_equal(read_text(&record, HEAD "W 1\n" BODY USER "E 1 18 7 0\nW 2\n" BODY
						 "S 2 1\nE 2 12 1 0\n"), 0);
	assert_int_equal(profile_record_find(&record, 2)->user_insns, 1);
	assert_null(profile_record_find(&record, 3));
	profile_record_free(&record);
}

static void find_repeated_identity_returns_null(void **state)
{
	struct profile_record record;

	(void)state;
	assert_int_equal(read_text(&record, HEAD "W 1\n" BODY USER "E 1 18 7 0\nW 1\n" BODY
						 USER "E 1 18 7 0\n"), 0);
	assert_null(profile_record_find(&record, 1));
	profile_record_free(&record);
}

static void read_no_window_is_empty(void **state)
{
	struct profile_record record;

	(void)state;
	assert_int_equal(read_text(&record, HEAD), 0);
	assert_int_equal(record.nr_windows, 0);
	profile_record_free(&record);
}

static void read_cut_off_returns_enodata(void **state)
{
	(void)state;
	assert_refused(HEAD "W 1\n" BODY, -ENODATA);
	assert_refused(HEAD "U 1\n", -ENODATA);
}

static void read_wrong_sum_returns_einval(void **state)
{
	(void)state;
	assert_refused(HEAD "W 1\n" BODY USER "E 1 17 7 0\n", -EINVAL);
	assert_refused(HEAD "W 1\n" BODY USER "E 1 18 6 0\n", -EINVAL);
	assert_refused(HEAD "W 1\n" BODY USER "E 2 18 7 0\n", -EINVAL);
	assert_refused(HEAD "W 1\n" BODY "E 1 18 7 0\n", -EINVAL);
}

static void read_undefined_reference_returns_einval(void **state)
{
	(void)state;
	assert_refused(HEAD "W 1\nN 1 1 ff\nE 1 0 0 0\n", -EINVAL);
	assert_refused(HEAD "W 1\nB 0 ff 03\nC 1 0 1\nE 1 1 0 0\n", -EINVAL);
	assert_refused(HEAD "W 1\nN 1 0 ff\nC 1 0 1\nE 1 1 0 0\n", -EINVAL);
	assert_int_equal(line_nr, 4);
	assert_refused(HEAD "W 1\nS 0 1\nE 1 1 1 0\n", -EINVAL);
}

static void read_malformed_lines_return_einval(void **state)
{
	(void)state;
	assert_refused("something else\n", -EINVAL);
	assert_refused("", -EINVAL);
	assert_refused(HEAD "N 1 0 ff\n", -EINVAL);
	assert_refused(HEAD "W 1\nW 2\n", -EINVAL);
	assert_refused(HEAD "W 1\nB 0 ff 033\n", -EINVAL);
	assert_refused(HEAD "W 1\nB 0 ff 00\n", -EINVAL);
	assert_refused(HEAD "W 1\nB 0 ff \n", -EINVAL);
	assert_refused(HEAD "W 1\nX\n", -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read_window_returns_its_parts),
		cmocka_unit_test(find_several_windows_returns_the_right_one),
		cmocka_unit_test(find_repeated_identity_returns_null),
		cmocka_unit_test(read_no_window_is_empty),
		cmocka_unit_test(read_cut_off_returns_enodata),
		cmocka_unit_test(read_wrong_sum_returns_einval),
		cmocka_unit_test(read_undefined_reference_returns_einval),
		cmocka_unit_test(read_malformed_lines_return_einval),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
