// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What users who are not root find on a host: a rule that names the char devices is found wherever it stands, a
 * comment or another kind of file is none, and the first thing missing is named with its remedy.
 */
#include "ublk-sim/access.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static int dir_make(void **state)
{
	char *dir = strdup("/tmp/test_sim_access.XXXXXX");

	*state = dir;
	return dir && mkdtemp(dir) ? 0 : -1;
}

static int dir_remove(void **state)
{
	static const char *const names[] = { "10-a.rules", "20-b.rules", "30-c.conf" };
	char path[300];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", (char *)*state, names[i]);
		unlink(path);
	}
	rmdir(*state);
	free(*state);
	return 0;
}

static void file_write(const char *dir, const char *name, const char *text)
{
	char path[300];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void rule_is_found_only_where_it_is_one(void **state)
{
	const char *const dirs[] = { "/tmp/no such folder", *state, NULL };
	char wanted[300];
	char path[256];

	assert_false(sim_access_find_rule(dirs, path, sizeof(path)));
	assert_string_equal(path, "");
	file_write(*state, "10-a.rules", "# ublkc\n\t# KERNEL==\"ublkc*\"\nKERNEL==\"ublkb*\", MODE=\"0666\"\n");
	file_write(*state, "30-c.conf", "KERNEL==\"ublkc*\"\n");
	assert_false(sim_access_find_rule(dirs, path, sizeof(path)));
	assert_string_equal(path, "");
	file_write(*state, "20-b.rules", "# a comment\nKERNEL==\"ublkc*\", OWNER=\"%c\"\n");
	assert_true(sim_access_find_rule(dirs, path, sizeof(path)));
	snprintf(wanted, sizeof(wanted), "%s/20-b.rules", (char *)*state);
	assert_string_equal(path, wanted);
}

static void rule_of_the_project_is_one(void **state)
{
	const char *const dirs[] = { RULES_DIR, NULL };
	char path[256];

	(void)state;
	assert_true(sim_access_find_rule(dirs, path, sizeof(path)));
	assert_string_equal(strrchr(path, '/'), "/59-ublk-sim.rules");
}

static void first_thing_missing_is_named(void **state)
{
	struct sim_access access = { .control = false };

	(void)state;
	assert_non_null(strstr(sim_access_lacks(&access), "systemd-udevd"));
	access.udev = true;
	assert_non_null(strstr(sim_access_lacks(&access), "59-ublk-sim.rules"));
	snprintf(access.rule, sizeof(access.rule), "/etc/udev/rules.d/59-ublk-sim.rules");
	assert_non_null(strstr(sim_access_lacks(&access), "chmod 0666 /dev/ublk-control"));
	access.control = true;
	assert_null(sim_access_lacks(&access));
}

/* Whoever is not root and has no file capabilities has none; root may lack this one in a container. */
static void privilege_is_not_everybodys(void **state)
{
	(void)state;
	if (geteuid())
		assert_false(sim_access_is_privileged());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rule_is_found_only_where_it_is_one, dir_make, dir_remove),
		cmocka_unit_test(rule_of_the_project_is_one),
		cmocka_unit_test(first_thing_missing_is_named),
		cmocka_unit_test(privilege_is_not_everybodys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
