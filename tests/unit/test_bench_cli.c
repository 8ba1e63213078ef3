// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of the program bench on the host: `bench gate` on files it is given, and wrong words.
 *
 * The verdict of a gate is its exit code; here that code is taken from the program as a script
 * would.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "bench/result.h"

static char dir[] = "/tmp/test_bench_cli.XXXXXX";

/* Exit code of `bench ARGUMENTS`, run in @dir with its output in the file "out". */
static int bench(const char *arguments)
{
	char command[1024];
	int status;

	snprintf(command, sizeof(command), "cd %s && '%s' %s >out 2>&1", dir, BENCH_PROGRAM,
		 arguments);
	status = system(command);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int said(const char *word)
{
	char path[128], text[8192];
	size_t n;
	FILE *file;

	snprintf(path, sizeof(path), "%s/out", dir);
	file = fopen(path, "r");
	assert_non_null(file);
	n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[n] = '\0';
	return !!strstr(text, word);
}

static void add_cell(struct bench_result *result, const char *arm, double cost, double noise)
{
	struct bench_key key = { .device = "null_blk", .load = "randread-4k-qd1" };
	struct bench_cell *cell;
	int rep;

	snprintf(key.arm, sizeof(key.arm), "%s", arm);
	cell = bench_result_add_cell(result, &key, 32);
	assert_non_null(cell);
	for (rep = -1; rep <= 1; rep++) {
		const double sample = cost + rep * noise;

		assert_int_equal(bench_cell_add_rep(cell, &sample, 1), 0);
	}
}

static void write_result(const char *name, const char *kernel, double pass, double noise)
{
	struct bench_result result;
	char path[128];

	assert_int_equal(bench_result_init(&result, "remap-overhead", "instructions"), 0);
	json_object_object_add(result.environment, "kernel", json_object_new_string(kernel));
	add_cell(&result, "raw", 4800, 0);
	add_cell(&result, "pass", 4800 + pass, noise);
	assert_int_equal(bench_result_check(&result, "all", 1, "fine"), 0);
	assert_int_equal(bench_result_compare(&result), 0);
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(bench_result_write(&result, path), 0);
	bench_result_free(&result);
}

static int make_files(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	write_result("base", "6.12", 200, 0);
	write_result("same", "6.12", 200, 0);
	write_result("planted", "6.12", 250, 0);
	write_result("noisy", "6.12", 200, 40);
	write_result("elsewhere", "6.13", 200, 0);
	return 0;
}

static int remove_files(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static void gate_same_exits_0(void **state)
{
	(void)state;
	assert_int_equal(bench("gate --baseline base --result same"), 0);
	assert_int_equal(bench("gate --baseline base --result same --json"), 0);
	assert_true(said("\"pass\""));
}

static void gate_planted_exits_1(void **state)
{
	(void)state;
	assert_int_equal(bench("gate --baseline base --result planted"), 1);
	assert_true(said("+50.0"));
	assert_int_equal(bench("gate --baseline base --result planted --json"), 1);
}

static void gate_incomparable_exits_2(void **state)
{
	(void)state;
	assert_int_equal(bench("gate --baseline base --result elsewhere"), 2);
	assert_true(said("kernel differs"));
}

static void gate_noisy_exits_3(void **state)
{
	(void)state;
	assert_int_equal(bench("gate --baseline base --result noisy"), 3);
}

static void gate_wrong_use_exits_2(void **state)
{
	(void)state;
	assert_int_equal(bench("gate"), 2);
	assert_int_equal(bench("gate --baseline nowhere --result same"), 2);
	assert_true(said("nowhere"));
	assert_int_equal(bench("gate --baseline base --result same --limits nowhere"), 2);
	assert_int_equal(bench("gate --baseline base --against-dir nowhere"), 2);
	assert_int_equal(bench("gate --against-dir nowhere"), 2);
	assert_true(said("nowhere"));
}

static void wrong_words_exit_2_and_name_the_valid_ones(void **state)
{
	static const char *const wrong[][2] = {
		{ "", "Usage" },
		{ "frobnicate", "run, list, gate, profile, check" },
		{ "check", "run, gate, profile" },
		{ "check list", "run, gate, profile" },
		{ "check run elsewhere", "remap-overhead" },
		{ "check run remap-overhead --device floppy", "null_blk, brd" },
		{ "check run remap-overhead --arm sideways", "raw, dm-linear" },
		{ "check run remap-overhead --device brd --arm pass-fast", "pass-fast" },
		{ "check run remap-overhead --device ublk-null --arm remap-native-other", "null_blk" },
		{ "check run attach-pause --device brd", "valid: null_blk" },
		{ "check run attach-pause --load randread-4k-qd1", "leave --load out" },
		{ "check run remap-overhead --device ublk:tape", "ublk:hdd-7200" },
		{ "check profile remap-overhead --device ublk:nvme-tlc", "not profiled" },
		{ "check profile attach-pause", "remap-overhead, ublk-baseline" },
		{ "check run ublk-baseline --device floppy", "peer-ublksrv" },
		{ "check gate --against-dir /nowhere --load heavy", "randread-4k-qd1" },
		{ "check profile remap-overhead --arm sideways", "raw, dm-linear" },
		{ "run", "remap-overhead, attach-pause" },
		{ "run elsewhere", "remap-overhead" },
		{ "run remap-overhead --device floppy", "null_blk, brd, ublk-null, ublk-ram" },
		{ "run remap-overhead --arm sideways", "raw, dm-linear, dm-linear-2, dm-linear-alias" },
		{ "run remap-overhead --load heavy", "randread-4k-qd1, randread-4k-qd32" },
		{ "run remap-overhead --reps 0", "from 1 to 10" },
		{ "run remap-overhead --ios -5", "no number" },
		{ "run remap-overhead --ios 5x", "no number" },
		{ "run remap-overhead --colour", "colour" },
		{ "list everything", "everything" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(bench(wrong[i][0]), 2);
		assert_true(said(wrong[i][1]));
	}
}

/* What is right is only read: nothing is measured, and no guest is needed. */
static void check_of_right_words_exits_0(void **state)
{
	static const char *const right[] = {
		"check run remap-overhead",
		"check run remap-overhead --device null_blk,brd --arm raw,pass-fast",
		"check run remap-overhead --load randread-4k-qd128,randread-128k-qd1 --reps 5",
		"check run remap-overhead --device ublk:nvme-tlc --arm raw,pass",
		"check run ublk-baseline",
		"check run attach-pause --arm pass,remap --device null_blk --reps 5",
		"check gate --against-dir /nowhere --device null_blk",
		"check profile remap-overhead --device null_blk",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(right) / sizeof(right[0]); i++)
		assert_int_equal(bench(right[i]), 0);
}

static void list_draws_every_arm(void **state)
{
	(void)state;
	assert_int_equal(bench("list"), 0);
	assert_true(said("load -> origin -> hook -> noexcl dm-linear -> origin -> driver"));
	assert_int_equal(bench("list --json"), 0);
	assert_true(said("blki-bench-list/1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gate_same_exits_0),
		cmocka_unit_test(gate_planted_exits_1),
		cmocka_unit_test(gate_incomparable_exits_2),
		cmocka_unit_test(gate_noisy_exits_3),
		cmocka_unit_test(gate_wrong_use_exits_2),
		cmocka_unit_test(wrong_words_exit_2_and_name_the_valid_ones),
		cmocka_unit_test(check_of_right_words_exits_0),
		cmocka_unit_test(list_draws_every_arm),
	};

	return cmocka_run_group_tests(tests, make_files, remove_files);
}
