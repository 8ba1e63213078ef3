// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of option values, tools/blki/options.c, and of finding commands, tools/blki/cli.c.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <linux/blki.h>

#include "tools/blki/cli.h"
#include "tools/blki/options.h"

static void expect_timeout(const char *text, unsigned int ms)
{
	unsigned int got = 0;

	assert_int_equal(options_timeout(text, &got), 0);
	assert_int_equal(got, ms);
}

static void timeout_seconds_become_ms(void **state)
{
	(void)state;
	expect_timeout("1", 1000);
	expect_timeout("30", 30000);
	expect_timeout("0.5", 500);
	expect_timeout("0.25", 250);
	expect_timeout("0.001", 1);
	expect_timeout("12.345", 12345);
	expect_timeout("007", 7000);
	expect_timeout("4294967.295", UINT32_MAX);
}

static void timeout_out_of_range_is_told_apart(void **state)
{
	unsigned int ms;

	(void)state;
	assert_int_equal(options_timeout("0", &ms), -ERANGE);
	assert_int_equal(options_timeout("0.000", &ms), -ERANGE);
	assert_int_equal(options_timeout("4294967.296", &ms), -ERANGE);
	assert_int_equal(options_timeout("4294968", &ms), -ERANGE);
	assert_int_equal(options_timeout("99999999999999999999999", &ms), -ERANGE);
}

static void timeout_no_number_is_refused(void **state)
{
	static const char *const bad[] = {
		"",   " ",  "x",   "-1",   "+1",  "1.",	   ".5",  "1.2345", "1s",
		"1 ", " 1", "1e3", "0x10", "1,5", "1.5.5", "inf", "nan",
	};
	unsigned int ms;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (options_timeout(bad[i], &ms) != -EINVAL)
			fail_msg("\"%s\" was taken for a timeout", bad[i]);
}

static void hook_names_map_both_ways(void **state)
{
	unsigned int hook = 99;

	(void)state;
	assert_int_equal(options_hook("default", &hook), 0);
	assert_int_equal(hook, BLKI_HOOK_DEFAULT);
	assert_int_equal(options_hook("list", &hook), 0);
	assert_int_equal(hook, BLKI_HOOK_LIST);
	assert_int_equal(options_hook("wrap", &hook), 0);
	assert_int_equal(hook, BLKI_HOOK_WRAP);
	assert_int_equal(options_hook("fast", &hook), 0);
	assert_int_equal(hook, BLKI_HOOK_FAST);
	assert_int_equal(options_hook("ftrace", &hook), 0);
	assert_int_equal(hook, BLKI_HOOK_FTRACE);
	assert_int_equal(options_hook("List", &hook), -EINVAL);
	assert_int_equal(options_hook("", &hook), -EINVAL);
	assert_string_equal(options_hook_name(BLKI_HOOK_WRAP), "wrap");
	assert_string_equal(options_hook_name(77), "unknown");
}

static void class_names_map_both_ways(void **state)
{
	unsigned int class_nr = 99;

	(void)state;
	for (unsigned int i = BLKI_CLASS_IDENTITY; i <= BLKI_CLASS_TRANSFORMING; i++) {
		assert_int_equal(options_class(options_class_name(i), &class_nr), 0);
		assert_int_equal(class_nr, i);
	}
	assert_int_equal(options_class("unknown", &class_nr), -EINVAL);
	assert_string_equal(options_class_name(77), "unknown");
}

static void number_takes_digits_only(void **state)
{
	uint64_t id = 0;

	(void)state;
	assert_int_equal(options_number("18446744073709551615", &id), 0);
	assert_true(id == UINT64_MAX);
	assert_int_equal(options_number("18446744073709551616", &id), -EINVAL);
	assert_int_equal(options_number("", &id), -EINVAL);
	assert_int_equal(options_number("3x", &id), -EINVAL);
	assert_int_equal(options_number("-3", &id), -EINVAL);
}

static struct cli_args seen;

static int run_nothing(const struct cli_args *args)
{
	seen = *args;
	return CLI_EXIT_OK;
}

static const struct cli_command all_options = {
	.name = "do", .args_doc = "[WORD]", .doc = "", .options = ~0U, .words_max = 1,
	.run = run_nothing,
};

static const struct cli_command commands[] = {
	{ .name = "remap start", .args_doc = "", .doc = "", .run = run_nothing },
	{ .name = "remap stop", .args_doc = "", .doc = "", .run = run_nothing },
	{ .name = "status", .args_doc = "", .doc = "", .run = run_nothing },
};

static const struct cli_table table = { "blki", commands, 3 };

static void find_matches_whole_words(void **state)
{
	char *two[] = { "remap", "stop", "x" };
	char *one[] = { "status", "remap" };
	char *joined[] = { "remap stop" };
	char *half[] = { "remap", "sto" };
	char *longer[] = { "statusx" };
	int nr;

	(void)state;
	assert_ptr_equal(cli_find(&table, 3, two, &nr), &commands[1]);
	assert_int_equal(nr, 2);
	assert_ptr_equal(cli_find(&table, 2, one, &nr), &commands[2]);
	assert_int_equal(nr, 1);
	assert_ptr_equal(cli_find(&table, 1, joined, &nr), &commands[1]);
	assert_int_equal(nr, 1);
	assert_null(cli_find(&table, 2, half, &nr));
	assert_null(cli_find(&table, 1, longer, &nr));
	assert_null(cli_find(&table, 1, two, &nr));
	assert_null(cli_find(&table, 0, NULL, &nr));
}

static void run_unknown_command_is_usage_error(void **state)
{
	char *bogus[] = { "bogus" };
	char *group[] = { "remap" };

	(void)state;
	assert_int_equal(cli_run(&table, 1, bogus), CLI_EXIT_USAGE);
	assert_int_equal(cli_run(&table, 1, group), CLI_EXIT_USAGE);
	assert_int_equal(cli_run(&table, 0, NULL), CLI_EXIT_USAGE);
}

static void run_fills_its_options(void **state)
{
	const struct cli_table one = { "t", &all_options, 1 };
	char *line[] = { "do", "--hook", "fast", "--offset", "4096", "--dry-run",
			 "--freeze-fs", "--force", "--native", "--clean", "--altitude", "7",
			 "--count", "3", "--file", "f.json", "--wait", "1.5", "--timeout",
			 "2", "--json",
			 "word" };

	(void)state;
	assert_int_equal(cli_run(&one, sizeof(line) / sizeof(line[0]), line), CLI_EXIT_OK);
	assert_int_equal(seen.hook, BLKI_HOOK_FAST);
	assert_int_equal(seen.offset_sectors, 4096);
	assert_int_equal(seen.altitude, 7);
	assert_int_equal(seen.count, 3);
	assert_int_equal(seen.wait_ms, 1500);
	assert_int_equal(seen.timeout_ms, 2000);
	assert_string_equal(seen.file, "f.json");
	assert_true(seen.dry_run && seen.freeze_fs && seen.force && seen.native &&
		    seen.clean && seen.json && !seen.all);
	assert_int_equal(seen.nr_words, 1);
	assert_string_equal(seen.words[0], "word");
}

static void run_fills_options_of_a_dm_acceptor(void **state)
{
	const struct cli_table one = { "t", &all_options, 1 };
	char *line[] = { "do", "--class=stateful", "--larger", "--all" };

	(void)state;
	assert_int_equal(cli_run(&one, 4, line), CLI_EXIT_OK);
	assert_int_equal(seen.acceptor_class, BLKI_CLASS_STATEFUL + 1);
	assert_true(seen.larger && seen.all && !seen.native);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timeout_seconds_become_ms),
		cmocka_unit_test(timeout_out_of_range_is_told_apart),
		cmocka_unit_test(timeout_no_number_is_refused),
		cmocka_unit_test(hook_names_map_both_ways),
		cmocka_unit_test(class_names_map_both_ways),
		cmocka_unit_test(number_takes_digits_only),
		cmocka_unit_test(find_matches_whole_words),
		cmocka_unit_test(run_unknown_command_is_usage_error),
		cmocka_unit_test(run_fills_its_options),
		cmocka_unit_test(run_fills_options_of_a_dm_acceptor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
