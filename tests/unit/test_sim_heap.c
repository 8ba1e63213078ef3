// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The heap of due times: whatever goes in comes out by time, and equal times in the order in
 * which they went in.
 */
#include "ublk-sim/heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ROOM	512u

static void heap_pops_by_time(void **state)
{
	static const uint64_t due[] = { 50, 10, 40, 10, 30, 0, UINT64_MAX, 20 };
	static const uint32_t order[] = { 5, 1, 3, 7, 4, 2, 0, 6 };
	struct sim_heap heap;
	uint32_t i;

	(void)state;
	assert_int_equal(sim_heap_init(&heap, 8), 0);
	for (i = 0; i < 8; i++)
		sim_heap_push(&heap, due[i], i);
	for (i = 0; i < 8; i++) {
		assert_true(sim_heap_due_ns(&heap) == due[order[i]]);
		assert_int_equal(sim_heap_pop(&heap), order[i]);
	}
	assert_int_equal(heap.nr, 0);
	sim_heap_uninit(&heap);
}

static void heap_equal_times_keep_their_order(void **state)
{
	struct sim_heap heap;
	uint32_t i;

	(void)state;
	assert_int_equal(sim_heap_init(&heap, ROOM), 0);
	for (i = 0; i < ROOM; i++)
		sim_heap_push(&heap, 7, i);
	for (i = 0; i < ROOM; i++)
		assert_int_equal(sim_heap_pop(&heap), i);
	sim_heap_uninit(&heap);
}

/* Pushes and pops in turn: what comes out is never later than what stays in. */
static void heap_mixed_use_stays_ordered(void **state)
{
	uint64_t due[ROOM];
	struct sim_heap heap;
	uint64_t random = 1;
	uint64_t now = 0;
	uint32_t nr = 0;
	uint32_t tag;
	int i;

	(void)state;
	assert_int_equal(sim_heap_init(&heap, ROOM), 0);
	for (i = 0; i < 20000; i++) {
		random = random * 6364136223846793005ULL + 1442695040888963407ULL;
		if (nr < ROOM && random >> 63) {
			/* Tags are reused as the queue does it: those in the heap are 0 … nr-1. */
			due[nr] = now + (random >> 40);
			sim_heap_push(&heap, due[nr], nr);
			nr++;
		} else if (nr) {
			while (heap.nr) {
				tag = sim_heap_pop(&heap);
				assert_true(due[tag] >= now);
				now = due[tag];
				if (random >> 62 & 1)
					continue;
				break;
			}
			if (!heap.nr)
				nr = 0;
		}
	}
	sim_heap_uninit(&heap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heap_pops_by_time),
		cmocka_unit_test(heap_equal_times_keep_their_order),
		cmocka_unit_test(heap_mixed_use_stays_ordered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
