// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The whole reduction on a made-up run's directory: what it writes, and the
 * exit status when the clock disagrees or a file is missing.
 */
#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/profile_meta.h"
#include "bench/profile_record.h"
#include "bench/profile_reduce.h"

/* Two arms; the module was loaded at the same address with other code in between. */
#define RECORD                                                                          \
	PROFILE_RECORD_HEAD                                                             \
	"W 1\nN 1 0 ffffffff81000200\nB 0 ffffffff81000200 0303\nC 1 0 500\n"           \
	"E 1 1000 0 0\n"                                                                \
	"W 2\nN 1 0 ffffffff81000200\nB 0 ffffffff81000200 0303\nC 1 0 500\n"           \
	"N 2 1 ffffffffc0001000\nB 1 ffffffffc0001000 13\nC 2 1 300\nE 2 1300 0 0\n"

static char *dir;

static void put(const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void put_meta(uint64_t clock_insns)
{
	struct profile_meta_window raw = {
		.id = 1, .device = "null_blk", .load = "l", .arm = "raw", .nr_ios = 100,
		.clock_insns = 1000,
	};
	struct profile_meta_window remap = {
		.id = 2, .device = "null_blk", .load = "l", .arm = "remap", .nr_ios = 100,
		.clock_insns = clock_insns,
	};
	struct profile_meta meta = { 0 };
	char path[256];

	meta.scenario = strdup("remap-overhead");
	meta.kernel = strdup("6.12");
	meta.cmdline = strdup("");
	meta.host = strdup("{}");
	meta.module = strdup("");
	profile_meta_add(&meta, &raw);
	profile_meta_add(&meta, &remap);
	snprintf(path, sizeof(path), "%s/%s", dir, PROFILE_META_FILE);
	assert_int_equal(profile_meta_write(&meta, path), 0);
	profile_meta_free(&meta);
}

static int make_run(void **state)
{
	static char template[] = "/tmp/test_profile_reduce.XXXXXX";
	char path[256];

	(void)state;
	strcpy(strrchr(template, '.'), ".XXXXXX");
	dir = mkdtemp(template);
	assert_non_null(dir);
	snprintf(path, sizeof(path), "%s/profile", dir);
	assert_int_equal(mkdir(path, 0777), 0);
	put("count.txt", RECORD);
	put("profile/kallsyms.core", "ffffffff81000200 T submit_bio\n");
	put("profile/kallsyms.1", "ffffffffc0001000 t older\t[blki]\n");
	put("profile/kallsyms.2", "ffffffffc0001000 t hook\t[blki]\n");
	put("profile/spaces.1", "loader 5000-6000\n");
	put("profile/spaces.2", "loader 5000-6000\n");
	put_meta(1300);
	return 0;
}

static int remove_run(void **state)
{
	char command[256];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	return system(command);
}

static void assert_file(const char *name, const char *expected)
{
	char path[256], text[4096] = "";
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "r");
	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	assert_string_equal(text, expected);
}

static void reduce_writes_folded_files(void **state)
{
	(void)state;
	assert_int_equal(profile_reduce(dir), 0);
	assert_file("folded/null_blk.l.raw.exact.folded", "raw;submit_bio 1000\n");
	assert_file("folded/null_blk.l.remap.exact.folded",
		    "remap;submit_bio 1000\nremap;submit_bio;hook [blki] 300\n");
	assert_file("folded/null_blk.l.flat.folded",
		    "raw;submit_bio 1000\nremap;hook [blki] 300\nremap;submit_bio 1000\n");
}

static void reduce_twice_writes_the_same(void **state)
{
	(void)state;
	assert_int_equal(profile_reduce(dir), 0);
	assert_int_equal(profile_reduce(dir), 0);
	assert_file("folded/null_blk.l.flat.folded",
		    "raw;submit_bio 1000\nremap;hook [blki] 300\nremap;submit_bio 1000\n");
}

static void reduce_writes_json(void **state)
{
	struct json_object *json, *value;
	char path[256];

	(void)state;
	assert_int_equal(profile_reduce(dir), 0);
	snprintf(path, sizeof(path), "%s/profile.json", dir);
	json = json_object_from_file(path);
	assert_non_null(json);
	assert_true(json_object_object_get_ex(json, "schema", &value));
	assert_string_equal(json_object_get_string(value), "blki-profile/1");
	assert_true(json_object_object_get_ex(json, "verdict", &value));
	assert_string_equal(json_object_get_string(value), "pass");
	assert_true(json_object_object_get_ex(json, "tables", &value));
	assert_int_equal(json_object_array_length(value), 1);
	json_object_put(json);
}

static void reduce_disagreeing_clock_returns_1(void **state)
{
	(void)state;
	put_meta(1310); /* counted 1300: 0.76 % off */
	assert_int_equal(profile_reduce(dir), 1);
	put_meta(1306); /* 0.46 % */
	assert_int_equal(profile_reduce(dir), 0);
}

static void reduce_missing_window_returns_2(void **state)
{
	(void)state;
	put("count.txt", PROFILE_RECORD_HEAD);
	assert_int_equal(profile_reduce(dir), 2);
}

static void reduce_cut_record_returns_2(void **state)
{
	(void)state;
	put("count.txt", PROFILE_RECORD_HEAD "W 1\nN 1 0 ffffffff81000200\n");
	assert_int_equal(profile_reduce(dir), 2);
}

static void reduce_missing_symbols_returns_2(void **state)
{
	char path[256];

	(void)state;
	snprintf(path, sizeof(path), "%s/profile/kallsyms.2", dir);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(profile_reduce(dir), 2);
}

static void reduce_shared_user_address_returns_2(void **state)
{
	(void)state;
	put("profile/spaces.2", "loader 5000-6000\nserver 5000-6000\n");
	assert_int_equal(profile_reduce(dir), 2);
}

static void reduce_no_directory_returns_2(void **state)
{
	(void)state;
	assert_int_equal(profile_reduce("/nonexistent"), 2);
}

#define RUN_TEST(name) cmocka_unit_test_setup_teardown(name, make_run, remove_run)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN_TEST(reduce_writes_folded_files),
		RUN_TEST(reduce_twice_writes_the_same),
		RUN_TEST(reduce_writes_json),
		RUN_TEST(reduce_disagreeing_clock_returns_1),
		RUN_TEST(reduce_missing_window_returns_2),
		RUN_TEST(reduce_cut_record_returns_2),
		RUN_TEST(reduce_missing_symbols_returns_2),
		RUN_TEST(reduce_shared_user_address_returns_2),
		RUN_TEST(reduce_no_directory_returns_2),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
