// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opens and closes the connection to the module and keeps the sentence about the last failure.
 *
 * First stage of every tool: handle.c -> control.c (ioctls). It tells a module that is not loaded
 * from one whose node is missing, and never loads anything by itself.
 */
#include "tools/libblki/handle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CONTROL_PATH	"/dev/" BLKI_CONTROL_NODE
#define SYSFS_MOUNT	"/sys"

void blki_begin(struct blki *h)
{
	h->sentence[0] = '\0';
}

int blki_fail(struct blki *h, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(h->sentence, sizeof(h->sentence), fmt, args);
	va_end(args);
	h->sentence[strcspn(h->sentence, "\n")] = '\0';
	return -err;
}

static bool module_is_loaded(const struct blki *h)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/module/blki", h->sysfs);
	return access(path, F_OK) == 0;
}

int blki_need_module(struct blki *h)
{
	if (h->fd >= 0)
		return 0;
	if (module_is_loaded(h))
		return blki_fail(h, ENOENT,
				 CONTROL_PATH ": no such node although the blki module is loaded; "
				 "mount devtmpfs on /dev");
	return blki_fail(h, ENOENT,
			 CONTROL_PATH ": the blki module is not loaded; load it: modprobe blki "
			 "(or from the build tree: insmod kernel/blki.ko)");
}

static int open_control(struct blki *h)
{
	int err;

	h->fd = open(CONTROL_PATH, O_RDWR | O_CLOEXEC);
	if (h->fd >= 0)
		return 0;
	err = errno;
	switch (err) {
	case ENOENT:
	case ENOTDIR:
	case ENODEV:
	case ENXIO:
		return blki_need_module(h);
	case EACCES:
	case EPERM:
		return blki_fail(h, err, CONTROL_PATH ": not allowed (%s); run it as root",
				 strerror(err));
	default:
		return blki_fail(h, err, CONTROL_PATH ": can not be opened: %s", strerror(err));
	}
}

static int check_abi(struct blki *h)
{
	struct blki_version v = { .size = sizeof(v) };
	int err;

	if (ioctl(h->fd, BLKI_IOC_VERSION, &v) < 0) {
		err = errno;
		if (err == EPERM || err == EACCES)
			return blki_fail(h, err, CONTROL_PATH ": not allowed (%s); run it as root",
					 strerror(err));
		return blki_fail(h, EPROTO,
				 CONTROL_PATH
				 ": the loaded module does not tell its ABI (%s); load "
				 "the blki module that came with this tool",
				 strerror(err));
	}
	if (v.abi < BLKI_ABI_VERSION)
		return blki_fail(h, EPROTO,
				 CONTROL_PATH
				 ": the loaded module speaks ABI %u, this tool needs %u; "
				 "load the blki module that came with this tool",
				 v.abi, BLKI_ABI_VERSION);
	return 0;
}

int blki_open(struct blki **out)
{
	struct blki *h = calloc(1, sizeof(*h));
	int ret;

	*out = h;
	if (!h)
		return -ENOMEM;
	h->sysfs = SYSFS_MOUNT;
	ret = open_control(h);
	if (ret)
		return ret;
	ret = check_abi(h);
	if (ret) {
		close(h->fd);
		h->fd = -1;
	}
	return ret;
}

void blki_close(struct blki *h)
{
	if (!h)
		return;
	if (h->fd >= 0)
		close(h->fd);
	free(h);
}

const char *blki_message(const struct blki *h)
{
	return h->sentence;
}
