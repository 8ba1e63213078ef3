// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A device in a JSON file: every kind of value, refusals that name the key, and a saved
 * configuration that loads as the same device.
 */
#include "ublk-sim/config.h"

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

static int parse(const char *text, struct sim_options *opts, struct sim_error *err)
{
	memset(opts, 0, sizeof(*opts));
	sim_options_init(opts);
	return sim_config_parse(text, strlen(text), opts, err);
}

static void config_takes_strings_numbers_and_switches(void **state)
{
	struct sim_options opts;
	struct sim_error err;

	(void)state;
	assert_int_equal(parse("{\"target\":\"ram\",\"size\":\"1G\",\"block\":4096,\"depth\":\"32\","
			       "\"pin\":true,\"lying-flush\":false,\"seed\":18446744073709551615,"
			       "\"fault\":[\"bad:lba=1\",\"lost\"]}",
			       &opts, &err),
			 0);
	assert_string_equal(opts.target, "ram");
	assert_true(opts.size_bytes == 1ULL << 30);
	assert_int_equal(opts.block_bytes, 4096);
	assert_int_equal(opts.depth, 32);
	assert_true(opts.pin);
	assert_false(opts.lying);
	assert_true(opts.seed == UINT64_MAX);
	assert_int_equal(opts.nr_faults, 2);
	assert_string_equal(opts.faults[0], "bad:lba=1");
	assert_string_equal(opts.faults[1], "lost");
}

static void config_refusal_names_the_key(void **state)
{
	static const struct {
		const char *text;
		const char *named;
	} cases[] = {
		{ "{\"colour\":1}", "colour" },
		{ "{\"depth\":0}", "depth" },
		{ "{\"depth\":1.5}", "depth" },
		{ "{\"depth\":true}", "depth" },
		{ "{\"pin\":1}", "pin" },
		{ "{\"pin\":\"true\"}", "pin" },
		{ "{\"size\":null}", "size" },
		{ "{\"size\":{}}", "size" },
		{ "{\"size\":[1]}", "size" },
		{ "{\"fault\":[1]}", "fault" },
		{ "{\"fault\":\"melt\"}", "fault" },
		{ "[]", "no JSON object" },
		{ "", "no JSON object" },
		{ "{\"size\":", "no JSON object" },
		{ "{} {}", "no JSON object" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sim_error err = { "" };
		struct sim_options opts;

		assert_int_equal(parse(cases[i].text, &opts, &err), -EINVAL);
		assert_non_null(strstr(err.text, cases[i].named));
	}
}

static void config_saved_loads_as_the_same_device(void **state)
{
	char path[] = "/tmp/test_sim_config.XXXXXX";
	struct sim_options loaded;
	struct sim_options opts;
	struct sim_error err;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(parse("{\"target\":\"file\",\"file\":\"/x y/\\\"z\",\"buffered\":true,\"id\":3,"
			       "\"recovery\":\"reissue\",\"size\":\"64M\",\"seed\":9,"
			       "\"fault\":[\"bad:lba=1\",\"flip:lba=8-15,p=0.5\"]}",
			       &opts, &err),
			 0);
	assert_int_equal(sim_config_save(path, &opts, &err), 0);
	memset(&loaded, 0, sizeof(loaded));
	sim_options_init(&loaded);
	assert_int_equal(sim_config_load(path, &loaded, &err), 0);
	assert_memory_equal(&loaded, &opts, sizeof(opts));
	unlink(path);
}

static void config_load_names_the_file(void **state)
{
	struct sim_options opts;
	struct sim_error err;

	(void)state;
	sim_options_init(&opts);
	assert_int_equal(sim_config_load("/nowhere/x.json", &opts, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/nowhere/x.json"));
	assert_int_equal(sim_config_load("/dev/null", &opts, &err), -EINVAL);
	assert_non_null(strstr(err.text, "/dev/null"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(config_takes_strings_numbers_and_switches),
		cmocka_unit_test(config_refusal_names_the_key),
		cmocka_unit_test(config_saved_loads_as_the_same_device),
		cmocka_unit_test(config_load_names_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
