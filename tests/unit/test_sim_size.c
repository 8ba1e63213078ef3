// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sizes and counts as typed: known answers, the edges of 64 bits, and refusals that leave the
 * result untouched.
 */
#include "ublk-sim/size.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define UNTOUCHED	0x5a5a5a5aULL

static void sim_size_parse_valid_returns_bytes(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} cases[] = {
		{ "0", 0 },
		{ "1", 1 },
		{ "007", 7 },
		{ "512", 512 },
		{ "4k", 4096 },
		{ "4K", 4096 },
		{ "4KiB", 4096 },
		{ "4kB", 4096 },
		{ "256M", 256ULL << 20 },
		{ "1g", 1ULL << 30 },
		{ "2T", 2ULL << 40 },
		{ "4096P", 1ULL << 62 },
		{ "18446744073709551615", UINT64_MAX },
		{ "16383P", 16383ULL << 50 },
	};
	uint64_t bytes;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(sim_size_parse(cases[i].text, &bytes), 0);
		assert_true(bytes == cases[i].bytes);
	}
}

static void sim_size_parse_invalid_returns_einval(void **state)
{
	static const char *const cases[] = {
		"", " ", "-1", "+1", "1.5G", "k", "4kk", "4x", "4 k", " 4k", "4k ", "4kib", "0x10",
		"4BB", "4i", "B",
	};
	uint64_t bytes = UNTOUCHED;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(sim_size_parse(cases[i], &bytes), -EINVAL);
		assert_true(bytes == UNTOUCHED);
	}
}

static void sim_size_parse_overflow_returns_erange(void **state)
{
	static const char *const cases[] = {
		"18446744073709551616", "99999999999999999999999", "16384P", "18014398509481984k",
	};
	uint64_t bytes = UNTOUCHED;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(sim_size_parse(cases[i], &bytes), -ERANGE);
		assert_true(bytes == UNTOUCHED);
	}
}

static void sim_count_parse_edges_are_kept(void **state)
{
	uint32_t count = (uint32_t)UNTOUCHED;

	(void)state;
	assert_int_equal(sim_count_parse("4096", 4096, &count), 0);
	assert_int_equal(count, 4096);
	assert_int_equal(sim_count_parse("4097", 4096, &count), -ERANGE);
	assert_int_equal(sim_count_parse("4294967296", UINT32_MAX, &count), -ERANGE);
	assert_int_equal(count, 4096);
	assert_int_equal(sim_count_parse("4294967295", UINT32_MAX, &count), 0);
	assert_true(count == UINT32_MAX);
	assert_int_equal(sim_count_parse("0", 0, &count), 0);
	assert_int_equal(count, 0);
	assert_int_equal(sim_count_parse("4k", 4096, &count), -EINVAL);
	assert_int_equal(sim_count_parse("", 4096, &count), -EINVAL);
	assert_int_equal(sim_count_parse("-1", 4096, &count), -EINVAL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(sim_size_parse_valid_returns_bytes),
		cmocka_unit_test(sim_size_parse_invalid_returns_einval),
		cmocka_unit_test(sim_size_parse_overflow_returns_erange),
		cmocka_unit_test(sim_count_parse_edges_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
