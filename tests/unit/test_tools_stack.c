// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of what acceptors stand on and who uses origins, tools/blki/{stack,usage}.c.
 *
 * The made-up sysfs: 8:1 sda1 on disk sda; 8:16 sdb; 253:0 dm-0 "alias-user", on 250:0 blki!sda1,
 * the alias of sda1; 253:1 dm-1 "noexcl", blki-linear on 8:1; 253:2 dm-2 "mixed" on dm-0 and sdb;
 * 253:3 dm-3 "deep", on itself, which no kernel allows but a walk must survive.
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
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/made_sysfs.h"
#include "tools/blki/stack.h"
#include "tools/blki/usage.h"

static const char *root;

static int setup_tree(void **state)
{
	(void)state;
	root = made_sysfs_begin();
	if (!root)
		return -1;
	made_sysfs_device("sda", "8:0");
	made_sysfs_device("sda/sda1", "8:1");
	made_sysfs_device("sdb", "8:16");
	made_sysfs_device("blki!sda1", "250:0");
	made_sysfs_dirs(made_sysfs_path("devices/blki!sda1/blki"));
	made_sysfs_file(made_sysfs_path("devices/blki!sda1/blki/origin"), "sda1");
	made_sysfs_dm("dm-0", "253:0", "alias-user");
	made_sysfs_dm("dm-1", "253:1", "noexcl");
	made_sysfs_dm("dm-2", "253:2", "mixed");
	made_sysfs_dm("dm-3", "253:3", "deep");
	made_sysfs_slave("dm-0", "blki!sda1");
	made_sysfs_slave("dm-2", "dm-0");
	made_sysfs_slave("dm-2", "sdb");
	made_sysfs_slave("dm-3", "dm-3");
	made_sysfs_dirs(made_sysfs_path("devices/sda/sda1/holders/dm-7"));
	return 0;
}

static int teardown_tree(void **state)
{
	(void)state;
	return made_sysfs_end();
}

static int add_line(struct dmtable *table, const char *target, const char *params)
{
	table->lines = reallocarray(table->lines, table->nr + 1, sizeof(*table->lines));
	table->lines[table->nr++] = (struct dmtable_line){
		.length_sectors = 8,
		.target = strdup(target),
		.params = strdup(params),
	};
	return 0;
}

static int made_table(dev_t dev, struct dmtable *table)
{
	memset(table, 0, sizeof(*table));
	switch (minor(dev)) {
	case 0:
		return add_line(table, "linear", "250:0 0");
	case 1:
		return add_line(table, "blki-linear", "8:1 0");
	case 2:
		return add_line(table, "linear", "253:0 0") ?:
			       add_line(table, "line", "x") ?:
							      add_line(table, "linear", "8:16 0");
	default:
		return -ENXIO;
	}
}

static const struct stack *build(unsigned int minor_nr)
{
	static struct stack stack;
	const struct stack_source source = { root, made_table };

	stack_build(&source, makedev(253, minor_nr), &stack);
	return &stack;
}

static void expect_node(const struct stack_node *node, enum stack_kind kind, unsigned int depth,
			const char *name)
{
	assert_int_equal(node->kind, kind);
	assert_int_equal(node->depth, depth);
	assert_string_equal(node->name, name);
}

static void stack_noexcl_is_below_the_hook(void **state)
{
	const struct stack *s = build(1);

	(void)state;
	assert_int_equal(s->nr, 2);
	expect_node(&s->nodes[0], STACK_DM, 0, "dm-1");
	assert_string_equal(s->nodes[0].dm_name, "noexcl");
	assert_string_equal(s->nodes[0].targets, "blki-linear");
	expect_node(&s->nodes[1], STACK_BELOW, 1, "sda1");
	assert_true(s->nodes[1].dev == makedev(8, 1));
}

static void stack_alias_leads_to_its_origin(void **state)
{
	const struct stack *s = build(0);

	(void)state;
	assert_int_equal(s->nr, 3);
	expect_node(&s->nodes[1], STACK_ALIAS, 1, "blki/sda1");
	expect_node(&s->nodes[2], STACK_BELOW, 2, "sda1");
}

static void stack_layers_follow_each_other(void **state)
{
	const struct stack *s = build(2);
	size_t nr_alias = 0, nr_disk = 0;

	(void)state;
	assert_int_equal(s->nr, 5);
	assert_string_equal(s->nodes[0].targets, "linear, line");
	for (size_t i = 1; i < s->nr; i++) {
		nr_alias += s->nodes[i].kind == STACK_ALIAS && s->nodes[i].depth == 2;
		nr_disk += s->nodes[i].kind == STACK_DEVICE && s->nodes[i].depth == 1;
	}
	assert_int_equal(nr_alias, 1);
	assert_int_equal(nr_disk, 1);
}

static void stack_without_end_is_cut(void **state)
{
	const struct stack *s = build(3);

	(void)state;
	assert_int_equal(s->nr, STACK_DEPTH_MAX + 1);
	assert_int_equal(s->nodes[s->nr - 1].kind, STACK_CUT);
	assert_string_equal(s->nodes[0].targets, "");
}

static void usage_finds_mounts_by_number(void **state)
{
	char text[] = "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/root rw\n"
		      "23 22 0:21 / /proc rw - proc proc rw\n"
		      "24 22 8:1 /sub /mnt/a\\040b rw master:1 - ext4 /dev/sda1 rw\n"
		      "25 22 8:16 / /other rw - xfs /dev/sdb rw\n"
		      "a line of something newer\n";
	FILE *f = fmemopen(text, strlen(text), "r");
	struct usage usage = { .nr = 0 };

	(void)state;
	usage_mounts(f, makedev(8, 1), &usage);
	fclose(f);
	assert_int_equal(usage.nr, 2);
	assert_string_equal(usage.items[0].how, "mount");
	assert_string_equal(usage.items[0].type, "ext4");
	assert_string_equal(usage.items[0].where, "/");
	assert_string_equal(usage.items[1].where, "/mnt/a b");
}

static void usage_counts_what_has_no_room(void **state)
{
	struct usage usage = { .nr = 0 };

	(void)state;
	for (int i = 0; i < USAGE_MAX + 3; i++) {
		char text[] = "22 1 8:1 / / rw - ext4 /dev/root rw\n";
		FILE *f = fmemopen(text, strlen(text), "r");

		usage_mounts(f, makedev(8, 1), &usage);
		fclose(f);
	}
	assert_int_equal(usage.nr, USAGE_MAX);
	assert_int_equal(usage.nr_more, 3);
}

static void usage_names_holders(void **state)
{
	struct usage usage = { .nr = 0 };

	(void)state;
	usage_holders(root, makedev(8, 1), &usage);
	assert_int_equal(usage.nr, 1);
	assert_string_equal(usage.items[0].how, "holder");
	assert_string_equal(usage.items[0].where, "dm-7");
	usage_holders(root, makedev(8, 16), &usage);
	assert_int_equal(usage.nr, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stack_noexcl_is_below_the_hook),
		cmocka_unit_test(stack_alias_leads_to_its_origin),
		cmocka_unit_test(stack_layers_follow_each_other),
		cmocka_unit_test(stack_without_end_is_cut),
		cmocka_unit_test(usage_finds_mounts_by_number),
		cmocka_unit_test(usage_counts_what_has_no_room),
		cmocka_unit_test(usage_names_holders),
	};

	return cmocka_run_group_tests(tests, setup_tree, teardown_tree);
}
