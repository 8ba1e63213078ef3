// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loading and unloading the kernel module.
 *
 * scenario -> this -> stack. The module file is given by path, so that two revisions can take
 * turns in one boot. When the kernel refuses it, what the kernel said is printed.
 */
#include "module.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sys.h"

/* syslog(2): SYSLOG_ACTION_READ_ALL, not in a header of the C library. */
#define KLOG_READ_ALL 3

/* How much of the kernel's log to look at for its reason. */
#define KLOG_BYTES 16384

/* Lines of the kernel's log to show: the reason and its context. */
#define KLOG_LINES 3

/* How long a module may stay busy after its last user left, in tries of 10 ms. */
#define UNLOAD_TRIES 200

bool bench_module_loaded(void)
{
	return !access("/sys/module/blki/initstate", F_OK);
}

static void print_kernel_log_tail(void)
{
	char *log = calloc(1, KLOG_BYTES + 1), *line;
	int n, lines = 0;

	n = log ? klogctl(KLOG_READ_ALL, log, KLOG_BYTES) : -1;
	if (n > 0) {
		line = log + n;
		while (line > log && lines <= KLOG_LINES)
			if (*--line == '\n')
				lines++;
		fprintf(stderr, "the kernel said:%s%s", *line == '\n' ? "" : "\n", line);
	}
	free(log);
}

int bench_module_load(const char *path)
{
	int fd, err = 0;

	if (bench_module_loaded())
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		err = -errno;
		bench_error("%s: %s; build the module, or name it with --module", path,
			    strerror(-err));
		return err;
	}
	if (syscall(SYS_finit_module, fd, "", 0))
		err = -errno;
	close(fd);
	if (err) {
		bench_error("%s: the kernel does not load it: %s; it must be built for this "
			    "kernel, with dm-mod loaded first", path, strerror(-err));
		print_kernel_log_tail();
	}
	return err;
}

int bench_module_unload(void)
{
	int tries, err = 0;

	if (!bench_module_loaded())
		return 0;
	for (tries = 0; tries < UNLOAD_TRIES; tries++) {
		if (!syscall(SYS_delete_module, "blki", O_NONBLOCK))
			return 0;
		err = -errno;
		if (err != -EAGAIN && err != -EBUSY && err != -EWOULDBLOCK)
			break;
		sys_sleep_ms(10);
	}
	bench_error("blki: the module can not be unloaded: %s; something still uses it, see "
		    "blki status", strerror(-err));
	return err;
}

/* The note holds one build id: name "GNU", then the bytes. */
static void build_id(char *id, size_t size)
{
	unsigned char note[128];
	Elf64_Nhdr header;
	size_t i, used = 0, start;
	ssize_t n;
	int fd;

	fd = open("/sys/module/blki/notes/.note.gnu.build-id", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	n = read(fd, note, sizeof(note));
	close(fd);
	if (n < (ssize_t)sizeof(header))
		return;
	memcpy(&header, note, sizeof(header));
	start = sizeof(header) + header.n_namesz;
	for (i = 0; i < header.n_descsz && start + i < (size_t)n && used + 3 < size; i++)
		used += (size_t)snprintf(id + used, size - used, "%02x", note[start + i]);
}

void bench_module_id(char *id, size_t size)
{
	id[0] = '\0';
	if (sys_read(id, size, "/sys/module/blki/srcversion") || !id[0])
		build_id(id, size);
}
