// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unit tests of the ioctl layer, tools/libblki/{handle,control}.c, against a made-up kernel.
 *
 * ioctl(), open() and fstat() of the library are wrapped by the linker: /dev/blki/control answers
 * from struct fake below, /dev/null stands for the devices of the tests (sysfs is empty, so paths
 * are used).
 */
#include <errno.h>
#include <fcntl.h>
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

#include "tools/libblki/handle.h"

/* The module as the tests want it. */
static struct {
	int open_errno;
	unsigned int abi;
	int version_errno;
	int attach_errno;
	int detach_errno;
	int list_errno;
	const char *sentence;
	const struct blki_entry *entries;
	unsigned int nr;
	unsigned int grows;
	unsigned int nr_lists;
	unsigned int nr_changes;
	struct blki_attach attach;
	struct blki_detach detach;
	dev_t looked_up;
} fake;

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_stat(const char *path, struct stat *st);
int __wrap_fstat(int fd, struct stat *st);
int __wrap_ioctl(int fd, unsigned long request, void *arg);

int __wrap_open(const char *path, int flags, ...)
{
	if (strcmp(path, "/dev/blki/control"))
		return __real_open("/dev/null", flags);
	if (fake.open_errno) {
		errno = fake.open_errno;
		return -1;
	}
	return __real_open("/dev/null", flags);
}

/* "/dev/originN" is the block device 8:N, "/dev/acceptorN" is 253:N; the rest does not exist. */
int __wrap_stat(const char *path, struct stat *st)
{
	unsigned int minor_nr;

	memset(st, 0, sizeof(*st));
	st->st_mode = S_IFBLK;
	if (sscanf(path, "/dev/origin%u", &minor_nr) == 1) {
		st->st_rdev = makedev(8, minor_nr);
	} else if (sscanf(path, "/dev/acceptor%u", &minor_nr) == 1) {
		st->st_rdev = makedev(253, minor_nr);
	} else {
		errno = ENOENT;
		return -1;
	}
	fake.looked_up = st->st_rdev;
	return 0;
}

/* The device opened last is the one that was looked up last. */
int __wrap_fstat(int fd, struct stat *st)
{
	(void)fd;
	memset(st, 0, sizeof(*st));
	st->st_mode = S_IFBLK;
	st->st_rdev = fake.looked_up;
	return 0;
}

static int answer(int err)
{
	errno = err;
	return err ? -1 : 0;
}

static void put_sentence(uint64_t msg, uint32_t msg_size)
{
	if (fake.sentence)
		snprintf((char *)(uintptr_t)msg, msg_size, "%s", fake.sentence);
}

static int list_entries(struct blki_list *l)
{
	unsigned int room = l->nr;

	fake.nr_lists++;
	assert_int_equal(l->size, sizeof(*l));
	assert_int_equal(l->entry_size, sizeof(struct blki_entry));
	l->nr = fake.nr + fake.grows * fake.nr_lists;
	if (fake.entries)
		memcpy((void *)(uintptr_t)l->entries, fake.entries,
		       sizeof(*fake.entries) * (room < fake.nr ? room : fake.nr));
	return answer(fake.list_errno);
}

int __wrap_ioctl(int fd, unsigned long request, void *arg)
{
	assert_true(fd >= 0);
	switch (request) {
	case BLKI_IOC_VERSION:
		((struct blki_version *)arg)->abi = fake.abi;
		return answer(fake.version_errno);
	case BLKI_IOC_ATTACH:
		fake.attach = *(struct blki_attach *)arg;
		put_sentence(fake.attach.msg, fake.attach.msg_size);
		((struct blki_attach *)arg)->id = 42;
		((struct blki_attach *)arg)->pause_ns = 1234;
		fake.nr_changes++;
		return answer(fake.attach_errno);
	case BLKI_IOC_DETACH:
		fake.detach = *(struct blki_detach *)arg;
		put_sentence(fake.detach.msg, fake.detach.msg_size);
		((struct blki_detach *)arg)->pause_ns = 5678;
		fake.nr_changes++;
		return answer(fake.detach_errno);
	case BLKI_IOC_LIST:
		return list_entries(arg);
	default:
		return answer(ENOTTY);
	}
}

static struct blki *open_fake(void)
{
	struct blki *h = NULL;

	assert_int_equal(blki_open(&h), 0);
	h->sysfs = "/nonexistent";
	return h;
}

static int reset(void **state)
{
	(void)state;
	memset(&fake, 0, sizeof(fake));
	fake.abi = BLKI_ABI_VERSION;
	return 0;
}

static void expect_message(const struct blki *h, const char *words)
{
	if (!strstr(blki_message(h), words))
		fail_msg("message \"%s\" lacks \"%s\"", blki_message(h), words);
}

static void open_failure(int err, int ret, const char *words)
{
	struct blki *h = NULL;

	fake.open_errno = err;
	assert_int_equal(blki_open(&h), ret);
	assert_non_null(h);
	expect_message(h, words);
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
	fake.abi = BLKI_ABI_VERSION - 1;
	assert_int_equal(blki_open(&h), -EPROTO);
	snprintf(words, sizeof(words), "speaks ABI %u, this tool needs %u", fake.abi,
		 BLKI_ABI_VERSION);
	expect_message(h, words);
	assert_int_equal(blki_remap_stop(h, "/dev/origin1", 0), -ENOENT);
	blki_close(h);
	fake.abi = BLKI_ABI_VERSION + 1;
	h = open_fake();
	blki_close(h);
	fake.version_errno = ENOTTY;
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
	fake.open_errno = ENOENT;
	blki_open(&h);
	assert_int_equal(blki_remap_start(h, "/dev/origin1", "/dev/acceptor1", NULL, NULL),
			 -ENOENT);
	assert_int_equal(blki_filter_attach(h, "/dev/origin1", "null", NULL, NULL), -ENOENT);
	assert_int_equal(blki_filter_detach(h, "/dev/origin1", "null", 0), -ENOENT);
	assert_int_equal(blki_detach_id(h, 1, 0), -ENOENT);
	assert_int_equal(blki_list(h, &entries, &nr), -ENOENT);
	assert_int_equal(blki_dm_create(h, "a", "0 8 linear /dev/origin1 0 noexcl", node,
					sizeof(node)), -ENOENT);
	expect_message(h, "modprobe blki");
	blki_close(h);
}

static void filter_attach_fills_the_request(void **state)
{
	const struct blki_opts opts = { .hook = BLKI_HOOK_LIST, .timeout_ms = 7, .altitude = 9 };
	struct blki *h = open_fake();
	uint64_t id = 0;

	(void)state;
	assert_int_equal(blki_filter_attach(h, "/dev/origin1", "null", &opts, &id), 0);
	assert_int_equal(id, 42);
	assert_int_equal(fake.attach.size, sizeof(struct blki_attach));
	assert_int_equal(fake.attach.flags, 0);
	assert_int_equal(fake.attach.kind, BLKI_KIND_FILTER);
	assert_int_equal(fake.attach.acceptor_fd, -1);
	assert_int_equal(fake.attach.hook, BLKI_HOOK_LIST);
	assert_int_equal(fake.attach.timeout_ms, 7);
	assert_int_equal(fake.attach.altitude, 9);
	assert_int_equal(fake.attach.reserved, 0);
	assert_string_equal(fake.attach.name, "null");
	assert_string_equal(blki_message(h), "");
	blki_close(h);
}

static void filter_name_length_is_checked(void **state)
{
	char name[BLKI_NAME_MAX + 1];
	struct blki *h = open_fake();

	(void)state;
	memset(name, 'x', sizeof(name));
	name[BLKI_NAME_MAX] = '\0';
	assert_int_equal(blki_filter_attach(h, "/dev/origin1", name, NULL, NULL), -EINVAL);
	expect_message(h, "1 to 31 bytes");
	name[BLKI_NAME_MAX - 1] = '\0';
	assert_int_equal(blki_filter_attach(h, "/dev/origin1", name, NULL, NULL), 0);
	assert_int_equal(blki_filter_attach(h, "/dev/origin1", "", NULL, NULL), -EINVAL);
	blki_close(h);
}

static void refusal_passes_the_kernel_sentence(void **state)
{
	struct blki *h = open_fake();

	(void)state;
	fake.attach_errno = EOPNOTSUPP;
	fake.sentence = "sda1: a zoned device can not be an origin\n";
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
	struct blki *h = open_fake();

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		fake.attach_errno = errors[i];
		assert_int_equal(blki_filter_attach(h, "/dev/origin1", "null", NULL, NULL),
				 -errors[i]);
		expect_message(h, "/dev/origin1: ");
		assert_true(strlen(blki_message(h)) > strlen("/dev/origin1: "));
	}
	fake.attach_errno = 0;
	assert_int_equal(blki_filter_attach(h, "/dev/origin1", "null", NULL, NULL), 0);
	assert_string_equal(blki_message(h), "");
	blki_close(h);
}

static const struct blki_entry chain[] = {
	{ .id = 5, .origin_major = 8, .origin_minor = 1, .kind = BLKI_KIND_FILTER,
	  .state = BLKI_STATE_LIVE, .name = "null", .origin = "sda1" },
	{ .id = 6, .origin_major = 8, .origin_minor = 1, .acceptor_major = 253, .acceptor_minor = 2,
	  .kind = BLKI_KIND_REMAP, .state = BLKI_STATE_LIVE, .name = "remap", .origin = "sda1",
	  .acceptor = "dm-2" },
};

static void remap_stop_finds_origin_and_acceptor(void **state)
{
	const struct blki_detach_opts slow = { .timeout_ms = 11 };
	struct blki *h = open_fake();

	(void)state;
	fake.entries = chain;
	fake.nr = 2;
	assert_int_equal(blki_remap_stop(h, "/dev/origin1", &slow), 0);
	assert_int_equal(fake.detach.id, 6);
	assert_int_equal(fake.detach.timeout_ms, 11);
	fake.detach.id = 0;
	assert_int_equal(blki_remap_stop(h, "/dev/acceptor2", 0), 0);
	assert_int_equal(fake.detach.id, 6);
	fake.detach.id = 0;
	assert_int_equal(blki_remap_stop(h, "sda1", 0), 0);
	assert_int_equal(fake.detach.id, 6);
	assert_int_equal(blki_remap_stop(h, "/dev/origin9", 0), -ENOENT);
	expect_message(h, "/dev/origin9: is neither remapped nor an acceptor");
	assert_int_equal(blki_remap_stop(h, "/dev/nope", 0), -ENOENT);
	expect_message(h, "/dev/nope: no such block device");
	blki_close(h);
}

static void remap_stop_interrupted_says_still_attached(void **state)
{
	struct blki *h = open_fake();

	(void)state;
	fake.entries = chain;
	fake.nr = 2;
	fake.detach_errno = EINTR;
	assert_int_equal(blki_remap_stop(h, "/dev/origin1", 0), -EINTR);
	expect_message(h, "still attached");
	blki_close(h);
}

static void filter_detach_finds_by_name_of_gone_device(void **state)
{
	const struct blki_detach_opts slow = { .timeout_ms = 3 };
	struct blki *h = open_fake();

	(void)state;
	fake.entries = chain;
	fake.nr = 2;
	assert_int_equal(blki_filter_detach(h, "/dev/sda1", "null", &slow), 0);
	assert_int_equal(fake.detach.id, 5);
	assert_int_equal(fake.detach.timeout_ms, 3);
	assert_int_equal(blki_filter_detach(h, "/dev/origin1", "other", 0), -ENOENT);
	expect_message(h, "filter \"other\" is not attached here");
	blki_close(h);
}

static void second_remap_names_the_first(void **state)
{
	struct blki *h = open_fake();

	(void)state;
	fake.entries = chain;
	fake.nr = 2;
	assert_int_equal(blki_remap_start(h, "/dev/origin1", "/dev/acceptor3", NULL, NULL),
			 -EEXIST);
	expect_message(h, "/dev/origin1: already remapped to dm-2 since ");
	expect_message(h, "blki remap stop /dev/origin1");
	assert_int_equal(fake.attach.size, 0);
	assert_int_equal(blki_remap_start(h, "/dev/origin2", "/dev/acceptor3", NULL, NULL), 0);
	assert_int_equal(fake.attach.kind, BLKI_KIND_REMAP);
	assert_true(fake.attach.acceptor_fd >= 0);
	assert_true(fake.attach.acceptor_fd != fake.attach.origin_fd);
	assert_string_equal(fake.attach.name, "");
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
	struct blki *h = open_fake();

	(void)state;
	assert_int_equal(blki_remap_start(h, "/dev/origin1", "/dev/acceptor3", &opts, NULL), 0);
	assert_int_equal(fake.attach.flags, BLKI_ATTACH_FREEZE_FS | BLKI_ATTACH_LARGER);
	assert_int_equal(fake.attach.class, BLKI_CLASS_STATEFUL);
	assert_int_equal(pause_ns, 1234);
	blki_close(h);
}

static void native_start_passes_its_offset(void **state)
{
	const struct blki_opts opts = { .offset_sectors = 2048, .flags = BLKI_ATTACH_FORCE };
	struct blki *h = open_fake();

	(void)state;
	assert_int_equal(blki_native_start(h, "/dev/origin1", "/dev/origin2", &opts, NULL), 0);
	assert_int_equal(fake.attach.kind, BLKI_KIND_NATIVE);
	assert_int_equal(fake.attach.offset_sectors, 2048);
	assert_int_equal(fake.attach.flags, BLKI_ATTACH_FORCE);
	assert_int_equal(fake.attach.class, 0);
	assert_int_equal(blki_native_start(h, "/dev/origin1", "/dev/origin1", NULL, NULL), -ELOOP);
	blki_close(h);
}

static void native_is_stopped_and_refused_like_a_remap(void **state)
{
	struct blki_entry native = chain[1];
	struct blki *h = open_fake();

	(void)state;
	native.kind = BLKI_KIND_NATIVE;
	fake.entries = &native;
	fake.nr = 1;
	assert_int_equal(blki_remap_start(h, "/dev/origin1", "/dev/acceptor3", NULL, NULL),
			 -EEXIST);
	assert_int_equal(blki_remap_stop(h, "/dev/origin1", NULL), 0);
	assert_int_equal(fake.detach.id, 6);
	blki_close(h);
}

static void detach_passes_flags_and_returns_the_pause(void **state)
{
	uint64_t pause_ns = 0;
	const struct blki_detach_opts opts = { .flags = BLKI_DETACH_CLEAN, .pause_ns = &pause_ns };
	struct blki *h = open_fake();

	(void)state;
	fake.entries = chain;
	fake.nr = 2;
	assert_int_equal(blki_detach_id(h, 6, &opts), 0);
	assert_int_equal(fake.detach.flags, BLKI_DETACH_CLEAN);
	assert_int_equal(pause_ns, 5678);
	blki_close(h);
}

static void dry_run_checks_and_changes_nothing(void **state)
{
	const struct blki_opts try = { .dry_run = true };
	const struct blki_detach_opts try_detach = { .dry_run = true };
	struct blki *h = open_fake();

	(void)state;
	fake.entries = chain;
	fake.nr = 2;
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
	expect_message(h, "interposer 7: there is none");
	assert_int_equal(fake.nr_changes, 0);
	blki_close(h);
}

static void list_grows_until_it_fits(void **state)
{
	struct blki_entry many[100] = { { 0 } }, *entries;
	struct blki *h = open_fake();
	size_t nr;

	(void)state;
	assert_int_equal(blki_list(h, &entries, &nr), 0);
	assert_null(entries);
	assert_int_equal(nr, 0);
	for (size_t i = 0; i < 100; i++)
		many[i].id = i;
	fake.entries = many;
	fake.nr = 100;
	assert_int_equal(blki_list(h, &entries, &nr), 0);
	assert_int_equal(nr, 100);
	assert_int_equal(entries[99].id, 99);
	free(entries);
	fake.entries = NULL;
	fake.grows = 1000;
	assert_int_equal(blki_list(h, &entries, &nr), -EAGAIN);
	assert_null(entries);
	expect_message(h, "try again");
	fake.list_errno = EPERM;
	assert_int_equal(blki_list(h, &entries, &nr), -EPERM);
	expect_message(h, "run it as root");
	blki_close(h);
}

static void dm_create_bad_names_and_tables_have_words(void **state)
{
	struct blki *h = open_fake();
	char node[64], name[200];

	(void)state;
	memset(name, 'n', sizeof(name));
	name[128] = '\0';
	assert_int_equal(blki_dm_create(h, "", "0 8 zero", node, sizeof(node)), -EINVAL);
	assert_int_equal(blki_dm_create(h, "a/b", "0 8 zero", node, sizeof(node)), -EINVAL);
	assert_int_equal(blki_dm_create(h, name, "0 8 zero", node, sizeof(node)), -EINVAL);
	expect_message(h, "is no device-mapper name");
	assert_int_equal(blki_dm_create(h, "a", "0 x zero", node, sizeof(node)), -EINVAL);
	expect_message(h, "a: table line 1: ");
	assert_int_equal(blki_dm_remove(h, ""), -EINVAL);
	blki_close(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(open_without_module_says_modprobe, reset),
		cmocka_unit_test_setup(open_older_abi_is_refused, reset),
		cmocka_unit_test_setup(calls_without_module_say_so, reset),
		cmocka_unit_test_setup(filter_attach_fills_the_request, reset),
		cmocka_unit_test_setup(filter_name_length_is_checked, reset),
		cmocka_unit_test_setup(refusal_passes_the_kernel_sentence, reset),
		cmocka_unit_test_setup(refusal_without_sentence_gets_words, reset),
		cmocka_unit_test_setup(remap_stop_finds_origin_and_acceptor, reset),
		cmocka_unit_test_setup(remap_stop_interrupted_says_still_attached, reset),
		cmocka_unit_test_setup(filter_detach_finds_by_name_of_gone_device, reset),
		cmocka_unit_test_setup(second_remap_names_the_first, reset),
		cmocka_unit_test_setup(remap_start_passes_flags_and_class, reset),
		cmocka_unit_test_setup(native_start_passes_its_offset, reset),
		cmocka_unit_test_setup(native_is_stopped_and_refused_like_a_remap, reset),
		cmocka_unit_test_setup(detach_passes_flags_and_returns_the_pause, reset),
		cmocka_unit_test_setup(dry_run_checks_and_changes_nothing, reset),
		cmocka_unit_test_setup(list_grows_until_it_fits, reset),
		cmocka_unit_test_setup(dm_create_bad_names_and_tables_have_words, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
