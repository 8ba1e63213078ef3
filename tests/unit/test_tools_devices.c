// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of names and stacks on a made-up sysfs: tools/libblki/{sysfs,devref,loop,kmsg}.c.
 *
 * The tree, below /tmp and removed again:
 *	8:0 sda with partition 8:1 sda1; 8:16 sdb; 104:0 cciss/c0d0
 *	253:0 dm-0 "plain" on sda1; 253:1 dm-1 "upper" on dm-0; 253:2 dm-2 "noexcl", no slave;
 *	253:3 dm-3 "a b", mangled; 253:4 dm-4 "sdb", a name that is also a kernel name, on sdb;
 *	9:0 md0 on sdb with partition 259:0 md0p1
 *	7:0 loop0, backing file in a file system
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/made_sysfs.h"
#include "tools/libblki/devref.h"
#include "tools/libblki/kmsg.h"
#include "tools/libblki/loop.h"
#include "tools/libblki/sysfs.h"

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
	made_sysfs_device("cciss!c0d0", "104:0");
	made_sysfs_device("md0", "9:0");
	made_sysfs_device("md0/md0p1", "259:0");
	made_sysfs_device("loop0", "7:0");
	made_sysfs_dm("dm-0", "253:0", "plain");
	made_sysfs_dm("dm-1", "253:1", "upper");
	made_sysfs_dm("dm-2", "253:2", "noexcl");
	made_sysfs_dm("dm-3", "253:3", "a\\x20b");
	made_sysfs_dm("dm-4", "253:4", "sdb");
	made_sysfs_slave("dm-0", "sda/sda1");
	made_sysfs_slave("dm-1", "dm-0");
	made_sysfs_slave("dm-4", "sdb");
	made_sysfs_slave("md0", "sdb");
	made_sysfs_dirs(made_sysfs_path("devices/loop0/loop"));
	made_sysfs_file(made_sysfs_path("devices/loop0/loop/backing_file"), root);
	/* aliases of sda1 and of dm-0, which stands on it above the hook, and what stands on them */
	made_sysfs_device("blki!sda1", "250:0");
	made_sysfs_device("blki!dm-0", "250:1");
	made_sysfs_dm("dm-5", "253:5", "below");
	made_sysfs_dm("dm-6", "253:6", "above");
	made_sysfs_slave("blki!sda1", "sda/sda1");
	made_sysfs_slave("blki!dm-0", "dm-0");
	made_sysfs_slave("dm-5", "blki!sda1");
	made_sysfs_slave("dm-6", "blki!dm-0");
	made_sysfs_dirs(made_sysfs_path("dev/block/250:0/blki"));
	made_sysfs_file(made_sysfs_path("dev/block/250:0/blki/origin"), "sda1");
	made_sysfs_dirs(made_sysfs_path("dev/block/250:1/blki"));
	made_sysfs_file(made_sysfs_path("dev/block/250:1/blki/origin"), "dm-0");
	return 0;
}

static int teardown_tree(void **state)
{
	(void)state;
	return made_sysfs_end();
}

static struct blki handle(void)
{
	return (struct blki){ .fd = -1, .sysfs = root };
}

static void sysfs_names_and_numbers_agree(void **state)
{
	char name[64];
	dev_t dev = 0;

	(void)state;
	assert_int_equal(sysfs_dev_of_name(root, "sda1", &dev), 0);
	assert_true(dev == makedev(8, 1));
	assert_int_equal(sysfs_dev_of_name(root, "cciss/c0d0", &dev), 0);
	assert_true(dev == makedev(104, 0));
	assert_int_equal(sysfs_name(root, dev, name, sizeof(name)), 0);
	assert_string_equal(name, "cciss/c0d0");
	assert_int_equal(sysfs_name(root, dev, name, 4), -ENAMETOOLONG);
	assert_int_equal(sysfs_dev_of_name(root, "nope", &dev), -ENOENT);
	assert_int_equal(sysfs_dev_of_name(root, "", &dev), -ENOENT);
	assert_int_equal(sysfs_dev_of_name(root, "..", &dev), -ENOENT);
	assert_int_equal(sysfs_name(root, makedev(1, 1), name, sizeof(name)), -ENOENT);
}

static void sysfs_dm_names_are_unmangled(void **state)
{
	char name[64];
	dev_t dev = 0;

	(void)state;
	assert_int_equal(sysfs_dev_of_dm(root, "plain", &dev), 0);
	assert_true(dev == makedev(253, 0));
	assert_int_equal(sysfs_dev_of_dm(root, "a b", &dev), 0);
	assert_true(dev == makedev(253, 3));
	assert_int_equal(sysfs_dev_of_dm(root, "a\\x20b", &dev), 0);
	assert_int_equal(sysfs_dev_of_dm(root, "a", &dev), -ENOENT);
	assert_int_equal(sysfs_dev_of_dm(root, "a bc", &dev), -ENOENT);
	assert_int_equal(sysfs_dev_of_dm(root, "", &dev), -ENOENT);
	assert_int_equal(sysfs_dm_name(root, makedev(253, 1), name, sizeof(name)), 0);
	assert_string_equal(name, "upper");
	assert_int_equal(sysfs_dm_name(root, makedev(8, 0), name, sizeof(name)), -ENOENT);
	assert_string_equal(name, "");
}

static void request_based_device_above_is_found(void **state)
{
	char name[64];

	(void)state;
	assert_int_equal(sysfs_request_upper(root, makedev(8, 16), name, sizeof(name)), -ENOENT);
	made_sysfs_dirs(made_sysfs_path("devices/sdb/holders/dm-4/dm"));
	assert_int_equal(sysfs_request_upper(root, makedev(8, 16), name, sizeof(name)), -ENOENT);
	made_sysfs_dirs(made_sysfs_path("devices/sdb/holders/dm-4/mq"));
	assert_int_equal(sysfs_request_upper(root, makedev(8, 16), name, sizeof(name)), 0);
	assert_string_equal(name, "dm-4");
	assert_int_equal(sysfs_request_upper(root, makedev(8, 16), name, 4), -ENAMETOOLONG);
}

static void sysfs_lower_of_disk_partition_and_loop(void **state)
{
	dev_t lower[SYSFS_LOWER_MAX];
	struct stat st;

	(void)state;
	assert_int_equal(sysfs_lower(root, makedev(8, 0), lower), 0);
	assert_int_equal(sysfs_lower(root, makedev(253, 0), lower), 1);
	assert_true(lower[0] == makedev(8, 1));
	assert_int_equal(sysfs_lower(root, makedev(259, 0), lower), 1);
	assert_true(lower[0] == makedev(8, 16));
	assert_int_equal(sysfs_lower(root, makedev(7, 0), lower), 1);
	assert_int_equal(stat(root, &st), 0);
	assert_true(lower[0] == st.st_dev);
	assert_int_equal(sysfs_lower(root, makedev(1, 1), lower), 0);
}

static void expect_resolved(const char *given, unsigned int major_nr, unsigned int minor_nr,
			    const char *name)
{
	struct blki h = handle();
	struct devref ref;

	assert_int_equal(devref_resolve(&h, given, &ref), 0);
	assert_true(ref.present);
	assert_true(ref.dev == makedev(major_nr, minor_nr));
	assert_string_equal(ref.name, name);
}

static void resolve_takes_every_kind_of_name(void **state)
{
	(void)state;
	expect_resolved("sda1", 8, 1, "sda1");
	expect_resolved("plain", 253, 0, "dm-0");
	expect_resolved("dm-0", 253, 0, "dm-0");
	expect_resolved("a b", 253, 3, "dm-3");
	expect_resolved("8:16", 8, 16, "sdb");
}

static void expect_unresolved(const char *given, int err, const char *words)
{
	struct blki h = handle();
	struct devref ref;

	assert_int_equal(devref_resolve(&h, given, &ref), -err);
	assert_false(ref.present);
	if (!strstr(h.sentence, words))
		fail_msg("\"%s\": sentence \"%s\" lacks \"%s\"", given, h.sentence, words);
}

static void resolve_refusals_have_words(void **state)
{
	(void)state;
	expect_unresolved("", EINVAL, "empty device name");
	expect_unresolved("nope", ENOENT, "nope: no such block device");
	expect_unresolved("1:1", ENOENT, "1:1: no such block device");
	expect_unresolved("8:1x", ENOENT, "no such block device");
	expect_unresolved("/dev/nope-nope", ENOENT, "/dev/nope-nope: no such");
	expect_unresolved("/", ENOTBLK, "is no block device");
	expect_unresolved("/etc/passwd/x", ENOENT, "no such");
	expect_unresolved("sdb", ENOTUNIQ, "give a path");
}

static void resolve_gone_device_keeps_its_name(void **state)
{
	struct blki h = handle();
	struct devref ref;

	(void)state;
	devref_resolve(&h, "/dev/nope-nope", &ref);
	assert_string_equal(ref.name, "nope-nope");
	assert_true(devref_match(&ref, 8, 0, "nope-nope"));
	assert_false(devref_match(&ref, 8, 0, "sda"));
	devref_resolve(&h, "", &ref);
	assert_false(devref_match(&ref, 8, 0, ""));
}

static struct blki_entry remap(unsigned int origin_minor, unsigned int acceptor_minor, uint64_t id)
{
	return (struct blki_entry){
		.id = id,
		.kind = BLKI_KIND_REMAP,
		.state = BLKI_STATE_LIVE,
		.origin_major = 8,
		.origin_minor = origin_minor,
		.acceptor_major = 253,
		.acceptor_minor = acceptor_minor,
		.name = "remap",
	};
}

static void find_remap_prefers_origin_and_live(void **state)
{
	const struct devref disk = { .dev = makedev(8, 1), .present = true };
	const struct devref acceptor = { .dev = makedev(253, 2), .present = true };
	struct blki_entry e[] = { remap(1, 2, 1), remap(1, 3, 2), remap(16, 2, 3) };
	size_t nr_found;

	(void)state;
	e[0].state = BLKI_STATE_DEAD;
	assert_ptr_equal(devref_find_remap(e, 3, &disk, &nr_found), &e[1]);
	assert_int_equal(nr_found, 1);
	assert_ptr_equal(devref_find_remap(e, 1, &disk, &nr_found), &e[0]);
	assert_ptr_equal(devref_find_remap(e, 3, &acceptor, &nr_found), &e[2]);
	assert_int_equal(nr_found, 2);
	assert_null(devref_find_remap(e, 0, &disk, &nr_found));
	assert_int_equal(nr_found, 0);
	e[1].kind = BLKI_KIND_FILTER;
	e[0].kind = BLKI_KIND_FILTER;
	assert_null(devref_find_remap(e, 2, &disk, &nr_found));
}

static void find_filter_needs_name_and_origin(void **state)
{
	const struct devref gone = { .name = "sdz", .present = false };
	struct blki_entry e[] = { remap(1, 2, 1), remap(1, 2, 2) };

	(void)state;
	strcpy(e[1].name, "null");
	strcpy(e[1].origin, "sdz");
	strcpy(e[0].origin, "sdz");
	e[1].kind = BLKI_KIND_FILTER;
	assert_ptr_equal(devref_find_filter(e, 2, &gone, "null"), &e[1]);
	assert_null(devref_find_filter(e, 2, &gone, "nul"));
	assert_null(devref_find_filter(e, 2, &gone, "remap"));
}

static int check(dev_t origin, dev_t acceptor, const struct blki_entry *e, size_t nr,
		 const char *words)
{
	struct blki h = handle();
	int ret = loop_check(&h, origin, acceptor, e, nr);

	if (ret && !strstr(h.sentence, words))
		fail_msg("sentence \"%s\" lacks \"%s\"", h.sentence, words);
	return ret;
}

static void loop_stack_on_origin_is_refused(void **state)
{
	const dev_t sda = makedev(8, 0), sda1 = makedev(8, 1), plain = makedev(253, 0),
		    upper = makedev(253, 1);

	(void)state;
	assert_int_equal(check(sda1, plain, NULL, 0, "dm-0: stands on sda1"), -ELOOP);
	assert_int_equal(check(sda1, upper, NULL, 0, "dm-1: stands on sda1"), -ELOOP);
	assert_int_equal(check(plain, upper, NULL, 0, "dm-1: stands on dm-0"), -ELOOP);
	assert_int_equal(check(sda1, sda1, NULL, 0, "sda1: can not be remapped to itself"), -ELOOP);
	/* bios of a partition do not pass the hook of the whole disk */
	assert_int_equal(check(sda, plain, NULL, 0, ""), 0);
}

static void loop_other_stacks_are_taken(void **state)
{
	const dev_t sda1 = makedev(8, 1), sdb = makedev(8, 16);

	(void)state;
	assert_int_equal(check(sda1, makedev(253, 2), NULL, 0, ""), 0);
	assert_int_equal(check(sda1, sdb, NULL, 0, ""), 0);
	assert_int_equal(check(makedev(253, 0), sda1, NULL, 0, ""), 0);
	assert_int_equal(check(sda1, makedev(1, 1), NULL, 0, ""), 0);
}

static void loop_stops_below_an_alias(void **state)
{
	const dev_t sda1 = makedev(8, 1), below = makedev(253, 5), above = makedev(253, 6);
	dev_t origin;

	(void)state;
	assert_int_equal(check(sda1, below, NULL, 0, ""), 0);
	/* below dm-0 means above sda1 */
	assert_int_equal(check(makedev(253, 0), above, NULL, 0, ""), 0);
	assert_int_equal(check(sda1, above, NULL, 0, "dm-6: stands on sda1"), -ELOOP);
	assert_int_equal(sysfs_alias_origin(root, makedev(250, 0), &origin), 0);
	assert_true(origin == sda1);
	assert_int_equal(sysfs_alias_origin(root, sda1, &origin), -ENOENT);
}

static void loop_through_a_remap_is_refused(void **state)
{
	/* sdb is remapped to dm-1, which stands on dm-0, which stands on sda1 */
	const struct blki_entry e[] = { remap(16, 1, 1) };

	(void)state;
	assert_int_equal(check(makedev(8, 1), makedev(8, 16), e, 1, "sdb: stands on sda1"), -ELOOP);
	assert_int_equal(check(makedev(8, 1), makedev(8, 16), NULL, 0, ""), 0);
	/* md0p1 -> sdb -> dm-1 -> dm-0 -> sda1 */
	assert_int_equal(check(makedev(8, 1), makedev(259, 0), e, 1, "md0p1: stands on"), -ELOOP);
}

static void loop_of_remaps_ends(void **state)
{
	/* sda1 <-> dm-0 by a remap that should not exist: the walk must still end */
	const struct blki_entry e[] = { remap(1, 0, 1) };

	(void)state;
	assert_int_equal(check(makedev(9, 9), makedev(8, 1), e, 1, ""), 0);
}

static void loop_device_in_the_file_system_is_refused(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(stat(root, &st), 0);
	assert_int_equal(check(st.st_dev, makedev(7, 0), NULL, 0, "loop0: stands on"), -ELOOP);
}

static void kmsg_reason_is_cut_out(void **state)
{
	char reason[64] = "before";

	(void)state;
	kmsg_table_reason("3,812,9,-;device-mapper: table: 253:1: linear: Gone (-ENXIO)\n", reason,
			  sizeof(reason));
	assert_string_equal(reason, "linear: Gone (-ENXIO)");
	kmsg_table_reason("3,812,9,-;device-mapper: table: no number\n", reason, sizeof(reason));
	assert_string_equal(reason, "no number");
	kmsg_table_reason("3,812,9,-;device-mapper: ioctl: error adding target\n", reason,
			  sizeof(reason));
	kmsg_table_reason("3,812,9,-;", reason, sizeof(reason));
	kmsg_table_reason("", reason, sizeof(reason));
	kmsg_table_reason("device-mapper: table: 253:1: x", reason, sizeof(reason));
	assert_string_equal(reason, "no number");
	kmsg_reason(-1, reason, sizeof(reason));
	assert_string_equal(reason, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sysfs_names_and_numbers_agree),
		cmocka_unit_test(sysfs_dm_names_are_unmangled),
		cmocka_unit_test(request_based_device_above_is_found),
		cmocka_unit_test(sysfs_lower_of_disk_partition_and_loop),
		cmocka_unit_test(resolve_takes_every_kind_of_name),
		cmocka_unit_test(resolve_refusals_have_words),
		cmocka_unit_test(resolve_gone_device_keeps_its_name),
		cmocka_unit_test(find_remap_prefers_origin_and_live),
		cmocka_unit_test(find_filter_needs_name_and_origin),
		cmocka_unit_test(loop_stack_on_origin_is_refused),
		cmocka_unit_test(loop_other_stacks_are_taken),
		cmocka_unit_test(loop_stops_below_an_alias),
		cmocka_unit_test(loop_through_a_remap_is_refused),
		cmocka_unit_test(loop_of_remaps_ends),
		cmocka_unit_test(loop_device_in_the_file_system_is_refused),
		cmocka_unit_test(kmsg_reason_is_cut_out),
	};

	return cmocka_run_group_tests(tests, setup_tree, teardown_tree);
}
