// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of the device-mapper table parser, tools/libblki/table.c.
 *
 * Known tables, each refusal with its words, and a seeded random test: whatever the text, the
 * parser either gives a table that keeps its own rules or a reason.
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

#include "tools/libblki/table.h"

static void expect_refused(const char *text, const char *words)
{
	struct table t;

	assert_int_equal(table_parse(text, &t), -EINVAL);
	if (!strstr(t.error, words))
		fail_msg("\"%s\": error \"%s\" lacks \"%s\"", text, t.error, words);
	table_free(&t);
}

static void parse_linear_is_taken_as_it_is(void **state)
{
	struct table t;

	(void)state;
	assert_int_equal(table_parse("0 2048 linear /dev/sda1 16\n", &t), 0);
	assert_int_equal(t.nr, 1);
	assert_int_equal(t.lines[0].start_sectors, 0);
	assert_int_equal(t.lines[0].length_sectors, 2048);
	assert_string_equal(t.lines[0].target, "linear");
	assert_string_equal(t.lines[0].params, "/dev/sda1 16");
	assert_false(t.lines[0].noexcl);
	table_free(&t);
}

static void parse_noexcl_becomes_blki_linear(void **state)
{
	struct table t;

	(void)state;
	assert_int_equal(table_parse("0 2048 linear /dev/sda1 16 noexcl", &t), 0);
	assert_string_equal(t.lines[0].target, "blki-linear");
	assert_string_equal(t.lines[0].params, "/dev/sda1 16");
	assert_true(t.lines[0].noexcl);
	table_free(&t);
}

static void parse_round_trip_line_is_kept(void **state)
{
	struct table t;

	(void)state;
	assert_int_equal(table_parse("0 131072 blki-linear 253:0 0\n", &t), 0);
	assert_string_equal(t.lines[0].target, "blki-linear");
	assert_string_equal(t.lines[0].params, "253:0 0");
	assert_false(t.lines[0].noexcl);
	table_free(&t);
}

static void parse_spaces_comments_and_empty_lines(void **state)
{
	struct table t;

	(void)state;
	assert_int_equal(table_parse("# made by hand\n\n \t\n"
				     "  0\t8  linear   /dev/a  0   noexcl  # not claimed\r\n"
				     "8 8 zero\n", &t), 0);
	assert_int_equal(t.nr, 2);
	assert_string_equal(t.lines[0].params, "/dev/a  0");
	assert_true(t.lines[0].noexcl);
	assert_string_equal(t.lines[1].target, "zero");
	assert_string_equal(t.lines[1].params, "");
	table_free(&t);
}

static void parse_many_lines_grow(void **state)
{
	enum { NR = 1000, LINE_BYTES = 40 };
	char *text = malloc(NR * LINE_BYTES), *at = text;
	struct table t;

	(void)state;
	assert_non_null(text);
	for (int i = 0; i < NR; i++)
		at += snprintf(at, LINE_BYTES, "%d 8 linear /dev/a %d\n", i * 8, i * 8);
	assert_int_equal(table_parse(text, &t), 0);
	assert_int_equal(t.nr, NR);
	assert_int_equal(t.lines[NR - 1].start_sectors, (NR - 1) * 8);
	table_free(&t);
	free(text);
}

static void parse_largest_extent_is_taken(void **state)
{
	struct table t;

	(void)state;
	assert_int_equal(table_parse("0 18446744073709551615 zero", &t), 0);
	assert_true(t.lines[0].length_sectors == UINT64_MAX);
	table_free(&t);
	expect_refused("0 18446744073709551616 zero", "no two numbers");
	expect_refused("1 18446744073709551615 zero", "pass the end");
}

static void parse_bad_numbers_are_refused(void **state)
{
	(void)state;
	expect_refused("0 linear /dev/a 0 noexcl", "line 1: \"0 linear\" are no two numbers");
	expect_refused("-1 8 zero", "no two numbers");
	expect_refused("+0 8 zero", "no two numbers");
	expect_refused("0 0x8 zero", "no two numbers");
	expect_refused("0 8s zero", "no two numbers");
	expect_refused("0", "no two numbers");
	expect_refused("0 0 zero", "length is 0");
}

static void parse_gap_and_overlap_are_refused(void **state)
{
	(void)state;
	expect_refused("8 8 zero", "the first line must start at 0");
	expect_refused("0 8 zero\n9 8 zero", "line 2: starts at sector 9");
	expect_refused("0 8 zero\n7 8 zero", "ends at 8");
}

static void parse_missing_or_long_target_is_refused(void **state)
{
	(void)state;
	expect_refused("0 8", "no target");
	expect_refused("0 8 noexcl", "no target");
	expect_refused("0 8 a-target-of-16-b", "longer than the 15 bytes");
	expect_refused("", "no line");
	expect_refused("\n# nothing\n", "no line");
}

static void parse_misplaced_noexcl_is_refused(void **state)
{
	(void)state;
	expect_refused("0 8 linear /dev/a noexcl", "write: linear DEVICE OFFSET noexcl");
	expect_refused("0 8 linear noexcl", "write: linear DEVICE OFFSET noexcl");
	expect_refused("0 8 linear /dev/a 0 0 noexcl", "write: linear DEVICE OFFSET noexcl");
	expect_refused("0 8 linear /dev/a -1 noexcl", "write: linear DEVICE OFFSET noexcl");
	expect_refused("0 8 linear /dev/a 0 noexcl noexcl", "write: linear DEVICE OFFSET noexcl");
}

static void parse_noexcl_of_other_targets_is_taken_off(void **state)
{
	struct table t;

	(void)state;
	assert_int_equal(table_parse("0 8 delay /dev/a 0 10 noexcl # slow\n"
				     "8 8 zero   noexcl",
				     &t),
			 0);
	assert_int_equal(t.nr, 2);
	assert_string_equal(t.lines[0].target, "delay");
	assert_string_equal(t.lines[0].params, "/dev/a 0 10");
	assert_true(t.lines[0].noexcl);
	assert_string_equal(t.lines[1].target, "zero");
	assert_string_equal(t.lines[1].params, "");
	assert_true(t.lines[1].noexcl);
	table_free(&t);
}

static void has_noexcl_looks_at_last_words_only(void **state)
{
	(void)state;
	assert_true(table_has_noexcl("0 8 linear /dev/a 0 noexcl"));
	assert_true(table_has_noexcl("0 8 zero\n8 8 linear /dev/a 0 noexcl \n"));
	assert_true(table_has_noexcl("0 8 linear /dev/a 0 noexcl # comment"));
	assert_true(table_has_noexcl("0 linear /dev/a 0 noexcl"));
	assert_false(table_has_noexcl("0 8 linear /dev/noexcl 0"));
	assert_false(table_has_noexcl("0 8 linear noexcl 0"));
	assert_false(table_has_noexcl("# noexcl"));
	assert_false(table_has_noexcl("0 8 linear /dev/a 0 Noexcl"));
	assert_false(table_has_noexcl(""));
}

/*
 * xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled"
 * (2016)
 */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545F4914F6CDD1DULL;
}

static void random_text(char *text, size_t room, uint64_t *seed)
{
	static const char *const words[] = {
		"0",	"8",	       "16",	"linear",   "noexcl",
		"zero", "/dev/a",      " ",	" ",	    " ",
		"\n",	"\n",	       "#",	"\t",	    "18446744073709551615",
		"-",	"blki-linear", "253:0", "\x80\xff", "\r",
	};
	static const char *const beginnings[] = { "", "0 8 ", "0 8 linear ",
						  "0 8 linear /dev/a 0 " };
	size_t nr, target = next_random(seed) % room;

	nr = (size_t)snprintf(text, room, "%s", beginnings[next_random(seed) >> 62]);
	while (nr < target) {
		uint64_t r = next_random(seed);
		const char *w = words[(r >> 8) % (sizeof(words) / sizeof(words[0]))];

		if (r & 7) {
			nr += (size_t)snprintf(text + nr, room - nr, "%s", w);
		} else {
			text[nr++] = (char)(r >> 16 & 0xff);
		}
		if (nr >= room)
			nr = room - 1;
		if (nr == room - 1)
			break;
	}
	text[nr] = '\0';
}

static void parse_random_text_keeps_its_rules(void **state)
{
	enum { ROUNDS = 200000, TEXT_BYTES = 160 };
	uint64_t seed = 0x626c6b69;
	char text[TEXT_BYTES];
	int nr_tables = 0;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t expected = 0;
		bool noexcl = false;
		struct table t;

		random_text(text, sizeof(text), &seed);
		if (table_parse(text, &t)) {
			assert_true(strlen(t.error) > 0);
			table_free(&t);
			continue;
		}
		nr_tables++;
		assert_true(t.nr > 0);
		for (size_t n = 0; n < t.nr; n++) {
			assert_true(t.lines[n].start_sectors == expected);
			assert_true(t.lines[n].length_sectors > 0);
			expected += t.lines[n].length_sectors;
			noexcl |= t.lines[n].noexcl;
			assert_true(!t.lines[n].noexcl || strcmp(t.lines[n].target, "linear"));
		}
		if (noexcl != table_has_noexcl(text))
			fail_msg("round %d: \"%s\"", i, text);
		table_free(&t);
	}
	/* the words above make enough right tables for the rules to be exercised */
	assert_true(nr_tables > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_linear_is_taken_as_it_is),
		cmocka_unit_test(parse_noexcl_becomes_blki_linear),
		cmocka_unit_test(parse_round_trip_line_is_kept),
		cmocka_unit_test(parse_spaces_comments_and_empty_lines),
		cmocka_unit_test(parse_many_lines_grow),
		cmocka_unit_test(parse_largest_extent_is_taken),
		cmocka_unit_test(parse_bad_numbers_are_refused),
		cmocka_unit_test(parse_gap_and_overlap_are_refused),
		cmocka_unit_test(parse_missing_or_long_target_is_refused),
		cmocka_unit_test(parse_misplaced_noexcl_is_refused),
		cmocka_unit_test(parse_noexcl_of_other_targets_is_taken_off),
		cmocka_unit_test(has_noexcl_looks_at_last_words_only),
		cmocka_unit_test(parse_random_text_keeps_its_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
