// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of stable names and recorded tables, tools/blki/{stable,recipe}.c.
 *
 * The made-up sysfs: 8:1 sda1 with PARTUUID AAAA-01, 8:2 sda2 with AAAA-02, 8:17 sdb1, a copy of
 * sda2; 8:32 sdc, a disk without a better name; 250:0 blki!sda1, the alias of sda1; 253:0 dm-0
 * "low" on sda2; 253:1 dm-1 "top" on dm-0 and the alias; 253:2 dm-2 "secret", crypt; 253:3 dm-3
 * "lv", of LVM; 253:4 dm-4 "noexcl", blki-linear on sda1.
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
#include "tools/blki/recipe.h"

static struct stable_source source;

static void make_sized(const char *where, const char *number, const char *sectors)
{
	made_sysfs_device(where, number);
	made_sysfs_file(made_sysfs_path("devices/%s/size", where), sectors);
}

static void set_partuuid(const char *where, const char *partuuid)
{
	char text[64];

	snprintf(text, sizeof(text), "DEVTYPE=partition\nPARTUUID=%s", partuuid);
	made_sysfs_file(made_sysfs_path("devices/%s/uevent", where), text);
}

static int setup_tree(void **state)
{
	(void)state;
	source = (struct stable_source){ made_sysfs_begin(), "/nonexistent", NULL };
	if (!source.sysfs)
		return -1;
	make_sized("sda", "8:0", "20000");
	make_sized("sda/sda1", "8:1", "8000");
	make_sized("sda/sda2", "8:2", "9000");
	make_sized("sdb", "8:16", "20000");
	make_sized("sdb/sdb1", "8:17", "9000");
	make_sized("sdc", "8:32", "7000");
	make_sized("blki!sda1", "250:0", "8000");
	set_partuuid("sda/sda1", "AAAA-01");
	set_partuuid("sda/sda2", "AAAA-02");
	made_sysfs_dirs(made_sysfs_path("devices/blki!sda1/blki"));
	made_sysfs_file(made_sysfs_path("devices/blki!sda1/blki/origin"), "sda1");
	made_sysfs_dm("dm-0", "253:0", "low");
	made_sysfs_dm("dm-1", "253:1", "top");
	made_sysfs_dm("dm-2", "253:2", "secret");
	made_sysfs_dm("dm-3", "253:3", "lv");
	made_sysfs_dm("dm-4", "253:4", "noexcl");
	return 0;
}

static int teardown_tree(void **state)
{
	(void)state;
	return made_sysfs_end();
}

static int made_table(dev_t dev, struct dmtable *table)
{
	static const char *const params[] = { "8:2 0", "253:0 8 250:0 16 @x", "aes 00 0 8:1 0",
					      "8:2 0", "8:1 0" };
	static const char *const targets[] = { "linear", "delay", "crypt", "linear",
					       "blki-linear" };

	memset(table, 0, sizeof(*table));
	if (major(dev) != 253)
		return -ENXIO;
	table->lines = calloc(1, sizeof(*table->lines));
	table->nr = 1;
	table->lines[0] = (struct dmtable_line){
		.length_sectors = 64,
		.target = strdup(targets[minor(dev)]),
		.params = strdup(params[minor(dev)]),
	};
	if (minor(dev) == 3)
		strcpy(table->uuid, "LVM-abcdef");
	return 0;
}

static void names_of_every_sort(void **state)
{
	struct save_ref ref;

	(void)state;
	assert_int_equal(stable_names(&source, makedev(8, 1), &ref), 0);
	assert_string_equal(ref.partuuid, "AAAA-01");
	assert_false(ref.table_read);
	assert_string_equal(ref.name, "sda1");
	assert_int_equal(ref.sectors, 8000);
	assert_int_equal(stable_names(&source, makedev(253, 0), &ref), 0);
	assert_string_equal(ref.dm, "low");
	assert_string_equal(ref.partuuid, "");
	assert_int_equal(stable_names(&source, makedev(250, 0), &ref), 0);
	assert_true(ref.alias);
	assert_string_equal(ref.partuuid, "AAAA-01");
	assert_int_equal(stable_names(&source, makedev(8, 32), &ref), 0);
	assert_string_equal(ref.name, "sdc");
	assert_int_equal(stable_names(&source, makedev(1, 1), &ref), -ENOENT);
}

static void find_follows_the_best_name_alone(void **state)
{
	const struct save_ref moved = { .partuuid = "aaaa-01", .name = "sdz9", .sectors = 8000 };
	const struct save_ref gone = { .partuuid = "BBBB-01", .name = "sda1" };
	const struct save_ref other = { .name = "sdc", .sectors = 7001 };
	const struct save_ref dm = { .dm = "top", .name = "dm-77" };
	const struct save_ref by_id = { .by_id = "ata-x", .name = "sda" };
	char why[STABLE_WHY_BYTES];
	dev_t dev;

	(void)state;
	assert_int_equal(stable_find(&source, &moved, &dev, why), 0);
	assert_true(dev == makedev(8, 1));
	assert_int_equal(stable_find(&source, &dm, &dev, why), 0);
	assert_true(dev == makedev(253, 1));
	assert_int_equal(stable_find(&source, &gone, &dev, why), -ENOENT);
	assert_non_null(strstr(why, "PARTUUID=BBBB-01: there is no such device now"));
	assert_int_equal(stable_find(&source, &by_id, &dev, why), -ENOENT);
	assert_int_equal(stable_find(&source, &other, &dev, why), -EINVAL);
	assert_non_null(strstr(why, "has 7000 sectors, 7001 were saved"));
}

static void find_refuses_a_copied_disk(void **state)
{
	const struct save_ref ref = { .partuuid = "AAAA-02" };
	char why[STABLE_WHY_BYTES];
	dev_t dev;

	(void)state;
	assert_int_equal(stable_find(&source, &ref, &dev, why), 0);
	set_partuuid("sdb/sdb1", "AAAA-02");
	assert_int_equal(stable_find(&source, &ref, &dev, why), -ENOTUNIQ);
	assert_non_null(strstr(why, "2 partitions have it"));
	set_partuuid("sdb/sdb1", "CCCC-01");
}

static void record_has_lower_devices_first(void **state)
{
	struct save save = { .nr_dms = 0 };

	(void)state;
	assert_int_equal(recipe_add(&source, made_table, makedev(253, 1), &save), 0);
	assert_int_equal(save.nr_dms, 2);
	assert_string_equal(save.dms[0].name, "low");
	assert_string_equal(save.dms[0].lines[0].params, "@0 0");
	assert_string_equal(save.dms[1].name, "top");
	assert_string_equal(save.dms[1].lines[0].params, "@0 8 @1 16 @@x");
	assert_string_equal(save.dms[1].refs[0].dm, "low");
	assert_true(save.dms[1].refs[1].alias);
	/* once is enough */
	assert_int_equal(recipe_add(&source, made_table, makedev(253, 0), &save), 0);
	assert_int_equal(save.nr_dms, 2);
	save_free(&save);
}

static void record_leaves_what_is_more_than_its_table(void **state)
{
	struct save save = { .nr_dms = 0 };

	(void)state;
	assert_int_equal(recipe_add(&source, made_table, makedev(253, 2), &save), 0);
	assert_int_equal(recipe_add(&source, made_table, makedev(253, 3), &save), 0);
	assert_int_equal(recipe_add(&source, made_table, makedev(8, 1), &save), 0);
	assert_int_equal(save.nr_dms, 0);
	save_free(&save);
}

static int made_alias(void *context, dev_t origin, dev_t *alias)
{
	(*(int *)context)++;
	assert_true(origin == makedev(8, 1));
	*alias = makedev(250, 9);
	return 0;
}

static void table_has_the_devices_of_now(void **state)
{
	struct save save = { .nr_dms = 0 };
	char why[STABLE_WHY_BYTES], *text;
	int nr_aliases = 0;

	(void)state;
	recipe_add(&source, made_table, makedev(253, 1), &save);
	recipe_add(&source, made_table, makedev(253, 4), &save);
	assert_int_equal(recipe_table(&source, &save.dms[1], made_alias, &nr_aliases, &text, why),
			 0);
	assert_string_equal(text, "0 64 delay 253:0 8 250:9 16 @x\n");
	assert_int_equal(nr_aliases, 1);
	free(text);
	assert_int_equal(recipe_table(&source, &save.dms[2], made_alias, &nr_aliases, &text, why),
			 0);
	assert_string_equal(text, "0 64 linear 8:1 0 noexcl\n");
	free(text);
	/* a line on aliases alone is written as its user did */
	strcpy(save.dms[1].lines[0].params, "@1 0 500");
	assert_int_equal(recipe_table(&source, &save.dms[1], made_alias, &nr_aliases, &text, why),
			 0);
	assert_string_equal(text, "0 64 delay 250:9 0 500 noexcl\n");
	free(text);
	strcpy(save.dms[2].refs[0].partuuid, "gone");
	assert_int_equal(recipe_table(&source, &save.dms[2], made_alias, &nr_aliases, &text, why),
			 -ENOENT);
	assert_null(text);
	strcpy(save.dms[2].lines[0].params, "@7 0");
	assert_int_equal(recipe_table(&source, &save.dms[2], made_alias, &nr_aliases, &text, why),
			 -EINVAL);
	save_free(&save);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_every_sort),
		cmocka_unit_test(find_follows_the_best_name_alone),
		cmocka_unit_test(find_refuses_a_copied_disk),
		cmocka_unit_test(record_has_lower_devices_first),
		cmocka_unit_test(record_leaves_what_is_more_than_its_table),
		cmocka_unit_test(table_has_the_devices_of_now),
	};

	return cmocka_run_group_tests(tests, setup_tree, teardown_tree);
}
