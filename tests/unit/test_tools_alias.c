// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of what libblki looks at before it makes an alias, tools/libblki/alias.c, in a made-up root.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/made_sysfs.h"
#include "tools/libblki/alias.h"

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
	assert_false(alias_rules_missing(*state));
}

static void rules_are_missed_where_udev_runs(void **state)
{
	made_sysfs_dirs(made_sysfs_path("run/udev"));
	made_sysfs_file(made_sysfs_path("run/udev/control"), "");
	assert_true(alias_rules_missing(*state));
	made_sysfs_dirs(made_sysfs_path("lib/udev/rules.d"));
	made_sysfs_file(made_sysfs_path("lib/udev/rules.d/60-persistent-storage.rules"), "");
	assert_true(alias_rules_missing(*state));
	made_sysfs_file(made_sysfs_path("lib/udev/rules.d/56-blki.rules"), "");
	assert_false(alias_rules_missing(*state));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rules_are_not_needed_without_udev, setup, teardown),
		cmocka_unit_test_setup_teardown(rules_are_missed_where_udev_runs, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
