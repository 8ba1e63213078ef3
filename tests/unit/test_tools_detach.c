// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of detaching, tools/libblki/{control,detach,filter,remap}.c, against a made-up module.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/fake_module.h"

static void remap_stop_finds_origin_and_acceptor(void **state)
{
	const struct blki_detach_opts slow = { .timeout_ms = 11 };
	struct blki *h = fake_module_open();

	(void)state;
	fake_module.entries = fake_module_chain;
	fake_module.nr = FAKE_MODULE_CHAIN_NR;
	assert_int_equal(blki_remap_stop(h, "/dev/origin1", &slow), 0);
	assert_int_equal(fake_module.detach.id, 6);
	assert_int_equal(fake_module.detach.timeout_ms, 11);
	fake_module.detach.id = 0;
	assert_int_equal(blki_remap_stop(h, "/dev/acceptor2", 0), 0);
	assert_int_equal(fake_module.detach.id, 6);
	fake_module.detach.id = 0;
	assert_int_equal(blki_remap_stop(h, "sda1", 0), 0);
	assert_int_equal(fake_module.detach.id, 6);
	assert_int_equal(blki_remap_stop(h, "/dev/origin9", 0), -ENOENT);
	fake_module_expect(h, "/dev/origin9: is neither remapped nor an acceptor");
	assert_int_equal(blki_remap_stop(h, "/dev/nope", 0), -ENOENT);
	fake_module_expect(h, "/dev/nope: no such block device");
	blki_close(h);
}

static void remap_stop_interrupted_says_still_attached(void **state)
{
	struct blki *h = fake_module_open();

	(void)state;
	fake_module.entries = fake_module_chain;
	fake_module.nr = FAKE_MODULE_CHAIN_NR;
	fake_module.detach_errno = EINTR;
	assert_int_equal(blki_remap_stop(h, "/dev/origin1", 0), -EINTR);
	fake_module_expect(h, "still attached");
	blki_close(h);
}

static void filter_detach_finds_by_name_of_gone_device(void **state)
{
	const struct blki_detach_opts slow = { .timeout_ms = 3 };
	struct blki *h = fake_module_open();

	(void)state;
	fake_module.entries = fake_module_chain;
	fake_module.nr = FAKE_MODULE_CHAIN_NR;
	assert_int_equal(blki_filter_detach(h, "/dev/sda1", "null", &slow), 0);
	assert_int_equal(fake_module.detach.id, 5);
	assert_int_equal(fake_module.detach.timeout_ms, 3);
	assert_int_equal(blki_filter_detach(h, "/dev/origin1", "other", 0), -ENOENT);
	fake_module_expect(h, "filter \"other\" is not attached here");
	blki_close(h);
}

static void native_is_stopped_and_refused_like_a_remap(void **state)
{
	struct blki_entry native = fake_module_chain[1];
	struct blki *h = fake_module_open();

	(void)state;
	native.kind = BLKI_KIND_NATIVE;
	fake_module.entries = &native;
	fake_module.nr = 1;
	assert_int_equal(blki_remap_start(h, "/dev/origin1", "/dev/acceptor3", NULL, NULL),
			 -EEXIST);
	assert_int_equal(blki_remap_stop(h, "/dev/origin1", NULL), 0);
	assert_int_equal(fake_module.detach.id, 6);
	blki_close(h);
}

static void detach_passes_flags_and_returns_the_pause(void **state)
{
	uint64_t pause_ns = 0;
	const struct blki_detach_opts opts = { .flags = BLKI_DETACH_CLEAN, .pause_ns = &pause_ns };
	struct blki *h = fake_module_open();

	(void)state;
	fake_module.entries = fake_module_chain;
	fake_module.nr = FAKE_MODULE_CHAIN_NR;
	assert_int_equal(blki_detach_id(h, 6, &opts), 0);
	assert_int_equal(fake_module.detach.flags, BLKI_DETACH_CLEAN);
	assert_int_equal(pause_ns, 5678);
	blki_close(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(remap_stop_finds_origin_and_acceptor, fake_module_reset),
		cmocka_unit_test_setup(remap_stop_interrupted_says_still_attached, fake_module_reset),
		cmocka_unit_test_setup(filter_detach_finds_by_name_of_gone_device, fake_module_reset),
		cmocka_unit_test_setup(native_is_stopped_and_refused_like_a_remap, fake_module_reset),
		cmocka_unit_test_setup(detach_passes_flags_and_returns_the_pause, fake_module_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
