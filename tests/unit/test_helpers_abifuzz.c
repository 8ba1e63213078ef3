// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of the made-up calls of the ABI fuzzer, tests/helpers/abifuzz_make.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "abifuzz_make.h"

#define NR_CALLS	20000

static char buffer[FUZZ_BUFFER_BYTES];

static const struct fuzz_pool pool = {
	.fds = { 10, 11, 12, 20 },
	.nr_fds = 4,
	.nr_devices = 3,
	.acceptors = { 12 },
	.nr_acceptors = 1,
	.ids = { 5, 6 },
	.nr_ids = 2,
	.buffer = buffer,
};

static void make_repeats_for_a_seed(void **state)
{
	struct fuzz_call first, second;
	uint64_t a = 7, b = 7, c = 8;
	int nr_same = 0;

	(void)state;
	for (int i = 0; i < 200; i++) {
		fuzz_make(&a, &pool, &first);
		fuzz_make(&b, &pool, &second);
		assert_memory_equal(&first, &second, sizeof(first));
		fuzz_make(&c, &pool, &second);
		nr_same += !memcmp(&first, &second, sizeof(first));
	}
	assert_true(nr_same < 20);
}

static void make_stays_inside_its_bounds(void **state)
{
	struct fuzz_call call;
	uint64_t rng = 1;

	(void)state;
	for (int i = 0; i < NR_CALLS; i++) {
		fuzz_make(&rng, &pool, &call);
		assert_in_range(call.nr_bytes, 8, FUZZ_ARGS_BYTES);
		assert_in_range(call.command, 0, FUZZ_NR_COMMANDS - 1);
		assert_in_range(call.place, 0, FUZZ_CUT);
	}
}

static bool is_right_remap(const struct fuzz_call *call)
{
	const struct blki_attach *a = &call->args.attach;

	return call->command == FUZZ_ATTACH && call->place == FUZZ_END &&
	       a->size == sizeof(*a) && a->kind == BLKI_KIND_REMAP && !a->name[0] &&
	       a->acceptor_fd == 12 && a->origin_fd >= 10 && a->origin_fd <= 12 && !a->flags;
}

static void make_gets_deep_and_wide(void **state)
{
	int nr[FUZZ_NR_COMMANDS] = { 0 }, nr_remaps = 0, nr_short = 0, nr_ids = 0;
	struct fuzz_call call;
	uint64_t rng = 2;

	(void)state;
	for (int i = 0; i < NR_CALLS; i++) {
		fuzz_make(&rng, &pool, &call);
		nr[call.command]++;
		nr_remaps += is_right_remap(&call);
		nr_short += call.args.size < 8;
		nr_ids += call.command == FUZZ_DETACH && call.args.detach.id == 6;
	}
	for (int i = 0; i < FUZZ_NR_COMMANDS; i++)
		assert_true(nr[i] > NR_CALLS / 100);
	assert_true(nr_remaps > NR_CALLS / 50);
	assert_true(nr_short > NR_CALLS / 500);
	assert_true(nr_ids > NR_CALLS / 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(make_repeats_for_a_seed),
		cmocka_unit_test(make_stays_inside_its_bounds),
		cmocka_unit_test(make_gets_deep_and_wide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
