// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the block device a user means, opens it, and matches it against the kernel's list.
 *
 * Command line -> devref -> control.c. Precedence of a word without a slash: MAJOR:MINOR, then a
 * device-mapper name or a kernel name; a word that is both, of two devices, is refused rather than
 * guessed.
 */
#include "tools/libblki/devref.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "tools/libblki/sysfs.h"

static int no_such_device(struct blki *h, const char *given)
{
	return blki_fail(
		h, ENOENT,
		"%s: no such block device; see lsblk, or for device-mapper names dmsetup ls",
		given);
}

static void set_name(struct devref *ref, const char *name)
{
	snprintf(ref->name, sizeof(ref->name), "%s", name);
}

static void set_present(struct blki *h, struct devref *ref, dev_t dev)
{
	char name[DEVREF_NAME_BYTES];

	ref->dev = dev;
	ref->present = true;
	if (!sysfs_name(h->sysfs, dev, name, sizeof(name)))
		set_name(ref, name);
}

static int resolve_path(struct blki *h, struct devref *ref)
{
	struct stat st;
	int err;

	if (!stat(ref->given, &st)) {
		if (!S_ISBLK(st.st_mode))
			return blki_fail(h, ENOTBLK, "%s: is no block device; give one, such as "
					 "/dev/sda1", ref->given);
		set_present(h, ref, st.st_rdev);
		return 0;
	}
	err = errno;
	if (err == ENOENT || err == ENOTDIR)
		return no_such_device(h, ref->given);
	return blki_fail(h, err, "%s: can not be looked up: %s", ref->given, strerror(err));
}

static int resolve_word(struct blki *h, struct devref *ref)
{
	unsigned int major_nr, minor_nr;
	dev_t by_dm = 0, by_kernel = 0;
	bool is_dm, is_kernel;
	char name[DEVREF_NAME_BYTES], end;

	if (sscanf(ref->given, "%u:%u%c", &major_nr, &minor_nr, &end) == 2) {
		by_kernel = makedev(major_nr, minor_nr);
		if (sysfs_name(h->sysfs, by_kernel, name, sizeof(name)))
			return no_such_device(h, ref->given);
		set_present(h, ref, by_kernel);
		return 0;
	}
	is_dm = !sysfs_dev_of_dm(h->sysfs, ref->given, &by_dm);
	is_kernel = !sysfs_dev_of_name(h->sysfs, ref->given, &by_kernel);
	if (is_dm && is_kernel && by_dm != by_kernel)
		return blki_fail(
			h, ENOTUNIQ,
			"%s: is the kernel name of %u:%u and the device-mapper name of %u:%u; "
			"give a path: /dev/%s or /dev/mapper/%s",
			ref->given, major(by_kernel), minor(by_kernel), major(by_dm), minor(by_dm),
			ref->given, ref->given);
	if (!is_dm && !is_kernel)
		return no_such_device(h, ref->given);
	set_present(h, ref, is_dm ? by_dm : by_kernel);
	return 0;
}

int devref_resolve(struct blki *h, const char *given, struct devref *ref)
{
	*ref = (struct devref){ .given = given };
	set_name(ref, strncmp(given, "/dev/", 5) ? given : given + 5);
	if (!*given)
		return blki_fail(h, EINVAL, "an empty device name was given; give a block device, "
				 "such as /dev/sda1");
	return strchr(given, '/') ? resolve_path(h, ref) : resolve_word(h, ref);
}

/* Opens @path if it is the block device @dev. Return: the file, or -errno. */
static int open_if_same(const char *path, dev_t dev)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (!fstat(fd, &st) && S_ISBLK(st.st_mode) && st.st_rdev == dev)
		return fd;
	close(fd);
	return -ENOENT;
}

int devref_open(struct blki *h, const struct devref *ref)
{
	char path[PATH_MAX], dm_name[DEVREF_NAME_BYTES];
	int fd;

	if (strchr(ref->given, '/')) {
		fd = open_if_same(ref->given, ref->dev);
	} else {
		snprintf(path, sizeof(path), "/dev/%s", ref->name);
		fd = open_if_same(path, ref->dev);
		if (fd == -ENOENT && !sysfs_dm_name(h->sysfs, ref->dev, dm_name, sizeof(dm_name))) {
			snprintf(path, sizeof(path), "/dev/mapper/%s", dm_name);
			fd = open_if_same(path, ref->dev);
		}
		if (fd == -ENOENT) {
			snprintf(path, sizeof(path), "/dev/block/%u:%u", major(ref->dev),
				 minor(ref->dev));
			fd = open_if_same(path, ref->dev);
		}
	}
	if (fd >= 0)
		return fd;
	if (fd == -ENOENT)
		return blki_fail(h, ENOENT, "%s: the device %u:%u has no node below /dev; mount "
				 "devtmpfs there or run dmsetup mknodes", ref->given,
				 major(ref->dev), minor(ref->dev));
	return blki_fail(h, -fd, "%s: can not be opened: %s", ref->given, strerror(-fd));
}

int devref_resolve_open(struct blki *h, const char *given, struct devref *ref)
{
	int ret = devref_resolve(h, given, ref);

	return ret ? ret : devref_open(h, ref);
}

int devref_open_origin(struct blki *h, const char *given, struct devref *ref)
{
	char upper[DEVREF_NAME_BYTES];
	int ret = devref_resolve(h, given, ref);

	if (ret)
		return ret;
	if (!sysfs_request_upper(h->sysfs, ref->dev, upper, sizeof(upper)))
		return blki_fail(h, EOPNOTSUPP,
				 "%s: the request-based device %s (multipath) stands on it, whose I/O makes no bios here and would go unseen; attach to /dev/%s",
				 given, upper, upper);
	return devref_open(h, ref);
}

bool devref_match(const struct devref *ref, unsigned int major_nr, unsigned int minor_nr,
		  const char *name)
{
	if (ref->present)
		return ref->dev == makedev(major_nr, minor_nr);
	return *name && !strcmp(ref->name, name);
}

static bool is_origin(const struct devref *ref, const struct blki_entry *e)
{
	return devref_match(ref, e->origin_major, e->origin_minor, e->origin);
}

static bool is_acceptor(const struct devref *ref, const struct blki_entry *e)
{
	return devref_match(ref, e->acceptor_major, e->acceptor_minor, e->acceptor);
}

/* Keeps the first fitting entry, but lets a live one replace a dead one. */
static const struct blki_entry *better(const struct blki_entry *best, const struct blki_entry *e)
{
	return best && best->state != BLKI_STATE_DEAD ? best : e;
}

const struct blki_entry *devref_find_remap(const struct blki_entry *entries, size_t nr,
					   const struct devref *ref, size_t *nr_found)
{
	const struct blki_entry *origin = NULL, *acceptor = NULL;
	size_t nr_acceptor = 0;

	for (size_t i = 0; i < nr; i++) {
		const struct blki_entry *e = &entries[i];

		if (e->kind != BLKI_KIND_REMAP && e->kind != BLKI_KIND_NATIVE)
			continue;
		if (is_origin(ref, e))
			origin = better(origin, e);
		if (is_acceptor(ref, e)) {
			acceptor = better(acceptor, e);
			nr_acceptor++;
		}
	}
	*nr_found = origin ? 1 : nr_acceptor;
	return origin ? origin : acceptor;
}

const struct blki_entry *devref_find_filter(const struct blki_entry *entries, size_t nr,
					    const struct devref *ref, const char *filter)
{
	const struct blki_entry *found = NULL;

	for (size_t i = 0; i < nr; i++) {
		const struct blki_entry *e = &entries[i];

		if (e->kind == BLKI_KIND_FILTER && is_origin(ref, e) && !strcmp(e->name, filter))
			found = better(found, e);
	}
	return found;
}
