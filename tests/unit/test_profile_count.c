// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The plugin itself, under a QEMU made of paper: the few functions of the
 * plugin ABI are played here, translated blocks are run by hand, and the
 * record is read back by the reader that the reducer uses.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/profile_mark.h"
#include "bench/profile_record.h"
#include "qemu_plugin.h"

#define INSNS_MAX 20
#define CODE_BYTES_MAX 256 /* the loader's functions are shorter */
#define KERNEL_VA 0xffffffff81000000ull
#define USER_VA 0x401000ull

struct qemu_plugin_insn {
	const uint8_t *bytes;
	size_t nr_bytes;
	qemu_plugin_vcpu_udata_cb_t on_exec;
	void *udata;
};

struct qemu_plugin_tb {
	uint64_t va;
	size_t nr_insns;
	struct qemu_plugin_insn insns[INSNS_MAX];
	qemu_plugin_vcpu_udata_cb_t on_exec;
	void *udata;
};

static qemu_plugin_vcpu_tb_trans_cb_t on_translate;
static qemu_plugin_udata_cb_t at_exit;

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, qemu_plugin_vcpu_tb_trans_cb_t cb)
{
	(void)id;
	on_translate = cb;
}

void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, qemu_plugin_vcpu_udata_cb_t cb,
					  enum qemu_plugin_cb_flags flags, void *udata)
{
	(void)flags;
	tb->on_exec = cb;
	tb->udata = udata;
}

void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    qemu_plugin_vcpu_udata_cb_t cb,
					    enum qemu_plugin_cb_flags flags, void *udata)
{
	(void)flags;
	insn->on_exec = cb;
	insn->udata = udata;
}

void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, qemu_plugin_udata_cb_t cb, void *udata)
{
	(void)id;
	(void)udata;
	at_exit = cb;
}

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb)
{
	return tb->nr_insns;
}

uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb)
{
	return tb->va;
}

struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t idx)
{
	return (struct qemu_plugin_insn *)&tb->insns[idx];
}

const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn)
{
	return insn->bytes;
}

size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn)
{
	return insn->nr_bytes;
}

static void add_insn(struct qemu_plugin_tb *tb, const uint8_t *bytes, size_t nr_bytes)
{
	assert_true(tb->nr_insns < INSNS_MAX);
	tb->insns[tb->nr_insns++] =
		(struct qemu_plugin_insn){ .bytes = bytes, .nr_bytes = nr_bytes };
}

static void run(struct qemu_plugin_tb *tb, unsigned int nr_times)
{
	if (!tb->on_exec)
		on_translate(0, tb);
	while (nr_times--) {
		tb->on_exec(0, tb->udata);
		for (size_t i = 0; i < tb->nr_insns; i++)
			if (tb->insns[i].on_exec)
				tb->insns[i].on_exec(0, tb->insns[i].udata);
	}
}

#define MARK(code) { PROFILE_MARK_HEAD, (code), PROFILE_MARK_TAG }

static void run_begin(uint16_t id)
{
	static const uint8_t bits[2][PROFILE_MARK_NR_BYTES] = {
		MARK(PROFILE_MARK_BIT_0), MARK(PROFILE_MARK_BIT_1),
	};
	static const uint8_t begin[] = MARK(PROFILE_MARK_BEGIN);
	struct qemu_plugin_tb tb = { .va = USER_VA };

	for (int bit = PROFILE_MARK_ID_BITS - 1; bit >= 0; bit--)
		add_insn(&tb, bits[id >> bit & 1], PROFILE_MARK_NR_BYTES);
	add_insn(&tb, begin, PROFILE_MARK_NR_BYTES);
	run(&tb, 1);
}

static void run_end(void)
{
	static const uint8_t end[] = MARK(PROFILE_MARK_END);
	struct qemu_plugin_tb tb = { .va = USER_VA };

	add_insn(&tb, end, PROFILE_MARK_NR_BYTES);
	run(&tb, 1);
}

static char path[] = "/tmp/test_profile_count.XXXXXX";

static int install(void **state)
{
	qemu_info_t info = { .target_name = "x86_64", .system_emulation = true };
	char argument[sizeof(path) + 4];
	char *argv[] = { argument };
	int fd;

	(void)state;
	strcpy(strrchr(path, '.'), ".XXXXXX");
	fd = mkstemp(path);
	if (fd < 0 || close(fd))
		return -1;
	snprintf(argument, sizeof(argument), "out=%s", path);
	info.system.smp_vcpus = 1;
	return qemu_plugin_install(0, &info, 1, argv);
}

static int remove_record(void **state)
{
	(void)state;
	return unlink(path);
}

static int read_record(struct profile_record *record)
{
	size_t line_nr;
	FILE *file;
	int err;

	at_exit(0, NULL);
	file = fopen(path, "r");
	assert_non_null(file);
	memset(record, 0, sizeof(*record));
	err = profile_record_read(record, file, &line_nr);
	fclose(file);
	return err;
}

static const uint8_t nop[] = { 0x90 }, ret[] = { 0xc3 }, lock_inc[] = { 0xf0, 0xff, 0x07 };

static void window_counts_what_runs_inside(void **state)
{
	struct qemu_plugin_tb kernel = { .va = KERNEL_VA };
	const struct profile_record_window *window;
	struct profile_record record;

	(void)state;
	add_insn(&kernel, lock_inc, sizeof(lock_inc));
	add_insn(&kernel, ret, sizeof(ret));
	run(&kernel, 7);
	run_begin(0xa5c3);
	run(&kernel, 11);
	run_end();
	run(&kernel, 13);
	assert_int_equal(read_record(&record), 0);
	assert_int_equal(record.nr_windows, 1);
	window = profile_record_find(&record, 0xa5c3);
	assert_non_null(window);
	assert_int_equal(window->user_insns, 1); /* the closing mark */
	assert_int_equal(window->total_insns, 11 * 2 + 1);
	assert_int_equal(window->nr_blocks, 2);
	assert_int_equal(window->blocks[0].va, KERNEL_VA);
	assert_int_equal(window->blocks[0].facts[0], 0x13);
	assert_int_equal(window->runs[1].node, PROFILE_NODE_USER);
	assert_int_equal(window->runs[1].nr_runs, 1);
	profile_record_free(&record);
}

static void windows_keep_their_identities(void **state)
{
	struct qemu_plugin_tb kernel = { .va = KERNEL_VA };
	struct profile_record record;

	(void)state;
	add_insn(&kernel, ret, sizeof(ret));
	for (uint16_t id = 1; id <= 3; id++) {
		run_begin(id);
		run(&kernel, id);
		run_end();
	}
	assert_int_equal(read_record(&record), 0);
	assert_int_equal(record.nr_windows, 3);
	for (uint16_t id = 1; id <= 3; id++)
		assert_int_equal(profile_record_find(&record, id)->total_insns, id + 1);
	profile_record_free(&record);
}

/* Patched code at one address is two blocks; the same code again is one. */
static void translation_of_other_code_is_another_block(void **state)
{
	struct qemu_plugin_tb before = { .va = KERNEL_VA }, after = { .va = KERNEL_VA };
	struct qemu_plugin_tb again = { .va = KERNEL_VA };
	struct profile_record record;

	(void)state;
	add_insn(&before, nop, sizeof(nop));
	add_insn(&after, ret, sizeof(ret));
	add_insn(&again, nop, sizeof(nop));
	run_begin(1);
	run(&before, 2);
	run(&after, 3);
	run(&again, 4);
	run_end();
	assert_int_equal(read_record(&record), 0);
	assert_int_equal(record.windows[0].nr_blocks, 3); /* and the closing mark */
	assert_int_equal(record.windows[0].total_insns, 2 + 3 + 4 + 1);
	profile_record_free(&record);
}

static void guest_ending_inside_window_is_told(void **state)
{
	struct profile_record record;

	(void)state;
	run_begin(9);
	assert_int_equal(read_record(&record), -ENODATA);
	profile_record_free(&record);
	run_end();
}

static void marks_in_kernel_space_are_ignored(void **state)
{
	static const uint8_t begin[] = MARK(PROFILE_MARK_BEGIN);
	struct qemu_plugin_tb kernel = { .va = KERNEL_VA };
	struct profile_record record;

	(void)state;
	add_insn(&kernel, begin, sizeof(begin));
	run(&kernel, 1);
	assert_int_equal(read_record(&record), 0);
	assert_int_equal(record.nr_windows, 0);
	profile_record_free(&record);
}

/* What the compiler made of the loader's functions is what the plugin looks for. */
static void compiled_marks_have_the_bytes(void **state)
{
#ifdef __x86_64__
	static const uint8_t begin[] = MARK(PROFILE_MARK_BEGIN), end[] = MARK(PROFILE_MARK_END);

	profile_mark_begin(1); /* and they execute as no-operations */
	profile_mark_end();
	assert_non_null(memmem((const void *)(uintptr_t)profile_mark_begin, CODE_BYTES_MAX, begin,
			       sizeof(begin)));
	assert_non_null(memmem((const void *)(uintptr_t)profile_mark_end, CODE_BYTES_MAX, end,
			       sizeof(end)));
#endif
	(void)state;
}

static void install_refuses_what_it_cannot_count(void **state)
{
	qemu_info_t info = { .target_name = "x86_64", .system_emulation = true };
	char *argv[] = { (char[]){ "out=/nonexistent/count.txt" } };
	char *wrong[] = { (char[]){ "in=x" } };

	(void)state;
	info.system.smp_vcpus = 2;
	assert_int_equal(qemu_plugin_install(0, &info, 1, argv), -1);
	info.system.smp_vcpus = 1;
	assert_int_equal(qemu_plugin_install(0, &info, 1, argv), -1);
	assert_int_equal(qemu_plugin_install(0, &info, 1, wrong), -1);
	assert_int_equal(qemu_plugin_install(0, &info, 0, NULL), -1);
	info.target_name = "aarch64";
	assert_int_equal(qemu_plugin_install(0, &info, 1, argv), -1);
}

#define PLUGIN_TEST(name) cmocka_unit_test_setup_teardown(name, install, remove_record)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLUGIN_TEST(window_counts_what_runs_inside),
		PLUGIN_TEST(windows_keep_their_identities),
		PLUGIN_TEST(translation_of_other_code_is_another_block),
		PLUGIN_TEST(marks_in_kernel_space_are_ignored),
		PLUGIN_TEST(guest_ending_inside_window_is_told),
		cmocka_unit_test(compiled_marks_have_the_bytes),
		cmocka_unit_test(install_refuses_what_it_cannot_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
