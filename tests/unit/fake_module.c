// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Answers for the module: ioctl(), open(), stat() and fstat() of the library are wrapped by the linker.
 *
 * /dev/blki/control answers from struct fake_module, /dev/null stands for the devices of the tests (sysfs is
 * empty, so paths are used).
 */
#include "tests/unit/fake_module.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

struct fake_module fake_module;

const struct blki_entry fake_module_chain[FAKE_MODULE_CHAIN_NR] = {
	{ .id = 5, .origin_major = 8, .origin_minor = 1, .kind = BLKI_KIND_FILTER,
	  .state = BLKI_STATE_LIVE, .name = "null", .origin = "sda1" },
	{ .id = 6, .origin_major = 8, .origin_minor = 1, .acceptor_major = 253, .acceptor_minor = 2,
	  .kind = BLKI_KIND_REMAP, .state = BLKI_STATE_LIVE, .name = "remap", .origin = "sda1",
	  .acceptor = "dm-2" },
};

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_stat(const char *path, struct stat *st);
int __wrap_fstat(int fd, struct stat *st);
int __wrap_ioctl(int fd, unsigned long request, void *arg);

int __wrap_open(const char *path, int flags, ...)
{
	if (strcmp(path, "/dev/blki/control"))
		return __real_open("/dev/null", flags);
	if (fake_module.open_errno) {
		errno = fake_module.open_errno;
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
	fake_module.looked_up = st->st_rdev;
	return 0;
}

/* The device opened last is the one that was looked up last. */
int __wrap_fstat(int fd, struct stat *st)
{
	(void)fd;
	memset(st, 0, sizeof(*st));
	st->st_mode = S_IFBLK;
	st->st_rdev = fake_module.looked_up;
	return 0;
}

static int answer(int err)
{
	errno = err;
	return err ? -1 : 0;
}

static void put_sentence(uint64_t msg, uint32_t msg_size)
{
	if (fake_module.sentence)
		snprintf((char *)(uintptr_t)msg, msg_size, "%s", fake_module.sentence);
}

static int list_entries(struct blki_list *l)
{
	unsigned int room = l->nr;

	fake_module.nr_lists++;
	assert_int_equal(l->size, sizeof(*l));
	assert_int_equal(l->entry_size, sizeof(struct blki_entry));
	l->nr = fake_module.nr + fake_module.grows * fake_module.nr_lists;
	if (fake_module.entries)
		memcpy((void *)(uintptr_t)l->entries, fake_module.entries,
		       sizeof(*fake_module.entries) * (room < fake_module.nr ? room : fake_module.nr));
	return answer(fake_module.list_errno);
}

int __wrap_ioctl(int fd, unsigned long request, void *arg)
{
	assert_true(fd >= 0);
	switch (request) {
	case BLKI_IOC_VERSION:
		((struct blki_version *)arg)->abi = fake_module.abi;
		return answer(fake_module.version_errno);
	case BLKI_IOC_ATTACH:
		fake_module.attach = *(struct blki_attach *)arg;
		put_sentence(fake_module.attach.msg, fake_module.attach.msg_size);
		((struct blki_attach *)arg)->id = 42;
		((struct blki_attach *)arg)->pause_ns = 1234;
		fake_module.nr_changes++;
		return answer(fake_module.attach_errno);
	case BLKI_IOC_DETACH:
		fake_module.detach = *(struct blki_detach *)arg;
		put_sentence(fake_module.detach.msg, fake_module.detach.msg_size);
		((struct blki_detach *)arg)->pause_ns = 5678;
		fake_module.nr_changes++;
		return answer(fake_module.detach_errno);
	case BLKI_IOC_LIST:
		return list_entries(arg);
	default:
		return answer(ENOTTY);
	}
}

struct blki *fake_module_open(void)
{
	struct blki *h = NULL;

	assert_int_equal(blki_open(&h), 0);
	h->sysfs = "/nonexistent";
	return h;
}

int fake_module_reset(void **state)
{
	(void)state;
	memset(&fake_module, 0, sizeof(fake_module));
	fake_module.abi = BLKI_ABI_VERSION;
	return 0;
}

void fake_module_expect(const struct blki *h, const char *words)
{
	if (!strstr(blki_message(h), words))
		fail_msg("message \"%s\" lacks \"%s\"", blki_message(h), words);
}
