// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of bench/pause_report.c: each figure stands in its row, with its interval and n.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "bench/pause.h"
#include "bench/pause_report.h"

#define REPS 3

/* Samples base, base + 1 us ... in every repetition. */
static void add_cell(struct bench_result *result, const char *load, const char *arm, double base)
{
	struct bench_key key = { .device = BENCH_PAUSE_DEVICE };
	double samples[BENCH_PAUSE_TRIALS];
	struct bench_cell *cell;
	int i;

	snprintf(key.load, sizeof(key.load), "%s", load);
	snprintf(key.arm, sizeof(key.arm), "%s", arm);
	for (i = 0; i < BENCH_PAUSE_TRIALS; i++)
		samples[i] = base + i * 1000;
	cell = bench_result_add_cell(result, &key, 1);
	assert_non_null(cell);
	for (i = 0; i < REPS; i++)
		assert_int_equal(bench_cell_add_rep(cell, samples, BENCH_PAUSE_TRIALS), 0);
}

static void make(struct bench_result *result)
{
	assert_int_equal(bench_result_init(result, "attach-pause", "instructions"), 0);
	snprintf(result->unit, sizeof(result->unit), "%s", BENCH_PAUSE_UNIT);
	add_cell(result, BENCH_PAUSE_ATTACH, "raw", 50000);
	add_cell(result, BENCH_PAUSE_ATTACH, "pass", 12000000);
	add_cell(result, BENCH_PAUSE_ATTACH_CALL, "pass", 150000000);
	assert_int_equal(bench_result_check(result, "all", true, "fine"), 0);
	assert_int_equal(bench_result_compare(result), 0);
}

static void report_has_gap_interval_n_and_difference(void **state)
{
	struct bench_result result;
	char *text = NULL;
	size_t size = 0;
	FILE *out;

	(void)state;
	make(&result);
	out = open_memstream(&text, &size);
	bench_pause_report(&result, out);
	fclose(out);
	/* 15 samples, three each of 12000 to 12004 us: ranks 4 and 12. */
	assert_non_null(strstr(text, "| attach | pass               |   12002.0 |   12001.0 to   "
				     "12003.0 |  15 |  +11950.0 |"));
	assert_non_null(strstr(text, "|  150002.0 |"));
	assert_non_null(strstr(text, "| attach | raw                |      52.0 |"));
	assert_null(strstr(text, "| detach |"));
	assert_non_null(strstr(text, "./x bench run attach-pause"));
	free(text);
	bench_result_free(&result);
}

static void json_has_unit_and_interval(void **state)
{
	struct json_object *root, *cells, *cell, *value;
	struct bench_result result, back;
	char message[128];

	(void)state;
	make(&result);
	root = bench_result_to_json(&result);
	assert_true(json_object_object_get_ex(root, "cells", &cells));
	cell = json_object_array_get_idx(cells, 1);
	assert_true(json_object_object_get_ex(cell, "unit", &value));
	assert_string_equal(json_object_get_string(value), "ns");
	assert_true(json_object_object_get_ex(cell, "median_interval_95", &value));
	assert_true(json_object_get_double(json_object_array_get_idx(value, 0)) == 12001000);
	assert_true(json_object_get_double(json_object_array_get_idx(value, 1)) == 12003000);
	assert_int_equal(bench_result_from_json(root, &back, message, sizeof(message)), 0);
	assert_string_equal(back.unit, "ns");
	bench_result_free(&back);
	json_object_put(root);
	bench_result_free(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(report_has_gap_interval_n_and_difference),
		cmocka_unit_test(json_has_unit_and_interval),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
