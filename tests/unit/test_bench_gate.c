// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of bench/gate.c: the same figures pass, a planted regression is found, noise makes it
 * inconclusive, another environment makes it incomparable.
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

#include "bench/gate.h"

static const char limits_text[] =
	"{\"schema\":\"blki-bench-limits/1\",\"rules\":["
	"{\"device\":\"*\",\"load\":\"*\",\"arm\":\"idle\",\"versus\":\"raw\",\"max_delta\":8,"
	"\"max_delta_pct\":0.2,\"both_ways\":true},"
	"{\"device\":\"*\",\"load\":\"*\",\"arm\":\"pass\",\"versus\":\"raw\",\"max_delta\":320},"
	"{\"device\":\"*\",\"load\":\"*\",\"arm\":\"remap\",\"versus\":\"dm-linear\","
	"\"max_ratio\":1.06}],"
	"\"margins\":[{\"device\":\"*\",\"load\":\"*\",\"arm\":\"*\",\"margin\":8,"
	"\"margin_pct\":0.2}]}";

static struct bench_limits limits;
static struct bench_result base, now;
static struct bench_gate gate;

/* Three repetitions around @cost, @noise apart. */
static void add_cell(struct bench_result *result, const char *arm, double cost, double noise)
{
	struct bench_key key = { .device = "null_blk", .load = "randread-4k-qd1" };
	struct bench_cell *cell;
	int rep;

	snprintf(key.arm, sizeof(key.arm), "%s", arm);
	cell = bench_result_add_cell(result, &key, 32);
	assert_non_null(cell);
	for (rep = -1; rep <= 1; rep++) {
		const double samples[] = { cost + rep * noise, cost + rep * noise };

		assert_int_equal(bench_cell_add_rep(cell, samples, 2), 0);
	}
}

static void make(struct bench_result *result, double idle, double pass, double remap, double noise)
{
	assert_int_equal(bench_result_init(result, "remap-overhead", "instructions"), 0);
	json_object_object_add(result->environment, "kernel", json_object_new_string("6.12"));
	add_cell(result, "raw", 4800, 0);
	add_cell(result, "dm-linear", 6800, 0);
	add_cell(result, "idle", 4800 + idle, noise);
	add_cell(result, "pass", 4800 + pass, noise);
	add_cell(result, "remap", remap, noise);
	assert_int_equal(bench_result_check(result, "all", true, "fine"), 0);
	assert_int_equal(bench_result_compare(result), 0);
}

static enum bench_outcome judge(void)
{
	char message[256];

	assert_int_equal(bench_limits_parse(limits_text, &limits, message, sizeof(message)), 0);
	assert_int_equal(bench_gate_judge(&base, &now, &limits, &gate), 0);
	return gate.outcome;
}

static int release(void **state)
{
	(void)state;
	bench_gate_free(&gate);
	bench_result_free(&base);
	bench_result_free(&now);
	return 0;
}

static const struct bench_finding *worst(const char *arm)
{
	const struct bench_finding *found = NULL;
	size_t i;

	for (i = 0; i < gate.nr_findings; i++)
		if (!strcmp(gate.findings[i].key.arm, arm) &&
		    gate.findings[i].outcome != BENCH_GATE_PASS)
			found = &gate.findings[i];
	return found;
}

static void same_figures_pass(void **state)
{
	(void)state;
	make(&base, 0, 250, 7000, 0);
	make(&now, 0, 250, 7000, 0);
	assert_int_equal(judge(), BENCH_GATE_PASS);
	assert_int_equal(gate.nr_findings, 8);
}

static void planted_fifty_instructions_are_a_regression(void **state)
{
	const struct bench_finding *f;

	(void)state;
	make(&base, 0, 250, 7000, 0);
	make(&now, 0, 300, 7050, 0);
	assert_int_equal(judge(), BENCH_GATE_REGRESSION);
	f = worst("pass");
	assert_non_null(f);
	assert_int_equal(f->outcome, BENCH_GATE_REGRESSION);
	assert_true(f->value - f->baseline == 50);
	assert_string_equal(f->versus, "raw");
	assert_non_null(worst("remap"));
	assert_null(worst("idle"));
}

static void fewer_instructions_pass(void **state)
{
	(void)state;
	make(&base, 0, 250, 7000, 0);
	make(&now, 0, 150, 6900, 0);
	assert_int_equal(judge(), BENCH_GATE_PASS);
}

/* The margin of a cell is the larger of 8 and 0.2 %: 10.1 for pass. */
static void change_at_the_margin_passes_and_above_fails(void **state)
{
	(void)state;
	make(&base, 0, 250, 7000, 0);
	make(&now, 0, 260, 7000, 0);
	assert_int_equal(judge(), BENCH_GATE_PASS);
	release(state);
	make(&base, 0, 250, 7000, 0);
	make(&now, 0, 261, 7000, 0);
	assert_int_equal(judge(), BENCH_GATE_REGRESSION);
}

static void noise_above_the_margin_is_inconclusive(void **state)
{
	(void)state;
	make(&base, 0, 250, 7000, 40);
	make(&now, 0, 250, 7000, 40);
	assert_int_equal(judge(), BENCH_GATE_INCONCLUSIVE);
	assert_true(worst("pass")->resolvable > worst("pass")->limit);
}

static void improvement_beyond_the_noise_passes(void **state)
{
	(void)state;
	make(&base, 0, 250, 7000, 40);
	make(&now, 0, -750, 7000, 40);
	judge();
	assert_null(worst("pass"));
}

static void regression_beyond_the_noise_is_found_all_the_same(void **state)
{
	(void)state;
	make(&base, 0, 100, 6900, 10);
	make(&now, 0, 250, 7050, 10);
	assert_int_equal(judge(), BENCH_GATE_REGRESSION);
}

static void absolute_limits_hold_without_a_change(void **state)
{
	(void)state;
	make(&base, 0, 330, 7000, 0);
	make(&now, 0, 330, 7000, 0);
	assert_int_equal(judge(), BENCH_GATE_REGRESSION);
	assert_true(isnan(worst("pass")->baseline));
	release(state);
	make(&base, 0, 250, 7300, 0);
	make(&now, 0, 250, 7300, 0);
	assert_int_equal(judge(), BENCH_GATE_REGRESSION);
	assert_string_equal(worst("remap")->unit, "x");
}

/* 0.2 % of raw's 4800 is 9.6, above 8. */
static void idle_limit_holds_in_both_directions(void **state)
{
	(void)state;
	make(&base, -9, 250, 7000, 0);
	make(&now, -9, 250, 7000, 0);
	assert_int_equal(judge(), BENCH_GATE_PASS);
	release(state);
	make(&base, -11, 250, 7000, 0);
	make(&now, -11, 250, 7000, 0);
	assert_int_equal(judge(), BENCH_GATE_REGRESSION);
}

static void other_kernel_is_incomparable(void **state)
{
	(void)state;
	make(&base, 0, 250, 7000, 0);
	make(&now, 0, 300, 7000, 0);
	json_object_object_add(now.environment, "kernel", json_object_new_string("6.13"));
	assert_int_equal(judge(), BENCH_GATE_INCOMPARABLE);
	assert_non_null(strstr(gate.reason, "kernel differs"));
}

static void fact_that_one_side_lacks_is_incomparable(void **state)
{
	(void)state;
	make(&base, 0, 250, 7000, 0);
	make(&now, 0, 250, 7000, 0);
	json_object_object_add(base.environment, "cpu_model", json_object_new_string("max"));
	assert_int_equal(judge(), BENCH_GATE_INCOMPARABLE);
}

static void other_commit_and_module_are_comparable(void **state)
{
	(void)state;
	make(&base, 0, 250, 7000, 0);
	make(&now, 0, 250, 7000, 0);
	json_object_object_add(now.environment, "git_commit", json_object_new_string("f00"));
	json_object_object_add(now.environment, "module", json_object_new_object());
	assert_int_equal(judge(), BENCH_GATE_PASS);
}

static void missing_cell_is_incomparable(void **state)
{
	(void)state;
	make(&base, 0, 250, 7000, 0);
	add_cell(&base, "dm-linear-2", 8800, 0);
	make(&now, 0, 250, 7000, 0);
	assert_int_equal(judge(), BENCH_GATE_INCOMPARABLE);
	assert_non_null(strstr(gate.reason, "dm-linear-2"));
}

static void failed_check_of_the_result_fails_the_gate(void **state)
{
	(void)state;
	make(&base, 0, 250, 7000, 0);
	make(&now, 0, 250, 7000, 0);
	assert_int_equal(bench_result_check(&now, "hook-seen", false, "7 lost"), 0);
	assert_int_equal(judge(), BENCH_GATE_REGRESSION);
	assert_non_null(strstr(gate.reason, "7 lost"));
}

static void failed_check_of_the_baseline_is_incomparable(void **state)
{
	(void)state;
	make(&base, 0, 250, 7000, 0);
	make(&now, 0, 250, 7000, 0);
	assert_int_equal(bench_result_check(&base, "hook-seen", false, "7 lost"), 0);
	assert_int_equal(judge(), BENCH_GATE_INCOMPARABLE);
}

static void wall_clock_never_gates(void **state)
{
	(void)state;
	make(&base, 0, 250, 7000, 0);
	make(&now, 0, 900, 9000, 0);
	snprintf(base.clock, sizeof(base.clock), "ns");
	snprintf(now.clock, sizeof(now.clock), "ns");
	assert_int_equal(judge(), BENCH_GATE_INCONCLUSIVE);
}

static void print_names_cell_amount_limit_and_reproducer(void **state)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	make(&base, 0, 250, 7000, 0);
	make(&now, 0, 300, 7000, 0);
	judge();
	bench_gate_print(&gate, out);
	fclose(out);
	assert_non_null(strstr(text, "regression: null_blk randread-4k-qd1 pass"));
	assert_non_null(strstr(text, "+50.0, allowed +10.1"));
	assert_non_null(strstr(text, "./x bench run remap-overhead --device null_blk --load "
			       "randread-4k-qd1 --arm raw,pass\n"));
	free(text);
}

static void json_holds_outcome_and_every_finding(void **state)
{
	struct json_object *root, *value;

	(void)state;
	make(&base, 0, 250, 7000, 0);
	make(&now, 0, 300, 7000, 0);
	judge();
	root = bench_gate_to_json(&gate);
	assert_true(json_object_object_get_ex(root, "outcome", &value));
	assert_string_equal(json_object_get_string(value), "regression");
	assert_true(json_object_object_get_ex(root, "findings", &value));
	assert_int_equal(json_object_array_length(value), gate.nr_findings);
	json_object_put(root);
}

#define GATE_TEST(function) cmocka_unit_test_teardown(function, release)

int main(void)
{
	const struct CMUnitTest tests[] = {
		GATE_TEST(same_figures_pass),
		GATE_TEST(planted_fifty_instructions_are_a_regression),
		GATE_TEST(fewer_instructions_pass),
		GATE_TEST(change_at_the_margin_passes_and_above_fails),
		GATE_TEST(noise_above_the_margin_is_inconclusive),
		GATE_TEST(improvement_beyond_the_noise_passes),
		GATE_TEST(regression_beyond_the_noise_is_found_all_the_same),
		GATE_TEST(absolute_limits_hold_without_a_change),
		GATE_TEST(idle_limit_holds_in_both_directions),
		GATE_TEST(other_kernel_is_incomparable),
		GATE_TEST(fact_that_one_side_lacks_is_incomparable),
		GATE_TEST(other_commit_and_module_are_comparable),
		GATE_TEST(missing_cell_is_incomparable),
		GATE_TEST(failed_check_of_the_result_fails_the_gate),
		GATE_TEST(failed_check_of_the_baseline_is_incomparable),
		GATE_TEST(wall_clock_never_gates),
		GATE_TEST(print_names_cell_amount_limit_and_reproducer),
		GATE_TEST(json_holds_outcome_and_every_finding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
