// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Changes over a medium: what was changed is seen and nothing else, zeroes are a change, a reset
 * takes all back, and applying writes each changed block once.
 */
#include "ublk-sim/overlay.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define BLOCK	512u
#define NR	200u

static unsigned char medium[NR * BLOCK];
static unsigned int nr_writes;

static int medium_write(void *context, uint64_t offset_bytes, const void *data,
			uint64_t length_bytes)
{
	(void)context;
	nr_writes++;
	memcpy(medium + offset_bytes, data, length_bytes);
	return 0;
}

static void overlay_shows_changed_blocks_only(void **state)
{
	struct sim_overlay *overlay = sim_overlay_create(NR * BLOCK, BLOCK);
	unsigned char data[4 * BLOCK];
	unsigned char change[2 * BLOCK];
	unsigned int i;

	(void)state;
	memset(change, 0xcc, sizeof(change));
	assert_int_equal(sim_overlay_write(overlay, 64 * BLOCK, change, sizeof(change)), 0);
	memset(data, 0x11, sizeof(data));
	sim_overlay_read(overlay, 63 * BLOCK, data, sizeof(data));
	for (i = 0; i < sizeof(data); i++)
		assert_int_equal(data[i], i / BLOCK == 1 || i / BLOCK == 2 ? 0xcc : 0x11);
	assert_int_equal(sim_overlay_write(overlay, 64 * BLOCK, NULL, BLOCK), 0);
	memset(data, 0x11, sizeof(data));
	sim_overlay_read(overlay, 63 * BLOCK, data, sizeof(data));
	assert_int_equal(data[BLOCK], 0);
	assert_int_equal(data[2 * BLOCK], 0xcc);
	sim_overlay_reset(overlay);
	memset(data, 0x11, sizeof(data));
	sim_overlay_read(overlay, 63 * BLOCK, data, sizeof(data));
	for (i = 0; i < sizeof(data); i++)
		assert_int_equal(data[i], 0x11);
	sim_overlay_destroy(overlay);
}

static void overlay_write_beyond_the_disk_returns_einval(void **state)
{
	struct sim_overlay *overlay = sim_overlay_create(NR * BLOCK, BLOCK);
	const unsigned char change[2 * BLOCK] = { 0 };

	(void)state;
	assert_int_equal(sim_overlay_write(overlay, (NR - 1) * BLOCK, change, BLOCK), 0);
	assert_int_equal(sim_overlay_write(overlay, (NR - 1) * BLOCK, change, 2 * BLOCK), -EINVAL);
	sim_overlay_destroy(overlay);
}

static void overlay_apply_writes_runs_of_changes(void **state)
{
	struct sim_overlay *overlay = sim_overlay_create(NR * BLOCK, BLOCK);
	const struct sim_media media = { .write = medium_write };
	unsigned char change[BLOCK];
	unsigned int i;

	(void)state;
	memset(medium, 0x11, sizeof(medium));
	memset(change, 0xcc, sizeof(change));
	/* Blocks 62 … 66 in one run, and the last one: two writes. */
	for (i = 62; i <= 66; i++)
		assert_int_equal(sim_overlay_write(overlay, i * BLOCK, change, BLOCK), 0);
	assert_int_equal(sim_overlay_write(overlay, (NR - 1) * BLOCK, change, BLOCK), 0);
	nr_writes = 0;
	assert_int_equal(sim_overlay_apply(overlay, &media), 0);
	assert_int_equal(nr_writes, 2);
	for (i = 0; i < NR; i++)
		assert_int_equal(medium[i * BLOCK],
				 (i >= 62 && i <= 66) || i == NR - 1 ? 0xcc : 0x11);
	sim_overlay_destroy(overlay);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(overlay_shows_changed_blocks_only),
		cmocka_unit_test(overlay_write_beyond_the_disk_returns_einval),
		cmocka_unit_test(overlay_apply_writes_runs_of_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
