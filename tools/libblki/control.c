// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Attach, detach and list: the ioctls of <linux/blki.h> behind the functions of <blki.h>.
 *
 * devref.c (which device) -> loop.c (may it be remapped there) -> [this] -> kernel/ctl.c. The
 * kernel's own sentence is passed on when it left one; otherwise the errno gets its words here, so
 * that no caller ever prints a bare "Invalid argument".
 */
#include "tools/libblki/handle.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "tools/libblki/devref.h"
#include "tools/libblki/loop.h"
#include "tools/libblki/sysfs.h"

#define NS_PER_S	UINT64_C(1000000000)

/* First guess of how many interposers exist; the kernel says when it was too low. */
#define LIST_ROOM_FIRST	16

/* The list may grow between two calls; after this many it is given up. */
#define LIST_TRIES_MAX	8

/* What an errno means when the kernel left no sentence: cause and remedy. */
static const struct {
	int err;
	const char *words;
} reasons[] = {
	{ EBUSY, "the acceptor is claimed by somebody else; free it first" },
	{ EEXIST, "it is there already; see blki status, detach that one first" },
	{ EINTR, "interrupted by a signal; what was attached is still attached and works" },
	{ EINVAL,
	  "the loaded module does not know this request; load the one that came with this tool" },
	{ ENODEV, "the disk is gone; detach what is left on it by its id, see blki status" },
	{ ENOENT, "no such filter or interposer; see blki status" },
	{ ENOMEM, "the kernel is out of memory; try again" },
	{ ENOTBLK, "is no block device; give one, such as /dev/sda1" },
	{ EOPNOTSUPP, "this device can not be used so; see the kernel log (dmesg)" },
	{ EPERM, "not allowed; run it as root" },
	{ ETIMEDOUT, "its I/O did not drain in time, so nothing was changed; raise --timeout" },
};

static const char *words_for(int err)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].err == err)
			return reasons[i].words;
	return strerror(err);
}

/* Sentence of a refused call: the kernel's, or "OBJECT: REASON". */
static int refused(struct blki *h, int err, char sentence[BLKI_MSG_MAX], const char *object)
{
	sentence[BLKI_MSG_MAX - 1] = '\0';
	if (sentence[0])
		return blki_fail(h, err, "%s", sentence);
	return blki_fail(h, err, "%s: %s", object, words_for(err));
}

/* Fills in what every attach has in common and calls. @object names it in our own words. */
static int attach(struct blki *h, struct blki_attach *a, const struct blki_opts *opts,
		  const char *object, uint64_t *id)
{
	char sentence[BLKI_MSG_MAX] = "";

	a->size = sizeof(*a);
	if (opts) {
		a->hook = opts->hook;
		a->timeout_ms = opts->timeout_ms;
		a->altitude = opts->altitude;
	}
	a->msg = (uintptr_t)sentence;
	a->msg_size = sizeof(sentence);
	if (ioctl(h->fd, BLKI_IOC_ATTACH, a) < 0)
		return refused(h, errno, sentence, object);
	if (id)
		*id = a->id;
	return 0;
}

static int detach(struct blki *h, uint64_t id, unsigned int timeout_ms, const char *object)
{
	char sentence[BLKI_MSG_MAX] = "";
	struct blki_detach d = {
		.size = sizeof(d),
		.id = id,
		.timeout_ms = timeout_ms,
		.msg = (uintptr_t)sentence,
		.msg_size = sizeof(sentence),
	};

	if (ioctl(h->fd, BLKI_IOC_DETACH, &d) < 0)
		return refused(h, errno, sentence, object);
	return 0;
}

static int list(struct blki *h, struct blki_entry **entries, size_t *nr)
{
	struct blki_entry *room = NULL, *larger;
	unsigned int nr_room = LIST_ROOM_FIRST;

	*entries = NULL;
	*nr = 0;
	for (int i = 0; i < LIST_TRIES_MAX; i++) {
		struct blki_list l = { .size = sizeof(l), .entry_size = sizeof(*room) };

		larger = reallocarray(room, nr_room, sizeof(*room));
		if (!larger) {
			free(room);
			return blki_fail(h, ENOMEM,
					 "the list of interposers: out of memory; try again");
		}
		room = larger;
		l.entries = (uintptr_t)room;
		l.nr = nr_room;
		if (ioctl(h->fd, BLKI_IOC_LIST, &l) < 0) {
			int err = errno;

			free(room);
			return blki_fail(h, err, "the list of interposers: %s", words_for(err));
		}
		if (l.nr <= nr_room) {
			*nr = l.nr;
			if (l.nr)
				*entries = room;
			else
				free(room);
			return 0;
		}
		nr_room = l.nr + LIST_ROOM_FIRST;
	}
	free(room);
	return blki_fail(h, EAGAIN, "the list of interposers: it grows faster than it can be read; "
			 "try again");
}

int blki_list(struct blki *h, struct blki_entry **entries, size_t *nr)
{
	*entries = NULL;
	*nr = 0;
	blki_begin(h);
	return blki_need_module(h) ?: list(h, entries, nr);
}

/* Resolves and opens a device. Return: a file, or -errno with the sentence set. */
static int open_device(struct blki *h, const char *given, struct devref *ref)
{
	int ret = devref_resolve(h, given, ref);

	return ret ? ret : devref_open(h, ref);
}

int blki_filter_attach(struct blki *h, const char *origin, const char *filter,
		       const struct blki_opts *opts, uint64_t *id)
{
	struct blki_attach a = { .kind = BLKI_KIND_FILTER, .acceptor_fd = -1 };
	struct devref ref;
	int ret;

	blki_begin(h);
	ret = blki_need_module(h);
	if (ret)
		return ret;
	if (!*filter || strlen(filter) >= sizeof(a.name))
		return blki_fail(h, EINVAL,
				 "filter \"%s\": a name has 1 to %zu bytes; give the name "
				 "of a registered filter, such as null",
				 filter, sizeof(a.name) - 1);
	strcpy(a.name, filter);
	a.origin_fd = open_device(h, origin, &ref);
	if (a.origin_fd < 0)
		return a.origin_fd;
	ret = attach(h, &a, opts, origin, id);
	close(a.origin_fd);
	return ret;
}

int blki_filter_detach(struct blki *h, const char *origin, const char *filter,
		       unsigned int timeout_ms)
{
	const struct blki_entry *found;
	struct blki_entry *entries;
	struct devref ref;
	size_t nr;
	int ret;

	blki_begin(h);
	ret = blki_need_module(h) ?: list(h, &entries, &nr);
	if (ret)
		return ret;
	ret = devref_resolve(h, origin, &ref);
	found = devref_find_filter(entries, nr, &ref, filter);
	if (found && (!ret || ret == -ENOENT))
		ret = detach(h, found->id, timeout_ms, origin);
	else if (!ret)
		ret = blki_fail(h, ENOENT,
				"%s: filter \"%s\" is not attached here; see blki status", origin,
				filter);
	free(entries);
	return ret;
}

/*
 * The kernel claims the acceptor before it looks at the chain; ask first, for the better sentence.
 */
static int refuse_second(struct blki *h, const struct devref *origin,
			 const struct blki_entry *entries, size_t nr)
{
	char dm_name[DEVREF_NAME_BYTES], when[32];
	const struct blki_entry *e;
	time_t since;
	struct tm tm;
	size_t nr_found;

	e = devref_find_remap(entries, nr, origin, &nr_found);
	if (!e || e->state == BLKI_STATE_DEAD ||
	    !devref_match(origin, e->origin_major, e->origin_minor, e->origin))
		return 0;
	sysfs_dm_name(h->sysfs, makedev(e->acceptor_major, e->acceptor_minor), dm_name,
		      sizeof(dm_name));
	since = (time_t)(e->since_ns / NS_PER_S);
	localtime_r(&since, &tm);
	strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
	return blki_fail(h, EEXIST,
			 "%s: already remapped to %s%s%s%s since %s; stop that first: blki "
			 "remap stop %s",
			 origin->given, e->acceptor, dm_name[0] ? " (" : "", dm_name,
			 dm_name[0] ? ")" : "", when, origin->given);
}

/* What can be seen to be wrong before the kernel is asked, with the interposers that exist now. */
static int check_remap(struct blki *h, const struct devref *origin, const struct devref *acceptor)
{
	struct blki_entry *entries;
	size_t nr;
	int ret = list(h, &entries, &nr);

	if (ret)
		return ret;
	ret = refuse_second(h, origin, entries, nr) ?:
	      loop_check(h, origin->dev, acceptor->dev, entries, nr);
	free(entries);
	return ret;
}

int blki_remap_start(struct blki *h, const char *origin, const char *acceptor,
		     const struct blki_opts *opts, uint64_t *id)
{
	struct blki_attach a = { .kind = BLKI_KIND_REMAP };
	struct devref origin_ref, acceptor_ref;
	int ret;

	blki_begin(h);
	ret = blki_need_module(h);
	if (ret)
		return ret;
	a.origin_fd = open_device(h, origin, &origin_ref);
	if (a.origin_fd < 0)
		return a.origin_fd;
	a.acceptor_fd = open_device(h, acceptor, &acceptor_ref);
	if (a.acceptor_fd < 0) {
		ret = a.acceptor_fd;
		goto close_origin;
	}
	ret = check_remap(h, &origin_ref, &acceptor_ref);
	if (!ret)
		ret = attach(h, &a, opts, origin, id);
	close(a.acceptor_fd);
close_origin:
	close(a.origin_fd);
	return ret;
}

int blki_remap_stop(struct blki *h, const char *dev, unsigned int timeout_ms)
{
	const struct blki_entry *found;
	struct blki_entry *entries;
	size_t nr, nr_found;
	struct devref ref;
	int ret;

	blki_begin(h);
	ret = blki_need_module(h) ?: list(h, &entries, &nr);
	if (ret)
		return ret;
	ret = devref_resolve(h, dev, &ref);
	found = devref_find_remap(entries, nr, &ref, &nr_found);
	if (found && nr_found > 1)
		ret = blki_fail(h, ENOTUNIQ, "%s: takes the bios of %zu origins; name the origin "
				"instead, see blki status", dev, nr_found);
	else if (found && (!ret || ret == -ENOENT))
		ret = detach(h, found->id, timeout_ms, dev);
	else if (!ret)
		ret = blki_fail(h, ENOENT,
				"%s: is neither remapped nor an acceptor; see blki status", dev);
	free(entries);
	return ret;
}

int blki_detach_id(struct blki *h, uint64_t id, unsigned int timeout_ms)
{
	char object[48];

	blki_begin(h);
	snprintf(object, sizeof(object), "interposer %llu", (unsigned long long)id);
	return blki_need_module(h) ?: detach(h, id, timeout_ms, object);
}
