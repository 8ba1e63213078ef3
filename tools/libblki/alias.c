// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Aliases: made, removed and listed.
 *
 * blki alias, the dmsetup front-end (noexcl), bench -> [this] -> kernel/ctl.c. A device is named to the
 * kernel by a file opened with O_PATH: an alias that is really open can not be removed.
 */
#include "tools/libblki/alias.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "tools/libblki/devref.h"
#include "tools/libblki/sysfs.h"
#include "tools/libblki/udev.h"

/* First guess of how many aliases exist; the kernel says when it was too low. */
#define LIST_ROOM_FIRST	16

/* The list may grow between two calls; after this many it is given up. */
#define LIST_TRIES_MAX	8

/* Room for a kernel name of the ABI, which need not be NUL-terminated, with its NUL. */
#define NAME_BYTES	(BLKI_NAME_MAX + 1)

/* DISK_NAME_LEN of the kernel, which is in no UAPI header: bytes of a disk's name with its NUL. */
#define DISK_NAME_BYTES	32

/* What an errno means when the kernel left no sentence: cause and remedy. */
static const struct {
	int err;
	const char *words;
} reasons[] = {
	{ EBUSY, "the alias is in use; remove what stands on it first" },
	{ EINTR, "interrupted by a signal; nothing was changed" },
	{ EINVAL,
	  "the loaded module does not know this request; load the one that came with this tool" },
	{ ENOENT, "has no alias; see blki alias list" },
	{ ENOMEM, "the kernel is out of memory; try again" },
	{ ENOTBLK, "is no block device; give one, such as /dev/sda1" },
	{ ENOTTY,
	  "the loaded module knows no aliases; load the one that came with this tool" },
	{ EPERM, "not allowed; run it as root" },
};

static const char *words_for(int err)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].err == err)
			return reasons[i].words;
	return strerror(err);
}

static bool is_device(const char *path, dev_t dev)
{
	struct stat st;

	return !stat(path, &st) && S_ISBLK(st.st_mode) && st.st_rdev == dev;
}

/* "/dev/blki/sda2" of "blki!sda2"; @name is a field of the ABI. Return: as snprintf(3). */
static int alias_path(const char name[BLKI_NAME_MAX], char *path, size_t path_bytes)
{
	int nr = snprintf(path, path_bytes, "/dev/%.*s", BLKI_NAME_MAX, name);

	for (char *at = path; path_bytes && *at; at++)
		if (*at == '!')
			*at = '/';
	return nr;
}

/* The kernel's name of a device in the ABI, as tools spell it. */
static void plain_name(const char name[BLKI_NAME_MAX], char plain[NAME_BYTES])
{
	snprintf(plain, NAME_BYTES, "%.*s", BLKI_NAME_MAX, name);
	for (char *at = plain; *at; at++)
		if (*at == '!')
			*at = '/';
}

int alias_node(const struct blki *h, const char *given, dev_t dev, char path[PATH_MAX])
{
	char name[DEVREF_NAME_BYTES];

	snprintf(path, PATH_MAX, "%s", given);
	if (strchr(given, '/') && is_device(path, dev))
		return 0;
	if (!sysfs_name(h->sysfs, dev, name, sizeof(name))) {
		snprintf(path, PATH_MAX, "/dev/%s", name);
		if (is_device(path, dev))
			return 0;
	}
	snprintf(path, PATH_MAX, "/dev/block/%u:%u", major(dev), minor(dev));
	return is_device(path, dev) ? 0 : -ENOENT;
}

/* A file that names the device and does not open it. Return: the file, or -errno with the sentence set. */
static int name_by_path(struct blki *h, dev_t dev, const char *given)
{
	char path[PATH_MAX];
	int fd;

	if (alias_node(h, given, dev, path))
		return blki_fail(h, ENOENT,
				 "%s: the device %u:%u has no node below /dev; mount devtmpfs there",
				 given, major(dev), minor(dev));
	fd = open(path, O_PATH | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	return blki_fail(h, errno, "%s: %s can not be looked up: %s", given, path,
			 strerror(errno));
}

static int change(struct blki *h, unsigned long request, int fd, const char *object,
		  struct blki_alias *a)
{
	char sentence[BLKI_MSG_MAX] = "";

	*a = (struct blki_alias){
		.size = sizeof(*a),
		.origin_fd = fd,
		.msg = (uintptr_t)sentence,
		.msg_size = sizeof(sentence),
	};
	if (ioctl(h->fd, request, a) == 0)
		return 0;
	sentence[BLKI_MSG_MAX - 1] = '\0';
	if (sentence[0])
		return blki_fail(h, errno, "%s", sentence);
	return blki_fail(h, errno, "%s: %s", object, words_for(errno));
}

static int refuse_without_rules(struct blki *h, const char *given)
{
	if (!udev_rules_missing(""))
		return 0;
	return blki_fail(h, ENOTSUP,
			 "%s: udev runs and would find everything on its alias twice (UUIDs, "
			 "volumes); install the rules first: tools/udev/blki.rules as "
			 "/etc/udev/rules.d/11-blki.rules and 56-blki.rules",
			 given);
}

static int refuse_long_path(struct blki *h, const char *given, const char *path, size_t node_bytes)
{
	return blki_fail(h, ENAMETOOLONG,
			 "%s: the path of its alias, %s, is longer than the caller's %zu bytes",
			 given, path, node_bytes);
}

/* Has a device no alias yet? Return: 0 with @is_missing set, or -errno with the sentence. */
static int alias_is_missing(struct blki *h, dev_t origin, bool *is_missing)
{
	struct blki_alias_entry *entries;
	size_t nr, i;
	int ret = alias_list(h, &entries, &nr);

	if (ret)
		return ret;
	*is_missing = true;
	for (i = 0; i < nr; i++)
		if (makedev(entries[i].origin_major, entries[i].origin_minor) == origin)
			*is_missing = false;
	free(entries);
	return 0;
}

/* Asks the kernel for the alias. Return: 0 with @a filled, or -errno with the sentence. */
static int add_by_path(struct blki *h, dev_t origin, const char *given, struct blki_alias *a)
{
	int fd = name_by_path(h, origin, given);
	int ret;

	if (fd < 0)
		return fd;
	ret = change(h, BLKI_IOC_ALIAS_ADD, fd, given, a);
	close(fd);
	return ret;
}

/* A new alias that udev may look into goes again, if nobody has taken it up meanwhile. */
static int refuse_unless_kept(struct blki *h, const char *given, dev_t alias, int64_t since_ms)
{
	struct alias_made made = { .nr = 1 };
	int ret = udev_alias_kept(alias, since_ms);

	if (!ret)
		return 0;
	made.devs = malloc(sizeof(*made.devs));
	if (made.devs)
		made.devs[0] = alias;
	else
		made.nr = 0;
	if (ret == -ETIMEDOUT)
		blki_fail(h, -ret, "%s: udev has not looked at its alias for 20 s, and may find everything on "
			  "it twice when it does; see 'udevadm settle' and the log of udevd", given);
	else
		blki_fail(h, -ret, "%s: udev does not use the rules for aliases, which are installed, and "
			  "would find everything twice; run 'udevadm control --reload' (once more: udevd may "
			  "lose it), then try again", given);
	return alias_made_end(h, &made, ret);
}

int alias_add(struct blki *h, dev_t origin, const char *given, dev_t *alias, char *node,
	      size_t node_bytes)
{
	const int64_t since_ms = udev_now_ms();
	char path[PATH_MAX];
	struct blki_alias a;
	bool is_new;
	int ret;

	ret = refuse_without_rules(h, given) ?: alias_is_missing(h, origin, &is_new) ?:
	      add_by_path(h, origin, given, &a);
	if (ret)
		return ret;
	*alias = makedev(a.major, a.minor);
	if (is_new && udev_runs(""))
		ret = refuse_unless_kept(h, given, *alias, since_ms);
	if (ret)
		return ret;
	if (alias_path(a.name, path, sizeof(path)) >= (int)node_bytes)
		return refuse_long_path(h, given, path, node_bytes);
	if (!is_device(path, *alias))
		return blki_fail(h, ENOENT,
				 "%s: its alias %u:%u has no node %s; mount devtmpfs at /dev, or "
				 "make it: mknod %s b %u %u",
				 given, a.major, a.minor, path, path, a.major, a.minor);
	strcpy(node, path);
	return 0;
}

int alias_made_end(struct blki *h, struct alias_made *made, int ret)
{
	char why[BLKI_SENTENCE_BYTES];
	struct blki_alias a;

	memcpy(why, h->sentence, sizeof(why));
	while (made->nr) {
		dev_t alias = made->devs[--made->nr];
		int fd = ret ? name_by_path(h, alias, "") : -1;

		if (fd < 0)
			continue;
		change(h, BLKI_IOC_ALIAS_DEL, fd, "", &a);
		close(fd);
	}
	free(made->devs);
	made->devs = NULL;
	memcpy(h->sentence, why, sizeof(why));
	return ret;
}

/* What the kernel would refuse, as far as sysfs tells; its words are those of kernel/alias_list.c. */
int alias_check_add(struct blki *h, dev_t origin, const char *given, char *node, size_t node_bytes)
{
	char path[PATH_MAX], name[DEVREF_NAME_BYTES];
	dev_t below;

	if (!sysfs_alias_origin(h->sysfs, origin, &below))
		return blki_fail(h, EOPNOTSUPP, "%s: is an alias itself; use it as it is", given);
	if (sysfs_is_zoned(h->sysfs, origin))
		return blki_fail(h, EOPNOTSUPP,
				 "%s: a zoned device can have no alias; use a conventional device",
				 given);
	if (sysfs_name(h->sysfs, origin, name, sizeof(name)) ||
	    strlen(BLKI_ALIAS_DIR "/") + strlen(name) >= DISK_NAME_BYTES)
		return blki_fail(h, EOPNOTSUPP,
				 "%s: its name is too long for an alias, %zu bytes fit; rename the device",
				 given, DISK_NAME_BYTES - sizeof(BLKI_ALIAS_DIR "/"));
	snprintf(path, sizeof(path), "/dev/" BLKI_ALIAS_DIR "/%s", name);
	if (strlen(path) >= node_bytes)
		return refuse_long_path(h, given, path, node_bytes);
	strcpy(node, path);
	return 0;
}

int blki_alias_add(struct blki *h, const char *origin, const struct blki_alias_opts *opts, char *node,
		   size_t node_size)
{
	struct devref ref;
	dev_t alias;
	int ret;

	blki_begin(h);
	ret = blki_need_module(h) ?: devref_resolve(h, origin, &ref);
	if (ret)
		return ret;
	if (opts && opts->dry_run)
		return refuse_without_rules(h, origin) ?:
			       alias_check_add(h, ref.dev, origin, node, node_size);
	return alias_add(h, ref.dev, origin, &alias, node, node_size);
}

int alias_list(struct blki *h, struct blki_alias_entry **entries, size_t *nr)
{
	struct blki_alias_entry *room = NULL, *larger;
	unsigned int nr_room = LIST_ROOM_FIRST;
	int err = EAGAIN;

	*entries = NULL;
	*nr = 0;
	for (int i = 0; i < LIST_TRIES_MAX; i++) {
		struct blki_list l = { .size = sizeof(l), .entry_size = sizeof(*room) };

		larger = reallocarray(room, nr_room, sizeof(*room));
		if (!larger) {
			err = ENOMEM;
			break;
		}
		room = larger;
		l.entries = (uintptr_t)room;
		l.nr = nr_room;
		if (ioctl(h->fd, BLKI_IOC_ALIAS_LIST, &l) < 0) {
			err = errno;
			break;
		}
		if (l.nr <= nr_room) {
			*entries = room;
			*nr = l.nr;
			return 0;
		}
		nr_room = l.nr + LIST_ROOM_FIRST;
	}
	free(room);
	return blki_fail(h, err, "the list of aliases: %s",
			 err == EAGAIN ? "it grows faster than it can be read; try again" :
					 words_for(err));
}

int blki_alias_list(struct blki *h, struct blki_alias_entry **entries, size_t *nr)
{
	int ret;

	*entries = NULL;
	*nr = 0;
	blki_begin(h);
	ret = blki_need_module(h) ?: alias_list(h, entries, nr);
	if (!ret && !*nr) {
		free(*entries);
		*entries = NULL;
	}
	return ret;
}

static bool is_meant(const struct devref *ref, const struct blki_alias_entry *e)
{
	char name[NAME_BYTES], origin[NAME_BYTES];

	plain_name(e->name, name);
	plain_name(e->origin, origin);
	return devref_match(ref, e->major, e->minor, name) ||
	       devref_match(ref, e->origin_major, e->origin_minor, origin);
}

/* The alias that @ref means: itself, or that of an origin. Return: the entry, or NULL. */
static const struct blki_alias_entry *find(const struct blki_alias_entry *entries, size_t nr,
					   const struct devref *ref)
{
	for (size_t i = 0; i < nr; i++)
		if (is_meant(ref, &entries[i]))
			return &entries[i];
	return NULL;
}

/* What a removal would come to; the words are those of kernel/alias_list.c. */
static int check_del(struct blki *h, const struct blki_alias_entry *e)
{
	char path[PATH_MAX];

	if (!e->nr_openers)
		return 0;
	alias_path(e->name, path, sizeof(path));
	return blki_fail(h, EBUSY,
			 "%s: is in use; remove what stands on it first, see /sys/block/%.*s/holders",
			 path, BLKI_NAME_MAX, e->name);
}

int blki_alias_del(struct blki *h, const char *dev, const struct blki_alias_opts *opts)
{
	const struct blki_alias_entry *found;
	struct blki_alias_entry *entries;
	struct blki_alias a;
	struct devref ref;
	size_t nr;
	int ret, fd;

	blki_begin(h);
	ret = blki_need_module(h) ?: alias_list(h, &entries, &nr);
	if (ret)
		return ret;
	ret = devref_resolve(h, dev, &ref);
	found = find(entries, nr, &ref);
	if (!found) {
		free(entries);
		return ret ?: blki_fail(h, ENOENT, "%s: has no alias; see blki alias list", dev);
	}
	if (opts && opts->dry_run) {
		ret = check_del(h, found);
		free(entries);
		return ret;
	}
	fd = name_by_path(h, makedev(found->major, found->minor), dev);
	free(entries);
	if (fd < 0)
		return fd;
	ret = change(h, BLKI_IOC_ALIAS_DEL, fd, dev, &a);
	close(fd);
	return ret;
}
