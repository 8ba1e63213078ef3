// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of connecting to the module and of lists, tools/libblki/{handle,control}.c, and of what
 * device-mapper is never asked, dm.c, against a made-up module.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/fake_module.h"

static void open_failure(int err, int ret, const char *words)
{
	struct blki *h = NULL;

	fake_module.open_errno = err;
	assert_int_equal(blki_open(&h), ret);
	assert_non_null(h);
	fake_module_expect(h, words);
	blki_close(h);
}

static void open_without_module_says_modprobe(void **state)
{
	(void)state;
	open_failure(ENOENT, -ENOENT, "modprobe blki");
	open_failure(ENOENT, -ENOENT, "insmod kernel/blki.ko");
	open_failure(ENXIO, -ENOENT, "modprobe blki");
	open_failure(EACCES, -EACCES, "run it as root");
	open_failure(EMFILE, -EMFILE, "/dev/blki/control");
}

static void open_older_abi_is_refused(void **state)
{
	struct blki *h = NULL;
	char words[48];

	(void)state;
	fake_module.abi = BLKI_ABI_VERSION - 1;
	assert_int_equal(blki_open(&h), -EPROTO);
	snprintf(words, sizeof(words), "speaks ABI %u, this tool needs %u", fake_module.abi,
		 BLKI_ABI_VERSION);
	fake_module_expect(h, words);
	assert_int_equal(blki_remap_stop(h, "/dev/origin1", 0), -ENOENT);
	blki_close(h);
	fake_module.abi = BLKI_ABI_VERSION + 1;
	h = fake_module_open();
	blki_close(h);
	fake_module.version_errno = ENOTTY;
	assert_int_equal(blki_open(&h), -EPROTO);
	blki_close(h);
	blki_close(NULL);
}

static void calls_without_module_say_so(void **state)
{
	struct blki_entry *entries;
	struct blki *h = NULL;
	char node[64];
	size_t nr;

	(void)state;
	fake_module.open_errno = ENOENT;
	blki_open(&h);
	assert_int_equal(blki_remap_start(h, "/dev/origin1", "/dev/acceptor1", NULL, NULL),
			 -ENOENT);
	assert_int_equal(blki_filter_attach(h, "/dev/origin1", "null", NULL, NULL), -ENOENT);
	assert_int_equal(blki_filter_detach(h, "/dev/origin1", "null", 0), -ENOENT);
	assert_int_equal(blki_detach_id(h, 1, 0), -ENOENT);
	assert_int_equal(blki_list(h, &entries, &nr), -ENOENT);
	assert_int_equal(blki_dm_create(h, "a", "0 8 linear /dev/origin1 0 noexcl", node,
					sizeof(node)), -ENOENT);
	fake_module_expect(h, "modprobe blki");
	blki_close(h);
}

static void list_grows_until_it_fits(void **state)
{
	struct blki_entry many[100] = { { 0 } }, *entries;
	struct blki *h = fake_module_open();
	size_t nr;

	(void)state;
	assert_int_equal(blki_list(h, &entries, &nr), 0);
	assert_null(entries);
	assert_int_equal(nr, 0);
	for (size_t i = 0; i < 100; i++)
		many[i].id = i;
	fake_module.entries = many;
	fake_module.nr = 100;
	assert_int_equal(blki_list(h, &entries, &nr), 0);
	assert_int_equal(nr, 100);
	assert_int_equal(entries[99].id, 99);
	free(entries);
	fake_module.entries = NULL;
	fake_module.grows = 1000;
	assert_int_equal(blki_list(h, &entries, &nr), -EAGAIN);
	assert_null(entries);
	fake_module_expect(h, "try again");
	fake_module.list_errno = EPERM;
	assert_int_equal(blki_list(h, &entries, &nr), -EPERM);
	fake_module_expect(h, "run it as root");
	blki_close(h);
}

static void dm_create_bad_names_and_tables_have_words(void **state)
{
	struct blki *h = fake_module_open();
	char node[64], name[200];

	(void)state;
	memset(name, 'n', sizeof(name));
	name[128] = '\0';
	assert_int_equal(blki_dm_create(h, "", "0 8 zero", node, sizeof(node)), -EINVAL);
	assert_int_equal(blki_dm_create(h, "a/b", "0 8 zero", node, sizeof(node)), -EINVAL);
	assert_int_equal(blki_dm_create(h, name, "0 8 zero", node, sizeof(node)), -EINVAL);
	fake_module_expect(h, "is no device-mapper name");
	assert_int_equal(blki_dm_create(h, "a", "0 x zero", node, sizeof(node)), -EINVAL);
	fake_module_expect(h, "a: table line 1: ");
	assert_int_equal(blki_dm_remove(h, ""), -EINVAL);
	blki_close(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(open_without_module_says_modprobe, fake_module_reset),
		cmocka_unit_test_setup(open_older_abi_is_refused, fake_module_reset),
		cmocka_unit_test_setup(calls_without_module_say_so, fake_module_reset),
		cmocka_unit_test_setup(list_grows_until_it_fits, fake_module_reset),
		cmocka_unit_test_setup(dm_create_bad_names_and_tables_have_words, fake_module_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
