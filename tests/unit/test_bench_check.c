// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of bench/check.c: a proof that holds passes, and each way in which it can fail fails.
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
#include <linux/blki.h>

#include "bench/check.h"
#include "bench/result.h"

#define IOS 1000

static struct bench_proof good_remap(void)
{
	struct bench_proof proof = {
		.device = "ublk-ram", .arm = BENCH_REMAP, .has_stat = true, .has_server = true,
		.issued = IOS, .requests = IOS, .elapsed_ns = 1000000, .other_ns = 1000,
		.counted = { .hook_seen = IOS, .hook_done = IOS, .dm = { IOS, 0 }, .origin = IOS,
			     .server = IOS, .interposers = 1, .kind = BLKI_KIND_REMAP,
			     .hook = BLKI_HOOK_LIST },
	};

	return proof;
}

static const struct bench_check *find(const struct bench_result *result, const char *name)
{
	size_t i;

	for (i = 0; i < result->nr_checks; i++)
		if (!strcmp(result->checks[i].name, name))
			return &result->checks[i];
	return NULL;
}

static void judge(const struct bench_proof *proof, struct bench_result *result)
{
	assert_int_equal(bench_result_init(result, "remap-overhead", "instructions"), 0);
	assert_int_equal(bench_proof_judge(proof, result), 0);
}

static void assert_fails(const struct bench_proof *proof, const char *name)
{
	struct bench_result result;
	const struct bench_check *check;
	size_t i, failed = 0;

	judge(proof, &result);
	check = find(&result, name);
	assert_non_null(check);
	assert_false(check->ok);
	for (i = 0; i < result.nr_checks; i++)
		failed += !result.checks[i].ok;
	assert_int_equal(failed, 1);
	bench_result_free(&result);
}

static void add_two_visits_sums_differences(void **state)
{
	const struct bench_counts before = { .hook_seen = 5, .dm = { 7, 0 }, .interposers = 1 };
	const struct bench_counts after = { .hook_seen = 15, .dm = { 18, 0 }, .interposers = 1 };
	struct bench_proof proof = { .arm = BENCH_REMAP };

	(void)state;
	bench_proof_add(&proof, &before, &after);
	bench_proof_add(&proof, &before, &after);
	assert_int_equal(proof.visits, 2);
	assert_int_equal(proof.counted.hook_seen, 20);
	assert_int_equal(proof.counted.dm[0], 22);
	assert_int_equal(proof.counted.interposers, 1);
}

static void judge_good_remap_passes(void **state)
{
	struct bench_proof proof = good_remap();
	struct bench_result result;

	(void)state;
	judge(&proof, &result);
	assert_true(bench_result_ok(&result));
	assert_non_null(find(&result, "ublk-ram/remap/hook-seen"));
	bench_result_free(&result);
}

static void judge_each_wrong_count_fails_its_check(void **state)
{
	struct bench_proof proof;

	(void)state;
	proof = good_remap();
	proof.counted.hook_seen--;
	assert_fails(&proof, "ublk-ram/remap/hook-seen");
	proof = good_remap();
	proof.counted.hook_done++;
	assert_fails(&proof, "ublk-ram/remap/hook-returned");
	proof = good_remap();
	proof.counted.dm[0] = 0;
	assert_fails(&proof, "ublk-ram/remap/dm-lower-count");
	proof = good_remap();
	proof.counted.dm[1] = 1;
	assert_fails(&proof, "ublk-ram/remap/dm-upper-count");
	proof = good_remap();
	proof.counted.origin = 2 * IOS;
	assert_fails(&proof, "ublk-ram/remap/origin-count");
	proof = good_remap();
	proof.counted.server--;
	assert_fails(&proof, "ublk-ram/remap/server-count");
	proof = good_remap();
	proof.counted.interposers = 2;
	assert_fails(&proof, "ublk-ram/remap/interposers");
	proof = good_remap();
	proof.workers = 1;
	assert_fails(&proof, "ublk-ram/remap/no-worker");
	proof = good_remap();
	proof.other_ns = 50001;
	assert_fails(&proof, "ublk-ram/remap/no-other-load");
}

static void judge_idle_hook_that_saw_one_fails(void **state)
{
	struct bench_proof proof = {
		.device = "null_blk", .arm = BENCH_IDLE, .has_stat = true, .issued = IOS,
		.requests = IOS, .elapsed_ns = 1000,
		.counted = { .origin = IOS, .interposers = 1, .hook_seen = 1,
			     .kind = BLKI_KIND_FILTER, .hook = BLKI_HOOK_LIST },
	};

	(void)state;
	assert_fails(&proof, "null_blk/idle/hook-seen");
}

static void judge_raw_with_an_interposer_fails(void **state)
{
	struct bench_proof proof = {
		.device = "null_blk", .arm = BENCH_RAW, .has_stat = true, .issued = IOS,
		.requests = IOS, .elapsed_ns = 1000, .counted = { .origin = IOS, .interposers = 1 },
	};

	(void)state;
	assert_fails(&proof, "null_blk/raw/interposers");
}

/* An arm that names a hook must stand by it; one that leaves the choice to the module, by any. */
static void judge_other_hook_or_kind_fails(void **state)
{
	struct bench_proof proof = {
		.device = "null_blk", .arm = BENCH_PASS_FAST, .has_stat = true, .issued = IOS,
		.requests = IOS, .elapsed_ns = 1000,
		.counted = { .origin = IOS, .interposers = 1, .hook_seen = IOS,
			     .kind = BLKI_KIND_FILTER, .hook = BLKI_HOOK_LIST },
	};
	struct bench_result result;

	(void)state;
	assert_fails(&proof, "null_blk/pass-fast/hook");
	proof.counted.hook = BLKI_HOOK_FAST;
	proof.counted.kind = BLKI_KIND_REMAP;
	assert_fails(&proof, "null_blk/pass-fast/hook");
	proof.arm = BENCH_PASS;
	proof.counted.kind = BLKI_KIND_FILTER;
	judge(&proof, &result);
	assert_true(bench_result_ok(&result));
	bench_result_free(&result);
}

/* A native remap leaves nothing to the origin's driver and everything to the acceptor's. */
static void judge_native_counts_on_the_acceptor(void **state)
{
	struct bench_proof proof = {
		.device = "null_blk", .arm = BENCH_REMAP_NATIVE_OTHER, .has_stat = true,
		.issued = IOS, .requests = IOS, .elapsed_ns = 1000,
		.counted = { .acceptor = IOS, .interposers = 1, .hook_seen = IOS,
			     .kind = BLKI_KIND_NATIVE, .hook = BLKI_HOOK_FAST },
	};
	struct bench_result result;

	(void)state;
	judge(&proof, &result);
	assert_true(bench_result_ok(&result));
	bench_result_free(&result);
	proof.counted.origin = 1;
	assert_fails(&proof, "null_blk/remap-native-other/origin-count");
	proof.counted.origin = 0;
	proof.large = 7;
	assert_fails(&proof, "null_blk/remap-native-other/hook-returned");
	proof.counted.hook_done = 7;
	judge(&proof, &result);
	assert_true(bench_result_ok(&result));
	bench_result_free(&result);
	proof.counted.acceptor--;
	assert_fails(&proof, "null_blk/remap-native-other/acceptor-count");
}

static void judge_alias_that_saw_less_fails(void **state)
{
	struct bench_proof proof = good_remap();
	struct bench_result result;

	(void)state;
	proof.arm = BENCH_REMAP_ALIAS;
	proof.counted.alias = IOS;
	judge(&proof, &result);
	assert_true(bench_result_ok(&result));
	bench_result_free(&result);
	proof.counted.alias--;
	assert_fails(&proof, "ublk-ram/remap-alias/alias-count");
}

/* The hook sees an I/O once, the driver sees its pieces. */
static void judge_split_io_counts_once_above_and_often_below(void **state)
{
	struct bench_proof proof = {
		.device = "null_blk", .arm = BENCH_PASS, .has_stat = true, .issued = IOS,
		.requests = 8 * IOS, .elapsed_ns = 1000,
		.counted = { .origin = 8 * IOS, .interposers = 1, .hook_seen = IOS,
			     .kind = BLKI_KIND_FILTER, .hook = BLKI_HOOK_LIST },
	};
	struct bench_result result;

	(void)state;
	judge(&proof, &result);
	assert_true(bench_result_ok(&result));
	bench_result_free(&result);
	proof.counted.hook_seen = 8 * IOS;
	assert_fails(&proof, "null_blk/pass/hook-seen");
}

static void judge_driver_without_statistics_says_so(void **state)
{
	struct bench_proof proof = {
		.device = "brd", .arm = BENCH_RAW, .issued = IOS, .elapsed_ns = 1000,
	};
	struct bench_result result;

	(void)state;
	judge(&proof, &result);
	assert_true(bench_result_ok(&result));
	assert_non_null(strstr(find(&result, "brd/raw/origin-count")->detail, "not applicable"));
	assert_null(find(&result, "brd/raw/server-count"));
	bench_result_free(&result);
}

static void result_without_checks_is_not_ok(void **state)
{
	struct bench_result result;

	(void)state;
	assert_int_equal(bench_result_init(&result, "remap-overhead", "instructions"), 0);
	assert_false(bench_result_ok(&result));
	bench_result_free(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(add_two_visits_sums_differences),
		cmocka_unit_test(judge_good_remap_passes),
		cmocka_unit_test(judge_each_wrong_count_fails_its_check),
		cmocka_unit_test(judge_idle_hook_that_saw_one_fails),
		cmocka_unit_test(judge_raw_with_an_interposer_fails),
		cmocka_unit_test(judge_other_hook_or_kind_fails),
		cmocka_unit_test(judge_native_counts_on_the_acceptor),
		cmocka_unit_test(judge_alias_that_saw_less_fails),
		cmocka_unit_test(judge_split_io_counts_once_above_and_often_below),
		cmocka_unit_test(judge_driver_without_statistics_says_so),
		cmocka_unit_test(result_without_checks_is_not_ok),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
