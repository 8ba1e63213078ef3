// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of what libblki looks at before it makes an alias, tools/libblki/alias.c and udev.c, in a made-up root.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "tests/unit/made_sysfs.h"
#include "tools/libblki/alias.h"
#include "tools/libblki/udev.h"

static int setup(void **state)
{
	*state = (void *)made_sysfs_begin();
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	return made_sysfs_end();
}

static void rules_are_not_needed_without_udev(void **state)
{
	assert_false(udev_rules_missing(*state));
}

static void rules_are_missed_where_udev_runs(void **state)
{
	made_sysfs_dirs(made_sysfs_path("run/udev"));
	made_sysfs_file(made_sysfs_path("run/udev/control"), "");
	assert_true(udev_rules_missing(*state));
	made_sysfs_dirs(made_sysfs_path("lib/udev/rules.d"));
	made_sysfs_file(made_sysfs_path("lib/udev/rules.d/60-persistent-storage.rules"), "");
	assert_true(udev_rules_missing(*state));
	made_sysfs_file(made_sysfs_path("lib/udev/rules.d/56-blki.rules"), "");
	assert_false(udev_rules_missing(*state));
}

static struct blki handle;

static void expect_refusal(dev_t dev, int ret, const char *words)
{
	char node[64] = "";

	assert_int_equal(alias_check_add(&handle, dev, "given", node, sizeof(node)), ret);
	assert_string_equal(node, "");
	if (!strstr(handle.sentence, words))
		fail_msg("\"%s\" lacks \"%s\"", handle.sentence, words);
}

static void check_says_the_path(void **state)
{
	char node[64];

	handle.sysfs = *state;
	made_sysfs_device("sda", "8:0");
	made_sysfs_device("sda/sda2", "8:2");
	made_sysfs_device("cciss!c0d0", "104:0");
	made_sysfs_dirs(made_sysfs_path("block/sda/queue"));
	made_sysfs_file(made_sysfs_path("block/sda/queue/zoned"), "none");
	assert_int_equal(alias_check_add(&handle, makedev(8, 2), "sda2", node, sizeof(node)), 0);
	assert_string_equal(node, "/dev/blki/sda2");
	assert_int_equal(alias_check_add(&handle, makedev(104, 0), "x", node, sizeof(node)), 0);
	assert_string_equal(node, "/dev/blki/cciss/c0d0");
	assert_int_equal(alias_check_add(&handle, makedev(8, 2), "sda2", node, 14), -ENAMETOOLONG);
}

static void check_refuses_what_the_kernel_refuses(void **state)
{
	handle.sysfs = *state;
	made_sysfs_device("sda", "8:0");
	made_sysfs_device("sda/sda1", "8:1");
	made_sysfs_dirs(made_sysfs_path("block/sda/queue"));
	made_sysfs_file(made_sysfs_path("block/sda/queue/zoned"), "host-managed");
	expect_refusal(makedev(8, 0), -EOPNOTSUPP, "given: a zoned device can have no alias");
	expect_refusal(makedev(8, 1), -EOPNOTSUPP, "given: a zoned device can have no alias");
	made_sysfs_device("sdb", "8:16");
	made_sysfs_device("blki!sdb", "240:0");
	made_sysfs_dirs(made_sysfs_path("block/blki!sdb/blki"));
	made_sysfs_file(made_sysfs_path("block/blki!sdb/blki/origin"), "sdb");
	expect_refusal(makedev(240, 0), -EOPNOTSUPP, "given: is an alias itself");
	/* 26 bytes fit, as "blki!" and a NUL are in the 32 of a disk's name */
	made_sysfs_device("abcdefghijklmnopqrstuvwxyz", "9:0");
	made_sysfs_device("abcdefghijklmnopqrstuvwxyz0", "9:1");
	expect_refusal(makedev(9, 1), -EOPNOTSUPP, "its name is too long for an alias, 26 bytes fit");
	assert_int_equal(alias_check_add(&handle, makedev(9, 0), "x", (char[64]){ 0 }, 64), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rules_are_not_needed_without_udev, setup, teardown),
		cmocka_unit_test_setup_teardown(rules_are_missed_where_udev_runs, setup, teardown),
		cmocka_unit_test_setup_teardown(check_says_the_path, setup, teardown),
		cmocka_unit_test_setup_teardown(check_refuses_what_the_kernel_refuses, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
