// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Attach, detach and list: the ioctls of <linux/blki.h>.
 *
 * filter.c and remap.c (which device, may it be) -> [this] -> kernel/ctl.c. The kernel's own
 * sentence is passed on when it left one; otherwise the errno gets its words here, so that no
 * caller ever prints a bare "Invalid argument".
 */
#include "tools/libblki/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "tools/libblki/detach.h"

/* First guess of how many interposers exist; the kernel says when it was too low. */
#define LIST_ROOM_FIRST	16

/* The list may grow between two calls; after this many it is given up. */
#define LIST_TRIES_MAX	8

/* What an errno means when the kernel left no sentence: cause and remedy. */
static const struct {
	int err;
	const char *words;
} reasons[] = {
	{ EBUSY,
	 "it is in use by somebody else, or its origin must not be held now; see blki status" },
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

int control_attach(struct blki *h, struct blki_attach *a, const struct blki_opts *opts,
		   const char *object, uint64_t *id)
{
	char sentence[BLKI_MSG_MAX] = "";

	a->size = sizeof(*a);
	if (opts) {
		a->hook = opts->hook;
		a->timeout_ms = opts->timeout_ms;
		a->altitude = opts->altitude;
		a->flags = opts->flags;
		a->offset_sectors = opts->offset_sectors;
	}
	if (opts && opts->dry_run)
		return 0;
	a->msg = (uintptr_t)sentence;
	a->msg_size = sizeof(sentence);
	if (ioctl(h->fd, BLKI_IOC_ATTACH, a) < 0)
		return refused(h, errno, sentence, object);
	if (id)
		*id = a->id;
	if (opts && opts->pause_ns)
		*opts->pause_ns = a->pause_ns;
	return 0;
}

int control_detach(struct blki *h, uint64_t id, const struct blki_detach_opts *opts,
		   const char *object)
{
	char sentence[BLKI_MSG_MAX] = "";
	struct blki_detach d = {
		.size = sizeof(d),
		.id = id,
		.msg = (uintptr_t)sentence,
		.msg_size = sizeof(sentence),
	};

	if (opts) {
		d.timeout_ms = opts->timeout_ms;
		d.flags = opts->flags;
	}
	if (opts && opts->dry_run)
		return 0;
	if (ioctl(h->fd, BLKI_IOC_DETACH, &d) < 0)
		return refused(h, errno, sentence, object);
	if (opts && opts->pause_ns)
		*opts->pause_ns = d.pause_ns;
	return 0;
}

int control_list(struct blki *h, struct blki_entry **entries, size_t *nr)
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
	return blki_fail(h, EAGAIN,
			 "the list of interposers: it grows faster than it can be read; "
			 "try again");
}

int blki_list(struct blki *h, struct blki_entry **entries, size_t *nr)
{
	*entries = NULL;
	*nr = 0;
	blki_begin(h);
	return blki_need_module(h) ?: control_list(h, entries, nr);
}

static const struct blki_entry *find_id(const struct blki_entry *entries, size_t nr, uint64_t id)
{
	for (size_t i = 0; i < nr; i++)
		if (entries[i].id == id)
			return &entries[i];
	return NULL;
}

int blki_detach_id(struct blki *h, uint64_t id, const struct blki_detach_opts *opts)
{
	const struct blki_entry *found;
	struct blki_entry *entries;
	char object[48];
	size_t nr;
	int ret;

	blki_begin(h);
	snprintf(object, sizeof(object), "interposer %llu", (unsigned long long)id);
	ret = blki_need_module(h) ?: control_list(h, &entries, &nr);
	if (ret)
		return ret;
	found = find_id(entries, nr, id);
	if (found)
		ret = detach_entry(h, found, opts, object);
	else
		ret = blki_fail(h, ENOENT, "%s: there is none; see blki status", object);
	free(entries);
	return ret;
}
