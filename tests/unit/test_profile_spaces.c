// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of bench/profile_spaces.c: whose an address is, and what is refused.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bench/profile_fold.h"

static int read_text(struct profile_spaces *spaces, const char *text)
{
	FILE *file = fmemopen((char *)text, strlen(text), "r");
	int err;

	assert_non_null(file);
	memset(spaces, 0, sizeof(*spaces));
	err = profile_spaces_read(spaces, file);
	fclose(file);
	return err;
}

static void find_address_returns_owner(void **state)
{
	struct profile_spaces spaces;

	(void)state;
	assert_int_equal(read_text(&spaces, "loader 5000-6000\nserver 8000-9000\n"
					    "loader 7f0000000000-7f0000001000\n"), 0);
	assert_string_equal(profile_spaces_find(&spaces, 0x5000), PROFILE_FRAME_LOADER);
	assert_string_equal(profile_spaces_find(&spaces, 0x5fff), PROFILE_FRAME_LOADER);
	assert_string_equal(profile_spaces_find(&spaces, 0x6000), PROFILE_FRAME_USER);
	assert_string_equal(profile_spaces_find(&spaces, 0x8800), PROFILE_FRAME_SERVER);
	assert_string_equal(profile_spaces_find(&spaces, 0x7f0000000010), PROFILE_FRAME_LOADER);
	profile_spaces_free(&spaces);
	assert_string_equal(profile_spaces_find(&spaces, 0x5000), PROFILE_FRAME_USER);
}

static void read_shared_address_is_refused(void **state)
{
	struct profile_spaces spaces;

	(void)state;
	assert_int_equal(read_text(&spaces, "loader 5000-7000\nserver 6000-8000\n"), -EEXIST);
	profile_spaces_free(&spaces);
	assert_int_equal(read_text(&spaces, "loader 5000-7000\nloader 6000-8000\n"), 0);
	profile_spaces_free(&spaces);
	assert_int_equal(read_text(&spaces, "loader 5000-7000\nserver 7000-8000\n"), 0);
	profile_spaces_free(&spaces);
}

static void read_malformed_lines_are_refused(void **state)
{
	static const char *const wrong[] = {
		"loader\n", "loader 5000\n", "stranger 5000-6000\n", "loader 6000-6000\n",
		"loader 6000-5000\n", "5000-6000\n",
	};
	struct profile_spaces spaces;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(read_text(&spaces, wrong[i]), -EINVAL);
		profile_spaces_free(&spaces);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(find_address_returns_owner),
		cmocka_unit_test(read_shared_address_is_refused),
		cmocka_unit_test(read_malformed_lines_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
