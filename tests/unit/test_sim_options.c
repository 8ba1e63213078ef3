// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The options of a device: every limit at its edge, what may not go together, and sentences
 * that name the value and the remedy.
 */
#include "ublk-sim/options.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void options_defaults_fit_together(void **state)
{
	struct sim_options opts;
	struct sim_error err;

	(void)state;
	sim_options_init(&opts);
	assert_string_equal(opts.target, "null");
	assert_int_equal(opts.nr_queues, 1);
	assert_int_equal(opts.depth, 128);
	assert_int_equal(opts.block_bytes, 512);
	assert_true(opts.size_bytes == 0);
	assert_true(opts.id == SIM_ID_ANY);
	assert_false(opts.foreground);
	assert_false(opts.pin);
	assert_int_equal(sim_options_check(&opts, &err), 0);
}

static void options_edges_are_accepted_and_beyond_refused(void **state)
{
	static const struct {
		enum sim_option option;
		const char *text;
		int result;
	} cases[] = {
		{ SIM_OPTION_QUEUES, "0", -EINVAL },	{ SIM_OPTION_QUEUES, "1", 0 },
		{ SIM_OPTION_QUEUES, "128", 0 },	{ SIM_OPTION_QUEUES, "129", -EINVAL },
		{ SIM_OPTION_QUEUES, "two", -EINVAL },	{ SIM_OPTION_QUEUES, "", -EINVAL },
		{ SIM_OPTION_DEPTH, "0", -EINVAL },	{ SIM_OPTION_DEPTH, "1", 0 },
		{ SIM_OPTION_DEPTH, "4096", 0 },	{ SIM_OPTION_DEPTH, "4097", -EINVAL },
		{ SIM_OPTION_ID, "0", 0 },		{ SIM_OPTION_ID, "1048575", 0 },
		{ SIM_OPTION_ID, "1048576", -EINVAL },	{ SIM_OPTION_ID, "-1", -EINVAL },
		{ SIM_OPTION_ID, "4294967295", -EINVAL },
		{ SIM_OPTION_BLOCK, "256", -EINVAL },	{ SIM_OPTION_BLOCK, "512", 0 },
		{ SIM_OPTION_BLOCK, "513", -EINVAL },	{ SIM_OPTION_BLOCK, "4k", 0 },
		{ SIM_OPTION_BLOCK, "3072", -EINVAL },	{ SIM_OPTION_BLOCK, "8192", -EINVAL },
		{ SIM_OPTION_BLOCK, "0", -EINVAL },	{ SIM_OPTION_BLOCK, "4294967808", -EINVAL },
		{ SIM_OPTION_SIZE, "0", -EINVAL },	{ SIM_OPTION_SIZE, "1", 0 },
		{ SIM_OPTION_SIZE, "4096P", 0 },	{ SIM_OPTION_SIZE, "4097P", -EINVAL },
		{ SIM_OPTION_SIZE, "16384P", -EINVAL },	{ SIM_OPTION_SIZE, "big", -EINVAL },
		{ SIM_OPTION_SEED, "0", 0 },		{ SIM_OPTION_SEED, "18446744073709551615", 0 },
		{ SIM_OPTION_SEED, "18446744073709551616", -EINVAL },
		{ SIM_OPTION_SEED, "4k", -EINVAL },	{ SIM_OPTION_SEED, "", -EINVAL },
		{ SIM_OPTION_CACHE, "0", 0 },		{ SIM_OPTION_CACHE, "4095", -EINVAL },
		{ SIM_OPTION_CACHE, "4k", 0 },		{ SIM_OPTION_CACHE, "4097P", -EINVAL },
		{ SIM_OPTION_ATOMIC, "256", -EINVAL },	{ SIM_OPTION_ATOMIC, "512", 0 },
		{ SIM_OPTION_ATOMIC, "1M", 0 },		{ SIM_OPTION_ATOMIC, "2M", -EINVAL },
		{ SIM_OPTION_ATOMIC, "5000", -EINVAL },
		{ SIM_OPTION_DESTAGE, "fifo", 0 },	{ SIM_OPTION_DESTAGE, "elevator", 0 },
		{ SIM_OPTION_DESTAGE, "lifo", -EINVAL },
		{ SIM_OPTION_RECOVERY, "reissue", 0 },	{ SIM_OPTION_RECOVERY, "maybe", -EINVAL },
		{ SIM_OPTION_COPY, "page", 0 },		{ SIM_OPTION_COPY, "zero", -EINVAL },
		{ SIM_OPTION_BUFFERED, "true", 0 },	{ SIM_OPTION_BUFFERED, "yes", -EINVAL },
		{ SIM_OPTION_FAULT, "bad:lba=1", 0 },	{ SIM_OPTION_FILE, "", -EINVAL },
		{ SIM_OPTION_TARGET, "ram", 0 },
		{ SIM_OPTION_TARGET, "fifteen-letters", 0 },
		{ SIM_OPTION_TARGET, "sixteen-letters.", -EINVAL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sim_options before;
		struct sim_options opts;
		struct sim_error err = { "" };

		memset(&opts, 0, sizeof(opts));
		sim_options_init(&opts);
		memcpy(&before, &opts, sizeof(opts));
		assert_int_equal(sim_options_set(&opts, cases[i].option, cases[i].text, &err),
				 cases[i].result);
		if (!cases[i].result)
			continue;
		assert_non_null(strstr(err.text, cases[i].text));
		assert_non_null(strstr(err.text, "; give "));
		assert_memory_equal(&before, &opts, sizeof(opts));
	}
}

static void options_values_are_stored(void **state)
{
	struct sim_options opts;
	struct sim_error err;

	(void)state;
	sim_options_init(&opts);
	assert_int_equal(sim_options_set(&opts, SIM_OPTION_TARGET, "ram", &err), 0);
	assert_int_equal(sim_options_set(&opts, SIM_OPTION_QUEUES, "4", &err), 0);
	assert_int_equal(sim_options_set(&opts, SIM_OPTION_DEPTH, "32", &err), 0);
	assert_int_equal(sim_options_set(&opts, SIM_OPTION_BLOCK, "4096", &err), 0);
	assert_int_equal(sim_options_set(&opts, SIM_OPTION_SIZE, "1G", &err), 0);
	assert_int_equal(sim_options_set(&opts, SIM_OPTION_ID, "7", &err), 0);
	assert_string_equal(opts.target, "ram");
	assert_int_equal(opts.nr_queues, 4);
	assert_int_equal(opts.depth, 32);
	assert_int_equal(opts.block_bytes, 4096);
	assert_true(opts.size_bytes == 1ULL << 30);
	assert_int_equal(opts.id, 7);
}

static void options_check_size_no_multiple_returns_einval(void **state)
{
	struct sim_options opts;
	struct sim_error err;

	(void)state;
	sim_options_init(&opts);
	opts.block_bytes = 4096;
	opts.size_bytes = 4097;
	assert_int_equal(sim_options_check(&opts, &err), -EINVAL);
	assert_non_null(strstr(err.text, "4097"));
	assert_non_null(strstr(err.text, "8192"));
	opts.size_bytes = 4095;
	assert_int_equal(sim_options_check(&opts, &err), -EINVAL);
	opts.size_bytes = 4096;
	assert_int_equal(sim_options_check(&opts, &err), 0);
	opts.size_bytes = SIM_SIZE_BYTES_MAX;
	assert_int_equal(sim_options_check(&opts, &err), 0);
}

static void options_check_refuses_what_has_no_meaning(void **state)
{
	static const struct {
		const char *target;
		enum sim_option option;
		const char *text;
		const char *remedy;
	} cases[] = {
		{ "ram", SIM_OPTION_FILE, "/x", "-t file" },
		{ "ram", SIM_OPTION_BUFFERED, "true", "-t file" },
		{ "null", SIM_OPTION_CACHE, "8M", "-t ram" },
		{ "null", SIM_OPTION_FAULT, "bad:lba=1", "-t ram" },
		{ "ram", SIM_OPTION_LYING, "true", "--cache" },
		{ "ram", SIM_OPTION_RECOVERY, "reissue", "-t file" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sim_options opts;
		struct sim_error err = { "" };

		sim_options_init(&opts);
		assert_int_equal(sim_options_set(&opts, SIM_OPTION_TARGET, cases[i].target, &err),
				 0);
		assert_int_equal(sim_options_check(&opts, &err), 0);
		assert_int_equal(sim_options_set(&opts, cases[i].option, cases[i].text, &err), 0);
		assert_int_equal(sim_options_check(&opts, &err), -EINVAL);
		assert_non_null(strstr(err.text, cases[i].remedy));
	}
}

static void options_file_target_needs_its_file(void **state)
{
	struct sim_options opts;
	struct sim_error err;

	(void)state;
	sim_options_init(&opts);
	assert_int_equal(sim_options_set(&opts, SIM_OPTION_TARGET, "file", &err), 0);
	assert_int_equal(sim_options_check(&opts, &err), -EINVAL);
	assert_non_null(strstr(err.text, "--file"));
	assert_int_equal(sim_options_set(&opts, SIM_OPTION_FILE, "/x", &err), 0);
	assert_int_equal(sim_options_check(&opts, &err), 0);
	assert_int_equal(sim_options_set(&opts, SIM_OPTION_RECOVERY, "fail", &err), 0);
	assert_int_equal(sim_options_check(&opts, &err), 0);
	assert_int_equal(sim_options_set(&opts, SIM_OPTION_CACHE, "8M", &err), 0);
	assert_int_equal(sim_options_check(&opts, &err), -EINVAL);
}

static void options_faults_end_at_their_limit(void **state)
{
	struct sim_options opts;
	struct sim_error err;
	uint32_t i;

	(void)state;
	sim_options_init(&opts);
	for (i = 0; i < SIM_FAULTS_MAX; i++)
		assert_int_equal(sim_options_set(&opts, SIM_OPTION_FAULT, "lost", &err), 0);
	assert_int_equal(sim_options_set(&opts, SIM_OPTION_FAULT, "lost", &err), -EINVAL);
	assert_int_equal(opts.nr_faults, SIM_FAULTS_MAX);
}

/* Every option that is not at its default comes back through its own text. */
static void option_get_gives_what_set_took(void **state)
{
	static const struct {
		enum sim_option option;
		const char *text;
	} cases[] = {
		{ SIM_OPTION_TARGET, "ram" },	     { SIM_OPTION_ID, "7" },
		{ SIM_OPTION_QUEUES, "2" },	     { SIM_OPTION_DEPTH, "32" },
		{ SIM_OPTION_BLOCK, "4096" },	     { SIM_OPTION_SIZE, "8192" },
		{ SIM_OPTION_FILE, "/x/y" },	     { SIM_OPTION_BUFFERED, "true" },
		{ SIM_OPTION_PROFILE, "hdd-7200" },  { SIM_OPTION_SEED, "18446744073709551615" },
		{ SIM_OPTION_CACHE, "65536" },	     { SIM_OPTION_DESTAGE, "random" },
		{ SIM_OPTION_ATOMIC, "4096" },	     { SIM_OPTION_LYING, "true" },
		{ SIM_OPTION_RECOVERY, "reissue" },  { SIM_OPTION_PIN, "true" },
		{ SIM_OPTION_COPY, "page" },
		{ SIM_OPTION_FORCE, "true" },
	};
	char text[SIM_PATH_CHARS];
	struct sim_options opts;
	struct sim_error err;
	size_t i;

	(void)state;
	sim_options_init(&opts);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_false(sim_option_get(&opts, cases[i].option, text, sizeof(text)));
		assert_int_equal(sim_options_set(&opts, cases[i].option, cases[i].text, &err), 0);
		assert_true(sim_option_get(&opts, cases[i].option, text, sizeof(text)));
		assert_string_equal(text, cases[i].text);
		assert_int_equal(sim_option_find(sim_option_name(cases[i].option)),
				 cases[i].option);
	}
	assert_int_equal(i, SIM_NR_OPTIONS - 1); /* all but "fault" */
	assert_int_equal(sim_option_find("colour"), -EINVAL);
}

static void node_parse_accepts_number_and_node(void **state)
{
	static const struct {
		const char *text;
		int result;
		uint32_t id;
	} cases[] = {
		{ "0", 0, 0 },			{ "17", 0, 17 },
		{ "/dev/ublkb3", 0, 3 },	{ "ublkb3", 0, 3 },
		{ "1048575", 0, 1048575 },	{ "1048576", -EINVAL, 0 },
		{ "/dev/ublkb", -EINVAL, 0 },	{ "/dev/ublkc0", -EINVAL, 0 },
		{ "/dev/sda", -EINVAL, 0 },	{ "", -EINVAL, 0 },
		{ "/dev/ublkb0p1", -EINVAL, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sim_error err;
		uint32_t id = 4711;

		assert_int_equal(sim_node_parse(cases[i].text, &id, &err), cases[i].result);
		assert_int_equal(id, cases[i].result ? 4711 : cases[i].id);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_defaults_fit_together),
		cmocka_unit_test(options_edges_are_accepted_and_beyond_refused),
		cmocka_unit_test(options_values_are_stored),
		cmocka_unit_test(options_check_size_no_multiple_returns_einval),
		cmocka_unit_test(options_check_refuses_what_has_no_meaning),
		cmocka_unit_test(options_file_target_needs_its_file),
		cmocka_unit_test(options_faults_end_at_their_limit),
		cmocka_unit_test(option_get_gives_what_set_took),
		cmocka_unit_test(node_parse_accepts_number_and_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
