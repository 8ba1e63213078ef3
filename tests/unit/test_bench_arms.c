// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of bench/arms.c: what each arm is made of, and which arm stands on which device.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <linux/blki.h>

#include "bench/arms.h"

static void module_is_needed_exactly_where_it_has_a_part(void **state)
{
	unsigned int arm;

	(void)state;
	for (arm = 0; arm < BENCH_NR_ARMS; arm++)
		assert_int_equal(bench_arm_needs_module((enum bench_arm)arm),
				 arm > BENCH_DM_LINEAR_2);
}

static void named_hooks_are_those_of_the_name(void **state)
{
	(void)state;
	assert_int_equal(bench_arm_facts[BENCH_PASS].hook, BLKI_HOOK_DEFAULT);
	assert_int_equal(bench_arm_facts[BENCH_PASS_LIST].hook, BLKI_HOOK_LIST);
	assert_int_equal(bench_arm_facts[BENCH_PASS_FAST].hook, BLKI_HOOK_FAST);
	assert_int_equal(bench_arm_facts[BENCH_PASS_FTRACE].hook, BLKI_HOOK_FTRACE);
	assert_int_equal(bench_arm_facts[BENCH_REMAP_FAST].hook, BLKI_HOOK_FAST);
}

static void blk_mq_arms_do_not_stand_on_brd(void **state)
{
	(void)state;
	assert_false(bench_arm_applies(BENCH_PASS_FAST, BENCH_BRD));
	assert_false(bench_arm_applies(BENCH_REMAP_NATIVE, BENCH_BRD));
	assert_true(bench_arm_applies(BENCH_PASS, BENCH_BRD));
	assert_true(bench_arm_applies(BENCH_REMAP_ALIAS, BENCH_BRD));
	assert_true(bench_arm_applies(BENCH_PASS_FAST, BENCH_UBLK_RAM));
}

static void other_disk_exists_for_null_blk_only(void **state)
{
	(void)state;
	assert_true(bench_arm_applies(BENCH_REMAP_NATIVE_OTHER, BENCH_NULL_BLK));
	assert_false(bench_arm_applies(BENCH_REMAP_NATIVE_OTHER, BENCH_UBLK_NULL));
	assert_true(bench_arm_leaves_origin(BENCH_REMAP_NATIVE_OTHER));
	assert_true(bench_arm_leaves_origin(BENCH_REMAP_NATIVE));
	assert_false(bench_arm_leaves_origin(BENCH_REMAP_ALIAS));
}

static void check_names_the_arm_or_device_left_over(void **state)
{
	char message[256];

	(void)state;
	assert_int_equal(bench_arms_check(1u << BENCH_RAW | 1u << BENCH_PASS_FAST,
					  1u << BENCH_NULL_BLK | 1u << BENCH_BRD, message,
					  sizeof(message)), 0);
	assert_int_equal(bench_arms_check(1u << BENCH_RAW | 1u << BENCH_PASS_FAST, 1u << BENCH_BRD,
					  message, sizeof(message)), -EINVAL);
	assert_non_null(strstr(message, "pass-fast"));
	assert_int_equal(bench_arms_check(1u << BENCH_PASS_FAST,
					  1u << BENCH_NULL_BLK | 1u << BENCH_BRD, message,
					  sizeof(message)), -EINVAL);
	assert_non_null(strstr(message, "brd"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(module_is_needed_exactly_where_it_has_a_part),
		cmocka_unit_test(named_hooks_are_those_of_the_name),
		cmocka_unit_test(blk_mq_arms_do_not_stand_on_brd),
		cmocka_unit_test(other_disk_exists_for_null_blk_only),
		cmocka_unit_test(check_names_the_arm_or_device_left_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
