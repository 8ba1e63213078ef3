// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of bench/result.c and bench/result_json.c: figures survive the way through the
 * file, and a file whose figures do not belong together is refused.
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

#include "bench/result.h"

static void add_cell(struct bench_result *result, const char *arm, double base)
{
	const double first[] = { base, base + 0.03125, base + 100 };
	const double second[] = { base + 2, base + 2, base + 2 };
	struct bench_key key = { .device = "null_blk", .load = "randread-4k-qd1" };
	struct bench_cell *cell;

	snprintf(key.arm, sizeof(key.arm), "%s", arm);
	cell = bench_result_add_cell(result, &key, 32);
	assert_non_null(cell);
	assert_int_equal(bench_cell_add_rep(cell, first, 3), 0);
	assert_int_equal(bench_cell_add_rep(cell, second, 3), 0);
}

static void make(struct bench_result *result)
{
	assert_int_equal(bench_result_init(result, "remap-overhead", "instructions"), 0);
	add_cell(result, "raw", 5000);
	add_cell(result, "dm-linear", 7000);
	add_cell(result, "remap", 7300);
	assert_int_equal(bench_result_check(result, "a", true, "%d of %d", 3, 3), 0);
	assert_int_equal(bench_result_compare(result), 0);
}

static int read_back(struct json_object *root, struct bench_result *result)
{
	char message[256] = "";
	int err = bench_result_from_json(root, result, message, sizeof(message));

	assert_int_equal(!err, !message[0]);
	return err;
}

static struct json_object *as_text_and_back(const struct bench_result *result)
{
	struct json_object *root = bench_result_to_json(result), *again;

	again = json_tokener_parse(json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY));
	json_object_put(root);
	assert_non_null(again);
	return again;
}

static void add_rep_of_other_length_is_refused(void **state)
{
	const double two[] = { 1, 2 };
	struct bench_result result;

	(void)state;
	make(&result);
	assert_int_equal(bench_cell_add_rep(&result.cells[0], two, 2), -EINVAL);
	assert_int_equal(bench_cell_add_rep(&result.cells[0], two, 0), -EINVAL);
	assert_int_equal(result.cells[0].nr_ios, 6 * 32);
	bench_result_free(&result);
}

static void compare_uses_medians_of_both_arms(void **state)
{
	const struct bench_comparison *c;
	struct bench_result result;

	(void)state;
	make(&result);
	assert_int_equal(result.nr_comparisons, 3);
	c = bench_result_compared(&result, &result.cells[2].key, "dm-linear");
	assert_non_null(c);
	assert_true(c->delta == 300);
	assert_true(fabs(c->ratio - 7302.0 / 7002.0) < 1e-12);
	assert_null(bench_result_compared(&result, &result.cells[0].key, "raw"));
	bench_result_free(&result);
}

static void round_trip_keeps_every_bit(void **state)
{
	struct bench_result result, again;
	struct json_object *root;
	size_t i, k;

	(void)state;
	make(&result);
	root = as_text_and_back(&result);
	assert_int_equal(read_back(root, &again), 0);
	assert_int_equal(again.nr_cells, result.nr_cells);
	for (i = 0; i < again.nr_cells; i++) {
		assert_memory_equal(&again.cells[i].summary, &result.cells[i].summary,
				    sizeof(again.cells[i].summary));
		for (k = 0; k < again.cells[i].nr_samples; k++)
			assert_true(again.cells[i].samples[k] == result.cells[i].samples[k]);
	}
	assert_true(bench_result_ok(&again));
	assert_string_equal(again.checks[0].detail, "3 of 3");
	json_object_put(root);
	bench_result_free(&again);
	bench_result_free(&result);
}

static void document_names_schema_verdict_and_units(void **state)
{
	struct json_object *root, *value, *cell;
	struct bench_result result;

	(void)state;
	make(&result);
	assert_int_equal(bench_result_check(&result, "b", false, "lost"), 0);
	root = as_text_and_back(&result);
	assert_true(json_object_object_get_ex(root, "schema", &value));
	assert_string_equal(json_object_get_string(value), "blki-bench-result/1");
	assert_true(json_object_object_get_ex(root, "verdict", &value));
	assert_string_equal(json_object_get_string(value), "fail");
	assert_true(json_object_object_get_ex(root, "cells", &value));
	cell = json_object_array_get_idx(value, 0);
	assert_true(json_object_object_get_ex(cell, "unit", &value));
	assert_string_equal(json_object_get_string(value), "instructions/IO");
	assert_true(json_object_object_get_ex(cell, "n", &value));
	assert_int_equal(json_object_get_int(value), 192);
	json_object_put(root);
	bench_result_free(&result);
}

/* Change one field of the first cell and expect the document to be refused. */
static void assert_refused_with(const char *key, struct json_object *value)
{
	struct bench_result result, again;
	struct json_object *root, *cells;

	make(&result);
	root = as_text_and_back(&result);
	assert_true(json_object_object_get_ex(root, "cells", &cells));
	json_object_object_add(json_object_array_get_idx(cells, 0), key, value);
	assert_int_equal(read_back(root, &again), -EINVAL);
	json_object_put(root);
	bench_result_free(&again);
	bench_result_free(&result);
}

static void document_with_wrong_figures_is_refused(void **state)
{
	(void)state;
	assert_refused_with("median", json_object_new_double(5000));
	assert_refused_with("n", json_object_new_int(191));
	assert_refused_with("repetitions", json_object_new_int(4));
	assert_refused_with("repetitions", json_object_new_int(0));
	assert_refused_with("window", json_object_new_int(0));
	assert_refused_with("samples", json_object_new_array());
	assert_refused_with("samples", json_object_new_string("none"));
	assert_refused_with("arm", NULL);
	assert_refused_with("arm", json_object_new_string("remap"));
}

static void document_of_other_schema_is_refused(void **state)
{
	struct bench_result again;
	struct json_object *root = json_tokener_parse("{\"schema\":\"blki-bench-result/2\"}");

	(void)state;
	assert_int_equal(read_back(root, &again), -EINVAL);
	json_object_put(root);
	bench_result_free(&again);
}

static void read_missing_file_names_the_reason(void **state)
{
	struct bench_result again;
	char message[256];

	(void)state;
	assert_int_equal(bench_result_read("/nonexistent/result.json", &again, message,
					   sizeof(message)), -ENOENT);
	assert_string_equal(message, "No such file or directory");
	bench_result_free(&again);
}

static void write_then_read_gives_the_same(void **state)
{
	char path[] = "/tmp/test_bench_result.XXXXXX", message[256];
	struct bench_result result, again;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	make(&result);
	assert_int_equal(bench_result_write(&result, path), 0);
	assert_int_equal(bench_result_read(path, &again, message, sizeof(message)), 0);
	assert_true(again.cells[2].summary.median == result.cells[2].summary.median);
	remove(path);
	bench_result_free(&again);
	bench_result_free(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(add_rep_of_other_length_is_refused),
		cmocka_unit_test(compare_uses_medians_of_both_arms),
		cmocka_unit_test(round_trip_keeps_every_bit),
		cmocka_unit_test(document_names_schema_verdict_and_units),
		cmocka_unit_test(document_with_wrong_figures_is_refused),
		cmocka_unit_test(document_of_other_schema_is_refused),
		cmocka_unit_test(read_missing_file_names_the_reason),
		cmocka_unit_test(write_then_read_gives_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
