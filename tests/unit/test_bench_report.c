// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of bench/report.c: the figures and warnings that a reader must find.
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

#include <json-c/json.h>

#include "bench/report.h"

static void add_cell(struct bench_result *result, const char *device, const char *arm, double cost)
{
	struct bench_key key = { .load = "randread-4k-qd1" };
	const double samples[] = { cost };
	struct bench_cell *cell;
	int rep;

	snprintf(key.device, sizeof(key.device), "%s", device);
	snprintf(key.arm, sizeof(key.arm), "%s", arm);
	cell = bench_result_add_cell(result, &key, 32);
	assert_non_null(cell);
	for (rep = 0; rep < 3; rep++)
		assert_int_equal(bench_cell_add_rep(cell, samples, 1), 0);
}

static void make(struct bench_result *result, const char *clock)
{
	assert_int_equal(bench_result_init(result, "remap-overhead", clock), 0);
	json_object_object_add(result->environment, "kernel", json_object_new_string("6.12"));
	add_cell(result, "brd", "remap", 7140);
	add_cell(result, "brd", "dm-linear", 6800);
	add_cell(result, "brd", "raw", 4800);
	assert_int_equal(bench_result_check(result, "brd/raw/data", true, "fine"), 0);
	assert_int_equal(bench_result_compare(result), 0);
}

static char *table_of(const struct bench_result *result)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	bench_report_table(result, out);
	fclose(out);
	return text;
}

static char *markdown_of(const struct bench_result *result, struct json_object *attach)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	bench_report_markdown(result, attach, out);
	fclose(out);
	return text;
}

static void table_has_cost_difference_ratio_and_resolution(void **state)
{
	struct bench_result result;
	char *text;

	(void)state;
	make(&result, "instructions");
	text = table_of(&result);
	assert_non_null(strstr(text, "  raw                      4800.0            -              -"));
	assert_true(strstr(text, "  raw ") < strstr(text, "  remap "));
	assert_non_null(strstr(text, "  remap                    7140.0      +2340.0         1.0500"
			       "       0.0         1.0\n"));
	free(text);
	bench_result_free(&result);
}

static void markdown_warns_that_instructions_are_not_cycles(void **state)
{
	struct bench_result result;
	char *text;

	(void)state;
	make(&result, "instructions");
	text = markdown_of(&result, NULL);
	assert_non_null(strstr(text, "Instructions are not cycles"));
	assert_non_null(strstr(text, "| remap | 7140.0 | +2340.0 | 1.0500 | 0.0 | 1.0 |"));
	assert_non_null(strstr(text, "| kernel | 6.12 |"));
	assert_non_null(strstr(text, "Verdict: **pass**: 1 checks, 0 failed."));
	assert_null(strstr(text, "Attach and detach"));
	free(text);
	bench_result_free(&result);
}

static void markdown_of_wall_clock_warns_of_it(void **state)
{
	struct bench_result result;
	char *text;

	(void)state;
	make(&result, "ns");
	text = markdown_of(&result, NULL);
	assert_null(strstr(text, "Instructions are not cycles"));
	assert_non_null(strstr(text, "no basis for a gate"));
	free(text);
	bench_result_free(&result);
}

static void markdown_shows_failed_checks_and_attach_times(void **state)
{
	struct json_object *attach = json_tokener_parse(
		"{\"results\":[{\"command\":\"blki x\",\"median\":0.0125,\"min\":0.01,"
		"\"max\":0.02}]}");
	struct bench_result result;
	char *text;

	(void)state;
	make(&result, "instructions");
	assert_int_equal(bench_result_check(&result, "brd/pass/data", false, "1 wrong"), 0);
	text = markdown_of(&result, attach);
	assert_non_null(strstr(text, "Verdict: **fail**: 2 checks, 1 failed."));
	assert_non_null(strstr(text, "- failed: `brd/pass/data`: 1 wrong"));
	assert_non_null(strstr(text, "| blki x | 12.50 | 10.00 | 20.00 |"));
	free(text);
	json_object_put(attach);
	bench_result_free(&result);
}

/* 32 in flight, 2000 ns each: a latency of 64 us; 20 ns more are 0.64 us and 1 %. */
static void shares_are_of_the_mean_latency(void **state)
{
	const double raw[] = { 1000, 3000 }, pass[] = { 1020, 3020 };
	struct bench_key key = { .device = "ublk:nvme-tlc", .load = "randread-4k-qd32" };
	struct bench_result result;
	struct bench_cell *cell;
	char *text = NULL;
	size_t size = 0;
	FILE *out;

	(void)state;
	make(&result, "instructions");
	out = open_memstream(&text, &size);
	bench_report_shares(&result, out);
	fclose(out);
	assert_string_equal(text, "");
	free(text);
	snprintf(key.arm, sizeof(key.arm), "raw");
	cell = bench_result_add_cell(&result, &key, 32);
	assert_int_equal(bench_cell_add_rep(cell, raw, 2), 0);
	snprintf(key.arm, sizeof(key.arm), "pass");
	cell = bench_result_add_cell(&result, &key, 32);
	assert_int_equal(bench_cell_add_rep(cell, pass, 2), 0);
	json_object_object_add(result.environment, "devices",
			       json_tokener_parse("{\"brd\":{},\"ublk:nvme-tlc\":{"
						  "\"profile_floor_ns\":12000,"
						  "\"profile_delivered\":false}}"));
	out = open_memstream(&text, &size);
	bench_report_shares(&result, out);
	fclose(out);
	assert_non_null(strstr(text, "| pass               |      64.64 |     +0.64 |   +1.000 |\n"));
	assert_null(strstr(text, "brd"));
	assert_non_null(strstr(text, "ublk:nvme-tlc has I/Os of 12.0 us"));
	free(text);
	bench_result_free(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_has_cost_difference_ratio_and_resolution),
		cmocka_unit_test(markdown_warns_that_instructions_are_not_cycles),
		cmocka_unit_test(markdown_of_wall_clock_warns_of_it),
		cmocka_unit_test(shares_are_of_the_mean_latency),
		cmocka_unit_test(markdown_shows_failed_checks_and_attach_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
