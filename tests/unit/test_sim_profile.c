// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Profiles: the shipped ones say what their sources say, a good one is read to the last number, and
 * each mistake is refused with the key it is in.
 */
#include "ublk-sim/profile.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define PROFILE_CHARS	4096

/* A whole profile; each test replaces one piece of it. */
static const char whole[] =
	"{\"schema\":\"ublk-sim-profile/1\",\"name\":\"test-1\",\"summary\":\"for tests\",\"lanes\":4,"
	"\"stripe_bytes\":16384,"
	"\"read\":{\"quantiles_us\":[[0,10],[50,20.5],[100,30]],\"base_bytes\":8192,\"slope_ns_per_kib\":7},"
	"\"write\":{\"quantiles_us\":[[0,1],[100,2]]},"
	"\"flush\":{\"quantiles_us\":[[0,3],[100,4]]},"
	"\"depth_scale\":[[1,1],[32,0.5]],"
	"\"program\":{\"every_bytes\":49152,\"time_us\":700,\"suspend_us\":50,\"buffered\":8},"
	"\"garbage_collection\":{\"every_bytes\":1048576,\"time_us\":4000},"
	"\"mechanics\":{\"seek_track_us\":1000,\"seek_full_us\":15000,\"rotation_us\":8333.333},"
	"\"caps\":{\"ios\":{\"rate_per_s\":300,\"burst_per_s\":3000,\"credit\":5400000,\"unit_bytes\":262144},"
	"\"bytes\":{\"rate_per_s\":134217728,\"credit\":1048576}},"
	"\"sources\":[{\"figures\":\"all\",\"source\":\"chosen\"}]}";

static int parse(const char *text, struct sim_profile *profile, struct sim_error *err)
{
	return sim_profile_parse(text, strlen(text), profile, err);
}

static void whole_profile_is_read_to_the_last_number(void **state)
{
	struct sim_profile p;
	struct sim_error err;

	(void)state;
	assert_int_equal(parse(whole, &p, &err), 0);
	assert_string_equal(p.name, "test-1");
	assert_string_equal(p.summary, "for tests");
	assert_true(p.lanes == 4 && p.stripe_bytes == 16384);
	assert_true(p.ops[SIM_OP_READ].base.nr == 3 && p.ops[SIM_OP_READ].base.p[1] == 0.5);
	assert_true(p.ops[SIM_OP_READ].base.ns[1] == 20500);
	assert_true(p.ops[SIM_OP_READ].base_bytes == 8192);
	assert_true(p.ops[SIM_OP_READ].slope_ns_per_kib == 7);
	assert_true(p.ops[SIM_OP_WRITE].base_bytes == 4096);
	assert_true(p.ops[SIM_OP_DISCARD].base.ns[1] == 4000);
	assert_true(p.ops[SIM_OP_WRITE_ZEROES].base.ns[0] == 3000);
	assert_true(p.nr_depths == 2 && p.depth[1] == 32 && p.depth_scale[1] == 0.5);
	assert_true(p.program_bytes == 49152 && p.program_ns == 700000);
	assert_true(p.suspend_ns == 50000 && p.program_buffered == 8);
	assert_true(p.gc_bytes == 1048576 && p.gc_ns == 4000000);
	assert_true(p.seek_track_ns == 1000000 && p.seek_full_ns == 15000000);
	assert_true(p.rotation_ns == 8333333);
	assert_true(p.ios.rate_per_s == 300 && p.ios.burst_per_s == 3000);
	assert_true(p.ios.credit == 5400000 && p.ios.unit_bytes == 262144);
	assert_true(p.bytes.rate_per_s == 134217728 && p.bytes.credit == 1048576);
	assert_true(p.bytes.burst_per_s == 0 && p.bytes.unit_bytes == 1);
	assert_true(sim_profile_floor_ns(&p) == 1000);
}

/* @old once replaced by @replacement. */
static void replaced(const char *old, const char *replacement, char text[PROFILE_CHARS])
{
	const char *at = strstr(whole, old);

	assert_non_null(at);
	snprintf(text, PROFILE_CHARS, "%.*s%s%s", (int)(at - whole), whole, replacement,
		 at + strlen(old));
}

static void mistakes_are_refused_with_their_key(void **state)
{
	static const struct {
		const char *old;
		const char *replacement;
		const char *said[2];
	} cases[] = {
		{ "profile/1", "profile/2", { "schema", "profile/1" } },
		{ "\"test-1\"", "\"Test 1\"", { "name", "Test 1" } },
		{ "\"test-1\"", "\"\"", { "name", "0 characters" } },
		{ "\"test-1\"", "\"a23456789012345678901234567890123\"", { "name", "33" } },
		{ "\"for tests\"", "5", { "summary", "no text" } },
		{ "\"lanes\":4,", "", { "lanes", "missing" } },
		{ "\"lanes\":4", "\"lanes\":0", { "lanes is 0", "1 to 256" } },
		{ "\"lanes\":4", "\"lanes\":257", { "lanes is 257", "1 to 256" } },
		{ "\"lanes\":4", "\"lanes\":4.5", { "lanes is 4.5", "whole" } },
		{ "\"lanes\":4", "\"lanes\":-1", { "lanes is -1", "1 to" } },
		{ "\"lanes\":4", "\"lanes\":\"4\"", { "lanes is \"4\"", "whole" } },
		{ "\"lanes\":4", "\"lanes\":99999999999999999999", { "lanes is", "256" } },
		{ "\"lanes\":4", "\"lanes\":4,\"colour\":1", { "colour", "lanes" } },
		{ "stripe_bytes", "stripe_kib", { "stripe_kib", "give stripe_bytes" } },
		{ "quantiles_us", "quantiles_ms", { "read.quantiles_ms", "give quantiles_us" } },
		{ "slope_ns_per_kib", "slope_ns", { "read.slope_ns", "slope_ns_per_kib" } },
		{ "\"read\":{", "\"read\":5,\"x\":{", { "x", "no key" } },
		{ "\"write\":{\"quantiles_us\":[[0,1],[100,2]]}", "\"write\":[]", { "write", "no object" } },
		{ "[[0,10],", "[[1,10],", { "read.quantiles_us", "0 to 100" } },
		{ ",[100,30]]", ",[99,30]]", { "read.quantiles_us", "0 to 100" } },
		{ "[[0,10],[50,20.5],[100,30]]", "[[0,10]]", { "read.quantiles_us", "0 to 100" } },
		{ "[[0,10],[50,20.5],[100,30]]", "[]", { "read.quantiles_us", "0 points" } },
		{ "[[0,10],[50,20.5],[100,30]]", "7", { "read.quantiles_us", "no array" } },
		{ "[50,20.5]", "[50,31]", { "point 3 takes 30", "31" } },
		{ "[50,20.5]", "[50,20.5],[50,21]", { "point 3", "50" } },
		{ "[50,20.5]", "[50]", { "point 2", "pair" } },
		{ "[50,20.5]", "[50,\"x\"]", { "point 2", "pair" } },
		{ "[50,20.5]", "[1e-323,20.5]", { "point", "percent" } },
		{ "[[0,10]", "[[0,-1]", { "point 1", "-1" } },
		{ "[100,30]", "[100,10000001]", { "point 3", "10000000" } },
		{ "[[1,1],[32", "[[2,1],[32", { "depth_scale", "[1, 1]" } },
		{ "[[1,1],[32", "[[1,2],[32", { "depth_scale", "[1, 1]" } },
		{ "[32,0.5]", "[1.5,0.5]", { "depth_scale", "step 2" } },
		{ "[32,0.5]", "[32,0]", { "depth_scale", "factor 0" } },
		{ "[32,0.5]", "[32,0.5],[32,0.4]", { "depth_scale", "step 3" } },
		{ "\"time_us\":700", "\"time_ms\":700", { "program.time_ms", "time_us" } },
		{ ",\"buffered\":8", "", { "program.buffered", "missing" } },
		{ "\"seek_full_us\":15000", "\"seek_full_us\":999", { "seek_full_us", "below" } },
		{ "\"burst_per_s\":3000", "\"burst_per_s\":299", { "caps.ios.burst_per_s", "300" } },
		{ "\"credit\":5400000", "\"credit\":283824000000", { "caps.ios.credit", "30 years" } },
		{ "\"rate_per_s\":300,", "", { "caps.ios.rate_per_s", "missing" } },
		{ "\"credit\":1048576", "\"credit\":1048576,\"unit_bytes\":1", { "caps.bytes.unit_bytes", "no key" } },
		{ "\"sources\":[{\"figures\":\"all\",\"source\":\"chosen\"}]", "\"sources\":[]", { "sources", "list" } },
		{ "\"source\":\"chosen\"", "\"source\":\"\"", { "sources[0].source", "0 characters" } },
		{ "[{\"figures\":\"all\"", "[7,{\"figures\":\"all\"", { "sources[0]", "no object" } },
		{ "}]}", "}]", { "no JSON", "too early" } },
		{ "}]}", "}]}x", { "no JSON", "byte" } },
		{ "{\"schema\"", "[{\"schema\"", { "no JSON", "byte" } },
	};
	char text[PROFILE_CHARS];
	struct sim_profile p;
	struct sim_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		replaced(cases[i].old, cases[i].replacement, text);
		err.text[0] = '\0';
		if (parse(text, &p, &err) != -EINVAL || !strstr(err.text, cases[i].said[0]) ||
		    !strstr(err.text, cases[i].said[1]))
			fail_msg("'%s': %s", cases[i].replacement, err.text);
	}
}

static void what_is_no_object_is_refused(void **state)
{
	static const char *const cases[] = { "", " ", "5", "[]", "null", "\"x\"", "{}", "{\"a\":" };
	struct sim_profile p;
	struct sim_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(parse(cases[i], &p, &err), -EINVAL);
}

static double mean_us(const struct sim_quantiles *quantiles)
{
	double sum = 0;
	uint32_t i;

	for (i = 1; i < quantiles->nr; i++)
		sum += (quantiles->p[i] - quantiles->p[i - 1]) *
		       (double)(quantiles->ns[i] + quantiles->ns[i - 1]) / 2;
	return sum / 1000;
}

static void load_shipped(const char *name, struct sim_profile *profile)
{
	char path[256];
	struct sim_error err;

	snprintf(path, sizeof(path), "%s/%s.json", PROFILE_DIR, name);
	if (sim_profile_load(path, profile, &err))
		fail_msg("%s", err.text);
	assert_string_equal(profile->name, name);
}

/* Within 2 % of what the named sources state. */
static void shipped_profiles_say_what_their_sources_say(void **state)
{
	struct sim_profile p;
	double rate_gb_s;
	double seek_ms;

	(void)state;
	load_shipped("nvme-tlc", &p);
	assert_true(fabs(mean_us(&p.ops[SIM_OP_READ].base) / (1e6 / 19000) - 1) < 0.02);
	assert_true(fabs(mean_us(&p.ops[SIM_OP_WRITE].base) / (1e6 / 60000) - 1) < 0.02);
	rate_gb_s = p.lanes * (double)p.program_bytes / (double)p.program_ns;
	assert_true(fabs(rate_gb_s / 1.7 - 1) < 0.02);
	load_shipped("sata-ssd", &p);
	assert_true(fabs(mean_us(&p.ops[SIM_OP_READ].base) / (1e6 / 13000) - 1) < 0.02);
	assert_true(fabs(mean_us(&p.ops[SIM_OP_WRITE].base) / (1e6 / 36000) - 1) < 0.02);
	load_shipped("hdd-7200", &p);
	seek_ms = ((double)p.seek_track_ns +
		   (double)(p.seek_full_ns - p.seek_track_ns) * 8 / 15) / 1e6;
	assert_true(fabs(seek_ms / 8.5 - 1) < 0.02);
	assert_true(mean_us(&p.ops[SIM_OP_WRITE].base) - mean_us(&p.ops[SIM_OP_READ].base) == 1000);
	load_shipped("cloud-volume", &p);
	assert_true(p.ios.rate_per_s == 300 && p.ios.credit == 5400000);
}

static void quantiles_and_shares_are_inverse(void **state)
{
	/* A jump at 0.5, where a quarter of the I/Os takes exactly 20, and two slopes. */
	static const struct sim_quantiles q = {
		.nr = 4, .p = { 0, 0.5, 0.75, 1 }, .ns = { 10, 20, 20, 60 },
	};

	(void)state;
	assert_true(sim_quantiles_at(&q, 0) == 10);
	assert_true(sim_quantiles_at(&q, 0.25) == 15);
	assert_true(sim_quantiles_at(&q, 0.6) == 20);
	assert_true(sim_quantiles_at(&q, 0.875) == 40);
	assert_true(sim_quantiles_at(&q, 1) == 60);
	assert_true(sim_quantiles_share(&q, 9.9) == 0);
	assert_true(sim_quantiles_share(&q, 15) == 0.25);
	assert_true(sim_quantiles_share(&q, 20) == 0.75);
	assert_true(sim_quantiles_share(&q, 40) == 0.875);
	assert_true(sim_quantiles_share(&q, 60) == 1);
	assert_true(sim_quantiles_share(&q, 1e12) == 1);
}

static void load_tells_file_and_cause(void **state)
{
	char path[] = "/tmp/sim-profile-XXXXXX";
	struct sim_profile p;
	struct sim_error err;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "{}", 2), 2);
	assert_int_equal(sim_profile_load(path, &p, &err), -EINVAL);
	assert_non_null(strstr(err.text, path));
	assert_non_null(strstr(err.text, "schema"));
	assert_int_equal(ftruncate(fd, (1 << 20) + 1), 0);
	assert_int_equal(sim_profile_load(path, &p, &err), -EFBIG);
	close(fd);
	unlink(path);
	assert_int_equal(sim_profile_load(path, &p, &err), -ENOENT);
	assert_non_null(strstr(err.text, path));
	assert_int_equal(sim_profile_load("/", &p, &err), -EIO);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_profile_is_read_to_the_last_number),
		cmocka_unit_test(mistakes_are_refused_with_their_key),
		cmocka_unit_test(what_is_no_object_is_refused),
		cmocka_unit_test(shipped_profiles_say_what_their_sources_say),
		cmocka_unit_test(quantiles_and_shares_are_inverse),
		cmocka_unit_test(load_tells_file_and_cause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
