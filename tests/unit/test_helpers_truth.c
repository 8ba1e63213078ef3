// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of tests/helpers/truth.c: what was noted is what is loaded, also at the edges of its
 * blocks; what was not noted is not; nothing is taken for a truth that is none.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "block.h"
#include "truth.h"

/* One block more than two full blocks of words. */
#define NR_BLOCKS	1025
#define OFFSET		(3 * BLOCK_BYTES)

struct fixture {
	char path[64];
	struct table *table;
	struct truth *truth;
	struct truth_place place;
};

static int create(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int fd;

	/* in the build directory: not every /tmp takes O_DIRECT */
	strcpy(f->path, "truth-XXXXXX");
	fd = mkstemp(f->path);
	if (fd < 0 || ftruncate(fd, OFFSET + (off_t)truth_bytes(NR_BLOCKS)))
		return -1;
	close(fd);
	f->table = table_create(NR_BLOCKS);
	f->place = (struct truth_place){
		.path = f->path, .offset_bytes = OFFSET, .nr_blocks = NR_BLOCKS, .seed = 77,
	};
	*state = f;
	return truth_create(&f->place, f->table, &f->truth);
}

static int destroy(void **state)
{
	struct fixture *f = *state;

	truth_close(f->truth);
	table_free(f->table);
	unlink(f->path);
	free(f);
	return 0;
}

static void issue(struct fixture *f, uint64_t block, bool done)
{
	table_issue(f->table, block);
	if (done)
		table_complete(f->table, block, true);
}

static void load_after_note_gives_what_was_noted(void **state)
{
	struct fixture *f = *state;
	struct truth_place place = { .path = f->path, .offset_bytes = OFFSET };
	struct table *loaded;

	issue(f, 511, true);
	issue(f, 511, false);
	issue(f, 512, true);
	assert_int_equal(truth_note(f->truth, 511, 2), 0);
	issue(f, 1024, true);
	assert_int_equal(truth_load(&place, &loaded), 0);
	assert_int_equal(place.nr_blocks, NR_BLOCKS);
	assert_int_equal(place.seed, 77);
	assert_int_equal(table_issued(loaded, 511), 2);
	assert_int_equal(table_done(loaded, 511), 1);
	assert_int_equal(table_issued(loaded, 512), 1);
	assert_int_equal(table_done(loaded, 512), 1);
	assert_int_equal(table_issued(loaded, 1024), 0);
	table_free(loaded);
}

static void load_after_settle_gives_everything(void **state)
{
	struct fixture *f = *state;
	struct truth_place place = { .path = f->path, .offset_bytes = OFFSET };
	struct table *loaded;

	for (uint64_t i = 0; i < NR_BLOCKS; i++)
		issue(f, i, i % 2);
	assert_int_equal(truth_settle(f->truth), 0);
	assert_int_equal(truth_load(&place, &loaded), 0);
	for (uint64_t i = 0; i < NR_BLOCKS; i++) {
		assert_int_equal(table_issued(loaded, i), 1);
		assert_int_equal(table_done(loaded, i), i % 2);
	}
	table_free(loaded);
}

static void load_of_something_else_is_refused(void **state)
{
	struct fixture *f = *state;
	struct truth_place place = { .path = f->path, .offset_bytes = 0 };
	struct table *loaded = NULL;

	assert_int_equal(truth_load(&place, &loaded), -EBADMSG);
	assert_null(loaded);
}

static void create_without_a_disk_is_refused(void **state)
{
	struct fixture *f = *state;
	struct truth_place place = f->place;
	struct truth *truth = NULL;

	place.path = "no-such-truth";
	assert_int_equal(truth_create(&place, f->table, &truth), -ENOENT);
	assert_null(truth);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(load_after_note_gives_what_was_noted, create, destroy),
		cmocka_unit_test_setup_teardown(load_after_settle_gives_everything, create, destroy),
		cmocka_unit_test_setup_teardown(load_of_something_else_is_refused, create, destroy),
		cmocka_unit_test_setup_teardown(create_without_a_disk_is_refused, create, destroy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
