// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of the rule that replaces devices by aliases, tools/libblki/noexcl.c.
 *
 * The devices are made up: the word "/dev/sN" or "8:N" is device 8:N, and a table says who uses which.
 * Aliases have the major number 250.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "tools/libblki/noexcl.h"

#define DEVICES_MAX	8
#define SD_MAJOR	8
#define ALIAS_MAJOR	250

/* Uses of the devices 8:0 on, how many aliases were asked for, and whether that fails. */
struct devices {
	enum noexcl_use use[DEVICES_MAX];
	unsigned int nr_aliases;
	int alias_ret;
};

static int find(void *user, const char *word, dev_t *dev)
{
	unsigned int minor_nr;
	char end;

	(void)user;
	if (sscanf(word, "/dev/s%u%c", &minor_nr, &end) != 1 &&
	    sscanf(word, "8:%u%c", &minor_nr, &end) != 1)
		return -ENOTBLK;
	*dev = makedev(SD_MAJOR, minor_nr);
	return minor_nr < DEVICES_MAX ? 0 : -ENOENT;
}

static enum noexcl_use use(void *user, dev_t dev)
{
	const struct devices *d = user;

	return d->use[minor(dev)];
}

static int alias(void *user, dev_t dev, const char *word, dev_t *made)
{
	struct devices *d = user;

	assert_non_null(word);
	d->nr_aliases++;
	*made = makedev(ALIAS_MAJOR, minor(dev));
	return d->alias_ret;
}

/* @uses: a letter for each device from 8:0 on: Alias, Free, Shared, Held */
static struct devices devices_of(const char *uses)
{
	struct devices d = { .nr_aliases = 0 };

	for (size_t i = 0; uses[i]; i++)
		d.use[i] = uses[i] == 'A' ? NOEXCL_ALIAS :
			   uses[i] == 'F' ? NOEXCL_FREE :
			   uses[i] == 'S' ? NOEXCL_SHARED :
					    NOEXCL_HELD;
	return d;
}

static void expect(const char *uses, const char *target, const char *params, const char *wanted)
{
	struct devices d = devices_of(uses);
	const struct noexcl_host host = { find, use, alias, &d };
	char *rewritten;

	assert_int_equal(noexcl_rewrite(target, params, &host, &rewritten), 0);
	assert_string_equal(rewritten, wanted);
	free(rewritten);
}

static void rewrite_held_device_becomes_its_alias(void **state)
{
	(void)state;
	expect("H", "delay", "/dev/s0 0 500", "250:0 0 500");
	expect("H", "flakey", "8:0 0 5 1", "250:0 0 5 1");
	expect("H", "snapshot-origin", "/dev/s0", "250:0");
	expect("FFH", "cache", "/dev/s0 /dev/s1 /dev/s2 512 1 writeback default 0",
	       "/dev/s0 /dev/s1 250:2 512 1 writeback default 0");
	expect("HH", "raid", "raid1 3 0 region_size 1024 2 - /dev/s0 - /dev/s1",
	       "raid1 3 0 region_size 1024 2 - 250:0 - 250:1");
}

static void rewrite_without_holder_takes_the_next_kind(void **state)
{
	(void)state;
	expect("F", "delay", "/dev/s0 0 500", "250:0 0 500");
	expect("FF", "mirror", "core 1 1024 2 /dev/s0 0 /dev/s1 0",
	       "core 1 1024 2 250:0 0 250:1 0");
	expect("SF", "writecache", "s /dev/s0 /dev/s1 4096 0", "s 250:0 /dev/s1 4096 0");
	expect("SH", "writecache", "s /dev/s0 /dev/s1 4096 0", "s /dev/s0 250:1 4096 0");
}

static void rewrite_leaves_aliases(void **state)
{
	(void)state;
	expect("A", "delay", "/dev/s0 0 500", "/dev/s0 0 500");
	expect("AF", "snapshot", "/dev/s0 /dev/s1 P 8", "/dev/s0 /dev/s1 P 8");
}

static void rewrite_leaves_cow_of_snapshots(void **state)
{
	(void)state;
	expect("HH", "snapshot", "/dev/s0 /dev/s1 P 8", "250:0 /dev/s1 P 8");
	expect("HS", "snapshot-merge", "8:0 8:1 P 8", "250:0 8:1 P 8");
	expect("FS", "snapshot", "/dev/s0 /dev/s1 P 8", "250:0 /dev/s1 P 8");
}

static void rewrite_words_that_look_like_devices_stay(void **state)
{
	(void)state;
	expect("HF", "x", "s0 /dev/s0 /dev/s9 9:0 8:0x /tmp", "s0 250:0 /dev/s9 9:0 8:0x /tmp");
}

static void rewrite_without_device_is_refused(void **state)
{
	struct devices d = devices_of("");
	const struct noexcl_host host = { find, use, alias, &d };
	char *rewritten = (char *)"";

	(void)state;
	assert_int_equal(noexcl_rewrite("zero", "", &host, &rewritten), -ENODEV);
	assert_null(rewritten);
	assert_int_equal(noexcl_rewrite("error", "a 5:5", &host, &rewritten), -ENODEV);
	assert_int_equal(d.nr_aliases, 0);
}

static void rewrite_failed_alias_ends_it(void **state)
{
	struct devices d = devices_of("HH");
	const struct noexcl_host host = { find, use, alias, &d };
	char *rewritten = (char *)"";

	(void)state;
	d.alias_ret = -EOPNOTSUPP;
	assert_int_equal(noexcl_rewrite("x", "8:0 8:1", &host, &rewritten), -EOPNOTSUPP);
	assert_null(rewritten);
	assert_int_equal(d.nr_aliases, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rewrite_held_device_becomes_its_alias),
		cmocka_unit_test(rewrite_without_holder_takes_the_next_kind),
		cmocka_unit_test(rewrite_leaves_aliases),
		cmocka_unit_test(rewrite_leaves_cow_of_snapshots),
		cmocka_unit_test(rewrite_words_that_look_like_devices_stay),
		cmocka_unit_test(rewrite_without_device_is_refused),
		cmocka_unit_test(rewrite_failed_alias_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
