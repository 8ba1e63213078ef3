// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of bench/limits.c, and of the limits file that is built in.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/limits.h"

static struct bench_limits limits;
static char message[256];

static int parse(const char *text)
{
	message[0] = '\0';
	return bench_limits_parse(text, &limits, message, sizeof(message));
}

static void pattern_star_prefix_and_name(void **state)
{
	(void)state;
	assert_true(bench_pattern_matches("*", "brd"));
	assert_true(bench_pattern_matches("ublk-*", "ublk-ram"));
	assert_false(bench_pattern_matches("ublk-*", "null_blk"));
	assert_true(bench_pattern_matches("brd", "brd"));
	assert_false(bench_pattern_matches("br", "brd"));
	assert_false(bench_pattern_matches("", "brd"));
}

static void built_in_limits_are_valid_and_hold_the_targets(void **state)
{
	(void)state;
	assert_int_equal(parse(bench_limits_default), 0);
	assert_true(limits.nr_rules >= 3);
	assert_true(limits.nr_margins >= 1);
	assert_string_equal(limits.margins[limits.nr_margins - 1].arm, "*");
}

static void parse_rule_takes_every_field(void **state)
{
	(void)state;
	assert_int_equal(parse("{\"schema\":\"blki-bench-limits/1\",\"rules\":[{\"device\":\"*\","
			       "\"load\":\"*\",\"arm\":\"idle\",\"versus\":\"raw\",\"max_delta\":8,"
			       "\"max_delta_pct\":0.2,\"both_ways\":true,\"why\":\"w\"}],"
			       "\"margins\":[]}"), 0);
	assert_int_equal(limits.nr_rules, 1);
	assert_true(limits.rules[0].max_delta == 8);
	assert_true(limits.rules[0].max_delta_pct == 0.2);
	assert_true(isnan(limits.rules[0].max_ratio));
	assert_true(limits.rules[0].both_ways);
}

static void parse_wrong_documents_are_refused(void **state)
{
	static const char *const wrong[] = {
		"", "nonsense", "{}", "[]",
		"{\"schema\":\"blki-bench-limits/2\",\"rules\":[],\"margins\":[]}",
		"{\"schema\":\"blki-bench-limits/1\",\"rules\":{},\"margins\":[]}",
		"{\"schema\":\"blki-bench-limits/1\",\"rules\":[],\"margins\":[{}]}",
		"{\"schema\":\"blki-bench-limits/1\",\"rules\":[7],\"margins\":[]}",
		"{\"schema\":\"blki-bench-limits/1\",\"rules\":[],\"margins\":[{\"device\":\"*\","
		"\"load\":\"*\",\"arm\":\"*\",\"margin\":8}]}",
		"{\"schema\":\"blki-bench-limits/1\",\"rules\":[{\"device\":\"*\",\"load\":\"*\","
		"\"arm\":\"pass\",\"versus\":\"raw\"}],\"margins\":[]}",
		"{\"schema\":\"blki-bench-limits/1\",\"rules\":[{\"device\":\"*\",\"load\":\"*\","
		"\"arm\":\"pass\",\"versus\":\"raw\",\"max_dleta\":8}],\"margins\":[]}",
		"{\"schema\":\"blki-bench-limits/1\",\"rules\":[{\"device\":\"*\",\"load\":\"*\","
		"\"arm\":\"pass\",\"versus\":\"raw\",\"max_delta\":\"8\"}],\"margins\":[]}",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(parse(wrong[i]), -EINVAL);
		assert_true(message[0]);
	}
}

static void parse_too_many_rules_is_refused(void **state)
{
	static char text[64 * BENCH_MAX_RULES];
	size_t used, i;

	(void)state;
	used = (size_t)snprintf(text, sizeof(text), "{\"schema\":\"blki-bench-limits/1\","
				"\"rules\":[");
	for (i = 0; i <= BENCH_MAX_RULES; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s{}", i ? "," : "");
	snprintf(text + used, sizeof(text) - used, "],\"margins\":[]}");
	assert_int_equal(parse(text), -EINVAL);
	assert_non_null(strstr(message, "at most"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pattern_star_prefix_and_name),
		cmocka_unit_test(built_in_limits_are_valid_and_hold_the_targets),
		cmocka_unit_test(parse_rule_takes_every_field),
		cmocka_unit_test(parse_wrong_documents_are_refused),
		cmocka_unit_test(parse_too_many_rules_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
