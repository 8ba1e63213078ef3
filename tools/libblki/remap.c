// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Remaps: send the bios of a live block device elsewhere, and give them back.
 *
 * devref.c (which devices) -> loop.c (would they come back) -> [this] -> control.c. The kernel
 * checks sizes, limits and claims; what it can not see, or could say less well, is checked here.
 */
#include "blki.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "tools/libblki/class.h"
#include "tools/libblki/control.h"
#include "tools/libblki/detach.h"
#include "tools/libblki/devref.h"
#include "tools/libblki/loop.h"
#include "tools/libblki/sysfs.h"

#define NS_PER_S	UINT64_C(1000000000)

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
	int ret = control_list(h, &entries, &nr);

	if (ret)
		return ret;
	ret = refuse_second(h, origin, entries, nr) ?:
		      loop_check(h, origin->dev, acceptor->dev, entries, nr);
	free(entries);
	return ret;
}

static bool is_held(int fd)
{
	char path[32];
	int again;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDONLY | O_EXCL | O_CLOEXEC | O_NONBLOCK);
	if (again >= 0)
		close(again);
	return again < 0 && errno == EBUSY;
}

/*
 * What the acceptor does with the origin's bytes; the caller's word goes before what its table says. The kernel
 * refuses a transforming one on an origin that is held, but can not say what makes it so.
 */
static int choose_class(struct blki *h, struct blki_attach *a, const struct devref *origin,
			const struct devref *acceptor, const struct blki_opts *opts)
{
	const struct class_source source = { h->sysfs, dmtable_read };
	struct class_answer answer;

	if (opts && opts->acceptor_class) {
		a->class = opts->acceptor_class - 1;
		return 0;
	}
	class_find(&source, origin->dev, acceptor->dev, &answer);
	a->class = answer.class;
	if (answer.class != BLKI_CLASS_TRANSFORMING || !is_held(a->origin_fd))
		return 0;
	return blki_fail(h, EBUSY,
			 "%s: is mounted or claimed, and with the acceptor %s its bytes would be others: "
			 "%s; unmount it first, or when you know that they stay: --class identity",
			 origin->given, acceptor->given, answer.why);
}

/* Both kinds of remap begin alike: two devices, no remap there yet, no loop. */
static int start(struct blki *h, struct blki_attach *a, const char *origin, const char *acceptor,
		 const struct blki_opts *opts, uint64_t *id)
{
	struct devref origin_ref, acceptor_ref;
	int ret = blki_need_module(h);

	if (ret)
		return ret;
	a->origin_fd = devref_open_origin(h, origin, &origin_ref);
	if (a->origin_fd < 0)
		return a->origin_fd;
	a->acceptor_fd = devref_resolve_open(h, acceptor, &acceptor_ref);
	if (a->acceptor_fd < 0) {
		ret = a->acceptor_fd;
		goto close_origin;
	}
	ret = check_remap(h, &origin_ref, &acceptor_ref);
	if (!ret && a->kind == BLKI_KIND_REMAP)
		ret = choose_class(h, a, &origin_ref, &acceptor_ref, opts);
	if (!ret)
		ret = control_attach(h, a, opts, origin, id);
	close(a->acceptor_fd);
close_origin:
	close(a->origin_fd);
	return ret;
}

int blki_remap_start(struct blki *h, const char *origin, const char *acceptor,
		     const struct blki_opts *opts, uint64_t *id)
{
	struct blki_attach a = { .kind = BLKI_KIND_REMAP };

	blki_begin(h);
	if (opts && opts->acceptor_class)
		a.class = opts->acceptor_class - 1;
	return start(h, &a, origin, acceptor, opts, id);
}

int blki_native_start(struct blki *h, const char *origin, const char *acceptor,
		      const struct blki_opts *opts, uint64_t *id)
{
	struct blki_attach a = { .kind = BLKI_KIND_NATIVE };

	blki_begin(h);
	return start(h, &a, origin, acceptor, opts, id);
}

int blki_remap_stop(struct blki *h, const char *dev, const struct blki_detach_opts *opts)
{
	const struct blki_entry *found;
	struct blki_entry *entries;
	size_t nr, nr_found;
	struct devref ref;
	int ret;

	blki_begin(h);
	ret = blki_need_module(h) ?: control_list(h, &entries, &nr);
	if (ret)
		return ret;
	ret = devref_resolve(h, dev, &ref);
	found = devref_find_remap(entries, nr, &ref, &nr_found);
	if (found && nr_found > 1)
		ret = blki_fail(h, ENOTUNIQ,
				"%s: takes the bios of %zu origins; name the origin "
				"instead, see blki status",
				dev, nr_found);
	else if (found && (!ret || ret == -ENOENT))
		ret = detach_entry(h, found, opts, dev);
	else if (!ret)
		ret = blki_fail(h, ENOENT,
				"%s: is neither remapped nor an acceptor; see blki status", dev);
	free(entries);
	return ret;
}
