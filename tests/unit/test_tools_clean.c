// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of the reading of status lines, clean_left() of tools/libblki/clean.c.
 *
 * The lines are in the format of Linux 6.12 (Documentation/admin-guide/device-mapper).
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tools/libblki/clean.h"

static void expect(const char *target, const char *status, int ret, uint64_t wanted)
{
	uint64_t left = 12345;

	assert_int_equal(clean_left(target, status, &left), ret);
	if (!ret)
		assert_true(left == wanted);
}

static void left_of_writecache(void **state)
{
	(void)state;
	expect("writecache", "0 1000 1000 0 5 6 7 8 9 10 11 12 13 14", 0, 0);
	expect("writecache", "0 1000 900 0 5 6", 0, 100);
	expect("writecache", "0 1000 1000 3 5 6", 0, 3);
	expect("writecache", "1 1000 1000 0 5 6", -EIO, 0);
	expect("writecache", "0 10 11 0", -EINVAL, 0);
	expect("writecache", "0 1000", -EINVAL, 0);
	expect("writecache", "", -EINVAL, 0);
}

static void left_of_cache(void **state)
{
	(void)state;
	expect("cache", "8 72/1024 64 10/512 1 2 3 4 5 6 7 1 writeback 2 migration_threshold 2048 "
			"smq 0 rw -", 0, 7);
	expect("cache", "8 72/1024 64 10/512 1 2 3 4 5 6 0 1 writeback 0 cleaner 0 rw -", 0, 0);
	expect("cache", "Fail", -EIO, 0);
	expect("cache", "8 72/1024 64 10/512 1 2", -EINVAL, 0);
}

static void left_of_clone(void **state)
{
	(void)state;
	expect("clone", "8 14/1024 8 100/100 0 0 4 hydration_threshold 1 rw", 0, 0);
	expect("clone", "8 14/1024 8 90/100 1 0 4", 0, 11);
	expect("clone", "8 14/1024 8 101/100 0", -EINVAL, 0);
	expect("clone", "Fail", -EIO, 0);
}

static void left_of_others_is_not_asked(void **state)
{
	(void)state;
	expect("linear", "", -ENOTSUP, 0);
	expect("crypt", "", -ENOTSUP, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(left_of_writecache),
		cmocka_unit_test(left_of_cache),
		cmocka_unit_test(left_of_clone),
		cmocka_unit_test(left_of_others_is_not_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
