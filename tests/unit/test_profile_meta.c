// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's window list: what is written is read back, anything else is
 * refused.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/profile_meta.h"

static char path[] = "/tmp/test_profile_meta.XXXXXX";

static int make_file(void **state)
{
	int fd;

	(void)state;
	strcpy(strrchr(path, '.'), ".XXXXXX");
	fd = mkstemp(path);
	return fd < 0 || close(fd) ? -1 : 0;
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static void write_then_read_returns_the_same(void **state)
{
	struct profile_meta_window window = {
		.id = 65535, .device = "null_blk", .load = "randread-4k-qd1", .arm = "remap",
		.nr_ios = 4096, .clock_insns = 1ull << 40, .sampled = true, .sampled_nr_ios = 7,
	};
	struct profile_meta meta = { 0 }, copy = { 0 };

	(void)state;
	meta.scenario = strdup("remap-overhead");
	meta.kernel = strdup("6.12");
	meta.cmdline = strdup("nokaslr \"quoted\"");
	meta.host = strdup("{}");
	meta.module = strdup("");
	meta.locks_counted = true;
	assert_int_equal(profile_meta_add(&meta, &window), 0);
	assert_int_equal(profile_meta_write(&meta, path), 0);
	assert_int_equal(profile_meta_read(&copy, path), 0);
	assert_string_equal(copy.cmdline, meta.cmdline);
	assert_true(copy.locks_counted);
	assert_int_equal(copy.nr_windows, 1);
	assert_int_equal(copy.windows[0].id, 65535);
	assert_string_equal(copy.windows[0].arm, "remap");
	assert_int_equal(copy.windows[0].clock_insns, 1ull << 40);
	assert_int_equal(copy.windows[0].sampled_nr_ios, 7);
	profile_meta_free(&meta);
	profile_meta_free(&copy);
}

static void assert_refused(const char *windows)
{
	struct profile_meta meta = { 0 };
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fprintf(file,
		"{\"schema\":\"" PROFILE_META_SCHEMA "\",\"scenario\":\"s\",\"kernel\":\"k\","
		"\"cmdline\":\"c\",\"host\":\"{}\",\"module\":\"m\",\"locks_counted\":false,\"windows\":%s}",
		windows);
	fclose(file);
	assert_int_equal(profile_meta_read(&meta, path), -EINVAL);
	profile_meta_free(&meta);
}

#define WINDOW(id, nr_ios)                                                           \
	"{\"id\":" id ",\"device\":\"d\",\"load\":\"l\",\"arm\":\"a\",\"nr_ios\":" nr_ios \
	",\"clock_instructions\":1,\"sampled\":false,\"sampled_nr_ios\":0}"

static void read_bad_windows_returns_einval(void **state)
{
	(void)state;
	assert_refused("[" WINDOW("0", "1") "]");
	assert_refused("[" WINDOW("65536", "1") "]");
	assert_refused("[" WINDOW("1", "0") "]");
	assert_refused("[" WINDOW("1", "-1") "]");
	assert_refused("[" WINDOW("1", "1") "," WINDOW("1", "1") "]");
	assert_refused("[{\"id\":1}]");
	assert_refused("[1]");
	assert_refused("{}");
}

static void read_other_schema_returns_einval(void **state)
{
	struct profile_meta meta = { 0 };
	FILE *file = fopen(path, "w");

	(void)state;
	assert_non_null(file);
	fputs("{\"schema\":\"blki-profile-windows/2\",\"windows\":[]}", file);
	fclose(file);
	assert_int_equal(profile_meta_read(&meta, path), -EINVAL);
	profile_meta_free(&meta);
}

static void read_no_file_returns_enoent(void **state)
{
	struct profile_meta meta = { 0 };

	(void)state;
	assert_int_equal(profile_meta_read(&meta, "/nonexistent/windows.json"), -ENOENT);
	profile_meta_free(&meta);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(write_then_read_returns_the_same),
		cmocka_unit_test(read_bad_windows_returns_einval),
		cmocka_unit_test(read_other_schema_returns_einval),
		cmocka_unit_test(read_no_file_returns_enoent),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
