// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of bench/names.c: the spelling of the schema, and what a wrong word is answered.
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

#include "bench/names.h"

static void names_are_those_of_the_schema(void **state)
{
	static const char *const devices[] = { "null_blk", "brd", "ublk-null", "ublk-ram",
					       "peer-ublksrv", "ublk:PROFILE" };
	static const char *const arms[] = {
		"raw", "dm-linear", "dm-linear-2", "dm-linear-alias", "idle", "pass", "pass-list", "pass-fast",
		"pass-ftrace", "remap", "remap-fast", "remap-alias", "remap-native",
		"remap-native-other",
	};
	size_t i;

	(void)state;
	assert_int_equal(bench_devices.nr, sizeof(devices) / sizeof(devices[0]));
	assert_int_equal(bench_arms.nr, sizeof(arms) / sizeof(arms[0]));
	for (i = 0; i < bench_devices.nr; i++)
		assert_string_equal(bench_devices.names[i].name, devices[i]);
	for (i = 0; i < bench_arms.nr; i++)
		assert_string_equal(bench_arms.names[i].name, arms[i]);
}

static void parse_list_sets_bits(void **state)
{
	unsigned int mask = 0;
	char message[256];

	(void)state;
	assert_int_equal(bench_names_parse(&bench_arms, "remap,raw", &mask, message,
					   sizeof(message)), 0);
	assert_int_equal(mask, 1u << BENCH_REMAP | 1u << BENCH_RAW);
}

static void parse_unknown_name_lists_valid_ones(void **state)
{
	unsigned int mask = 77;
	char message[256];

	(void)state;
	assert_int_equal(bench_names_parse(&bench_devices, "brd,nvme", &mask, message,
					   sizeof(message)), -EINVAL);
	assert_string_equal(message, "unknown device \"nvme\"; valid: null_blk, brd, ublk-null, "
			    "ublk-ram, peer-ublksrv, ublk:PROFILE");
	assert_int_equal(mask, 77);
}

static void devices_take_profiles_by_name(void **state)
{
	struct bench_devices_chosen chosen;
	char message[256];

	(void)state;
	assert_int_equal(bench_devices_parse("null_blk,ublk:nvme-tlc,ublk:hdd-7200", &chosen, message,
					     sizeof(message)), 0);
	assert_int_equal(chosen.mask, 1u << BENCH_NULL_BLK | 1u << BENCH_UBLK_PROFILE);
	assert_int_equal(chosen.nr_profiles, 2);
	assert_string_equal(chosen.profiles[0], "nvme-tlc");
	assert_string_equal(chosen.profiles[1], "hdd-7200");
	assert_int_equal(bench_devices_parse("brd", &chosen, message, sizeof(message)), 0);
	assert_int_equal(chosen.nr_profiles, 0);
}

static void devices_refuse_what_no_profile_is_called(void **state)
{
	static const char *const wrong[] = {
		"ublk:", "ublk:PROFILE", "ublk:../x", "ublk:a b", "ublk:", "null_blk,", "",
		"ublk:nvme-tlc-and-a-longer-name", "ublk:nvme", "ublk:nvme-tlcx",
		"ublk:hdd-7200,ublk:hdd-7200,ublk:hdd-7200,ublk:hdd-7200,ublk:hdd-7200",
	};
	struct bench_devices_chosen chosen = { .mask = 77 };
	char message[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(bench_devices_parse(wrong[i], &chosen, message, sizeof(message)),
				 -EINVAL);
		assert_int_equal(chosen.mask, 77);
	}
	assert_int_equal(bench_devices_parse("ublk:No", &chosen, message, sizeof(message)), -EINVAL);
	assert_non_null(strstr(message, "unknown profile \"No\"; valid: ublk:"));
	assert_non_null(strstr(message, "ublk:nvme-tlc"));
}

static void parse_empty_and_prefix_are_refused(void **state)
{
	static const char *const wrong[] = { "", "raw,", ",raw", "ra", "rawx", "dm-linear-",
					    " raw" };
	unsigned int mask;
	char message[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(bench_names_parse(&bench_arms, wrong[i], &mask, message,
						   sizeof(message)), -EINVAL);
}

static void parse_long_word_fits_message(void **state)
{
	char word[600], message[64];
	unsigned int mask;

	(void)state;
	memset(word, 'x', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	assert_int_equal(bench_names_parse(&bench_arms, word, &mask, message, sizeof(message)),
			 -EINVAL);
	assert_true(strlen(message) < sizeof(message));
}

static void loads_have_their_depth_and_direction(void **state)
{
	unsigned int load;

	(void)state;
	for (load = 0; load < BENCH_NR_LOADS; load++) {
		const char *name = bench_loads.names[load].name;

		assert_int_equal(bench_load_is_write((enum bench_load)load),
				 !strncmp(name, "randwrite", 9));
		assert_int_equal(bench_load_depth((enum bench_load)load),
				 atoi(strstr(name, "qd") + 2));
		assert_int_equal(bench_load_io_bytes((enum bench_load)load),
				 atoi(strchr(name, '-') + 1) * 1024);
	}
}

/* A sample is a whole number of batches, and samples fill any rounded count of I/Os. */
static void windows_hold_whole_batches(void **state)
{
	unsigned int load;

	(void)state;
	for (load = 0; load < BENCH_NR_LOADS; load++) {
		unsigned int window = bench_load_window((enum bench_load)load);

		assert_int_equal(window % bench_load_depth((enum bench_load)load), 0);
		assert_int_equal(BENCH_WINDOW_MAX % window, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_those_of_the_schema),
		cmocka_unit_test(parse_list_sets_bits),
		cmocka_unit_test(parse_unknown_name_lists_valid_ones),
		cmocka_unit_test(devices_take_profiles_by_name),
		cmocka_unit_test(devices_refuse_what_no_profile_is_called),
		cmocka_unit_test(parse_empty_and_prefix_are_refused),
		cmocka_unit_test(parse_long_word_fits_message),
		cmocka_unit_test(loads_have_their_depth_and_direction),
		cmocka_unit_test(windows_hold_whole_batches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
