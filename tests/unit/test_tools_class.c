// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of the classes of acceptors, tools/libblki/class.c.
 *
 * The devices: 8:1 is the origin, 250:0 its alias, 8:2 another disk, 253:N device-mapper devices whose
 * tables a test makes up.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "tests/unit/made_sysfs.h"
#include "tools/libblki/class.h"

#define DM_MAJOR	253
#define TABLES_MAX	4

/* The lines of 253:0 on, one or more "START LENGTH TARGET ARGUMENTS" with newlines between them. */
static const char *tables[TABLES_MAX];
static const char *root;

static int read_made_up(dev_t dev, struct dmtable *table)
{
	char *text, *save = NULL;

	memset(table, 0, sizeof(*table));
	if (major(dev) != DM_MAJOR || minor(dev) >= TABLES_MAX || !tables[minor(dev)])
		return -ENXIO;
	text = strdup(tables[minor(dev)]);
	table->lines = calloc(8, sizeof(*table->lines));
	for (char *at = strtok_r(text, "\n", &save); at; at = strtok_r(NULL, "\n", &save)) {
		struct dmtable_line *line = &table->lines[table->nr++];
		unsigned long long start, length;
		char target[32];
		int nr;

		assert_int_equal(sscanf(at, "%llu %llu %31s %n", &start, &length, target, &nr), 3);
		line->start_sectors = start;
		line->length_sectors = length;
		line->target = strdup(target);
		line->params = strdup(at + nr);
	}
	free(text);
	return 0;
}

static int setup(void **state)
{
	(void)state;
	root = made_sysfs_begin();
	if (!root)
		return -1;
	made_sysfs_device("sda/sda1", "8:1");
	made_sysfs_device("sdb", "8:2");
	made_sysfs_device("blki!sda1", "250:0");
	made_sysfs_dirs(made_sysfs_path("dev/block/250:0/blki"));
	made_sysfs_file(made_sysfs_path("dev/block/250:0/blki/origin"), "sda1");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return made_sysfs_end();
}

/* The class of 253:0, and words that the reason must have. */
static void expect(const char *table, enum blki_class class, const char *words)
{
	const struct class_source source = { root, read_made_up };
	struct class_answer answer;

	tables[0] = table;
	class_find(&source, makedev(8, 1), makedev(DM_MAJOR, 0), &answer);
	if (answer.class != class)
		fail_msg("\"%s\" is of class %d: %s", table, answer.class, answer.why);
	if (words && !strstr(answer.why, words))
		fail_msg("\"%s\": \"%s\" lacks \"%s\"", table, answer.why, words);
	if (!words)
		assert_string_equal(answer.why, "");
}

static void class_identity_keeps_the_bytes(void **state)
{
	(void)state;
	expect("0 100 linear 250:0 0", BLKI_CLASS_IDENTITY, NULL);
	expect("0 100 blki-linear 8:1 0", BLKI_CLASS_IDENTITY, NULL);
	expect("0 60 linear 250:0 0\n60 40 delay 250:0 60 500", BLKI_CLASS_IDENTITY, NULL);
	expect("0 100 delay 250:0 0 5 250:0 0 9 250:0 0 1", BLKI_CLASS_IDENTITY, NULL);
	expect("0 100 flakey 250:0 0 5 1 0", BLKI_CLASS_IDENTITY, NULL);
	expect("0 100 snapshot-origin 250:0", BLKI_CLASS_IDENTITY, NULL);
	expect("0 100 era 8:2 250:0 8", BLKI_CLASS_IDENTITY, NULL);
	expect("0 100 log-writes 250:0 8:2", BLKI_CLASS_IDENTITY, NULL);
	expect("0 100 mirror core 1 1024 2 250:0 0 8:2 0", BLKI_CLASS_IDENTITY, NULL);
	expect("0 100 cache 8:2 8:2 250:0 512 1 writethrough smq 0", BLKI_CLASS_IDENTITY, NULL);
	expect("0 100 striped 1 8 250:0 0", BLKI_CLASS_IDENTITY, NULL);
	expect("0 60 linear 250:0 0\n60 40 striped 1 8 250:0 60", BLKI_CLASS_IDENTITY, NULL);
	tables[1] = "0 100 linear 250:0 0";
	expect("0 100 dust 253:1 0 512", BLKI_CLASS_IDENTITY, NULL);
}

static void class_stateful_keeps_data_back(void **state)
{
	(void)state;
	expect("0 100 writecache s 250:0 8:2 4096 0", BLKI_CLASS_STATEFUL, NULL);
	expect("0 100 cache 8:2 8:2 250:0 512 1 writeback smq 0", BLKI_CLASS_STATEFUL, NULL);
	expect("0 100 clone 8:2 250:0 8:2 8", BLKI_CLASS_STATEFUL, NULL);
	tables[1] = "0 100 writecache s 250:0 8:2 4096 0";
	expect("0 100 delay 253:1 0 5", BLKI_CLASS_STATEFUL, NULL);
}

static void class_transforming_says_why(void **state)
{
	(void)state;
	expect("0 100 crypt aes 0 0 250:0 0", BLKI_CLASS_TRANSFORMING, "crypt");
	expect("0 100 snapshot-merge 250:0 8:2 P 8", BLKI_CLASS_TRANSFORMING, "snapshot-merge");
	expect("0 100 unheard-of 250:0 0", BLKI_CLASS_TRANSFORMING, "unheard-of");
	expect("0 100 linear 250:0 8", BLKI_CLASS_TRANSFORMING, "sector 0 to sector 8");
	expect("0 60 linear 250:0 0\n60 40 linear 250:0 0", BLKI_CLASS_TRANSFORMING,
	       "sector 60 to sector 0");
	expect("0 100 delay 250:0 0 5 8:2 0 5", BLKI_CLASS_TRANSFORMING, "writes to another device");
	expect("0 100 linear 8:2 0", BLKI_CLASS_TRANSFORMING, "ends on sdb");
	expect("0 100 mirror core 1 1024 2 8:2 0 250:0 0", BLKI_CLASS_TRANSFORMING, "ends on sdb");
	expect("0 100 clone 8:2 8:2 250:0 8", BLKI_CLASS_TRANSFORMING, "ends on sdb");
	expect("0 100 striped 2 8 250:0 0 8:2 0", BLKI_CLASS_TRANSFORMING, "not just one stripe");
	expect("0 100 striped 1 8 250:0 8", BLKI_CLASS_TRANSFORMING, "sector 0 to sector 8");
	expect("0 100 striped 1 8 8:2 0", BLKI_CLASS_TRANSFORMING, "ends on sdb");
	expect("0 100 striped x 8 250:0 0", BLKI_CLASS_TRANSFORMING, "not just one");
	expect("0 100 linear garbage", BLKI_CLASS_TRANSFORMING, "not understood");
	expect("0 100 mirror core 99999999999 x", BLKI_CLASS_TRANSFORMING, "not understood");
	expect(NULL, BLKI_CLASS_TRANSFORMING, "not the origin");
}

static void class_endless_stack_ends(void **state)
{
	(void)state;
	tables[1] = "0 100 linear 253:0 0";
	expect("0 100 linear 253:1 0", BLKI_CLASS_TRANSFORMING, "more than");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(class_identity_keeps_the_bytes),
		cmocka_unit_test(class_stateful_keeps_data_back),
		cmocka_unit_test(class_transforming_says_why),
		cmocka_unit_test(class_endless_stack_ends),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
