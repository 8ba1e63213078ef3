// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of attaching, tools/libblki/{control,filter,remap}.c, against a made-up module.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/fake_module.h"

static void filter_attach_fills_the_request(void **state)
{
	const struct blki_opts opts = { .hook = BLKI_HOOK_LIST, .timeout_ms = 7, .altitude = 9 };
	struct blki *h = fake_module_open();
	uint64_t id = 0;

	(void)state;
	assert_int_equal(blki_filter_attach(h, "/dev/origin1", "null", &opts, &id), 0);
	assert_int_equal(id, 42);
	assert_int_equal(fake_module.attach.size, sizeof(struct blki_attach));
	assert_int_equal(fake_module.attach.flags, 0);
	assert_int_equal(fake_module.attach.kind, BLKI_KIND_FILTER);
	assert_int_equal(fake_module.attach.acceptor_fd, -1);
	assert_int_equal(fake_module.attach.hook, BLKI_HOOK_LIST);
	assert_int_equal(fake_module.attach.timeout_ms, 7);
	assert_int_equal(fake_module.attach.altitude, 9);
	assert_int_equal(fake_module.attach.reserved, 0);
	assert_string_equal(fake_module.attach.name, "null");
	assert_string_equal(blki_message(h), "");
	blki_close(h);
}

static void filter_name_length_is_checked(void **state)
{
	char name[BLKI_NAME_MAX + 1];
	struct blki *h = fake_module_open();

	(void)state;
	memset(name, 'x', sizeof(name));
	name[BLKI_NAME_MAX] = '\0';
	assert_int_equal(blki_filter_attach(h, "/dev/origin1", name, NULL, NULL), -EINVAL);
	fake_module_expect(h, "1 to 31 bytes");
	name[BLKI_NAME_MAX - 1] = '\0';
	assert_int_equal(blki_filter_attach(h, "/dev/origin1", name, NULL, NULL), 0);
	assert_int_equal(blki_filter_attach(h, "/dev/origin1", "", NULL, NULL), -EINVAL);
	blki_close(h);
}

static void refusal_passes_the_kernel_sentence(void **state)
{
	struct blki *h = fake_module_open();

	(void)state;
	fake_module.attach_errno = EOPNOTSUPP;
	fake_module.sentence = "sda1: a zoned device can not be an origin\n";
	assert_int_equal(blki_filter_attach(h, "/dev/origin1", "null", NULL, NULL), -EOPNOTSUPP);
	assert_string_equal(blki_message(h), "sda1: a zoned device can not be an origin");
	blki_close(h);
}

static void refusal_without_sentence_gets_words(void **state)
{
	static const int errors[] = {
		EBUSY, EEXIST, EINTR, EINVAL, ENODEV, ENOENT, ENOMEM, ENOTBLK, EOPNOTSUPP, EPERM,
		ETIMEDOUT, EIO,
	};
	struct blki *h = fake_module_open();

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		fake_module.attach_errno = errors[i];
		assert_int_equal(blki_filter_attach(h, "/dev/origin1", "null", NULL, NULL),
				 -errors[i]);
		fake_module_expect(h, "/dev/origin1: ");
		assert_true(strlen(blki_message(h)) > strlen("/dev/origin1: "));
	}
	fake_module.attach_errno = 0;
	assert_int_equal(blki_filter_attach(h, "/dev/origin1", "null", NULL, NULL), 0);
	assert_string_equal(blki_message(h), "");
	blki_close(h);
}

static void second_remap_names_the_first(void **state)
{
	struct blki *h = fake_module_open();

	(void)state;
	fake_module.entries = fake_module_chain;
	fake_module.nr = FAKE_MODULE_CHAIN_NR;
	assert_int_equal(blki_remap_start(h, "/dev/origin1", "/dev/acceptor3", NULL, NULL),
			 -EEXIST);
	fake_module_expect(h, "/dev/origin1: already remapped to dm-2 since ");
	fake_module_expect(h, "blki remap stop /dev/origin1");
	assert_int_equal(fake_module.attach.size, 0);
	assert_int_equal(blki_remap_start(h, "/dev/origin2", "/dev/acceptor3", NULL, NULL), 0);
	assert_int_equal(fake_module.attach.kind, BLKI_KIND_REMAP);
	assert_true(fake_module.attach.acceptor_fd >= 0);
	assert_true(fake_module.attach.acceptor_fd != fake_module.attach.origin_fd);
	assert_string_equal(fake_module.attach.name, "");
	assert_int_equal(blki_remap_start(h, "/dev/origin2", "/dev/origin2", NULL, NULL), -ELOOP);
	assert_int_equal(blki_remap_start(h, "/dev/origin2", "/dev/nope", NULL, NULL), -ENOENT);
	assert_int_equal(blki_remap_start(h, "/dev/nope", "/dev/acceptor3", NULL, NULL), -ENOENT);
	blki_close(h);
}

static void remap_start_passes_flags_and_class(void **state)
{
	uint64_t pause_ns = 0;
	struct blki_opts opts = {
		.flags = BLKI_ATTACH_FREEZE_FS | BLKI_ATTACH_LARGER,
		.acceptor_class = BLKI_OPTS_CLASS(BLKI_CLASS_STATEFUL),
		.pause_ns = &pause_ns,
	};
	struct blki *h = fake_module_open();

	(void)state;
	assert_int_equal(blki_remap_start(h, "/dev/origin1", "/dev/acceptor3", &opts, NULL), 0);
	assert_int_equal(fake_module.attach.flags, BLKI_ATTACH_FREEZE_FS | BLKI_ATTACH_LARGER);
	assert_int_equal(fake_module.attach.class, BLKI_CLASS_STATEFUL);
	assert_int_equal(pause_ns, 1234);
	blki_close(h);
}

static void native_start_passes_its_offset(void **state)
{
	const struct blki_opts opts = { .offset_sectors = 2048, .flags = BLKI_ATTACH_FORCE };
	struct blki *h = fake_module_open();

	(void)state;
	assert_int_equal(blki_native_start(h, "/dev/origin1", "/dev/origin2", &opts, NULL), 0);
	assert_int_equal(fake_module.attach.kind, BLKI_KIND_NATIVE);
	assert_int_equal(fake_module.attach.offset_sectors, 2048);
	assert_int_equal(fake_module.attach.flags, BLKI_ATTACH_FORCE);
	assert_int_equal(fake_module.attach.class, 0);
	assert_int_equal(blki_native_start(h, "/dev/origin1", "/dev/origin1", NULL, NULL), -ELOOP);
	blki_close(h);
}

static void dry_run_checks_and_changes_nothing(void **state)
{
	const struct blki_opts try = { .dry_run = true };
	const struct blki_detach_opts try_detach = { .dry_run = true };
	struct blki *h = fake_module_open();

	(void)state;
	fake_module.entries = fake_module_chain;
	fake_module.nr = FAKE_MODULE_CHAIN_NR;
	assert_int_equal(blki_filter_attach(h, "/dev/origin1", "null", &try, NULL), 0);
	assert_int_equal(blki_filter_attach(h, "/dev/nope", "null", &try, NULL), -ENOENT);
	assert_int_equal(blki_remap_start(h, "/dev/origin2", "/dev/acceptor3", &try, NULL), 0);
	assert_int_equal(blki_remap_start(h, "/dev/origin1", "/dev/acceptor3", &try, NULL),
			 -EEXIST);
	assert_int_equal(blki_remap_stop(h, "/dev/origin1", &try_detach), 0);
	assert_int_equal(blki_remap_stop(h, "/dev/origin9", &try_detach), -ENOENT);
	assert_int_equal(blki_filter_detach(h, "/dev/origin1", "null", &try_detach), 0);
	assert_int_equal(blki_detach_id(h, 6, &try_detach), 0);
	assert_int_equal(blki_detach_id(h, 7, &try_detach), -ENOENT);
	fake_module_expect(h, "interposer 7: there is none");
	assert_int_equal(fake_module.nr_changes, 0);
	blki_close(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(filter_attach_fills_the_request, fake_module_reset),
		cmocka_unit_test_setup(filter_name_length_is_checked, fake_module_reset),
		cmocka_unit_test_setup(refusal_passes_the_kernel_sentence, fake_module_reset),
		cmocka_unit_test_setup(refusal_without_sentence_gets_words, fake_module_reset),
		cmocka_unit_test_setup(second_remap_names_the_first, fake_module_reset),
		cmocka_unit_test_setup(remap_start_passes_flags_and_class, fake_module_reset),
		cmocka_unit_test_setup(native_start_passes_its_offset, fake_module_reset),
		cmocka_unit_test_setup(dry_run_checks_and_changes_nothing, fake_module_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
