// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes stateful targets clean and tells when they are.
 *
 * detach.c -> clean_acceptor(). It runs while the origin's bios are held, so it must not touch a file of a
 * file system that may be on the origin: the caller has locked the memory, and what is opened here is the
 * control device of device-mapper.
 */
#include "tools/libblki/clean.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "tools/libblki/dmtable.h"

/* A status is read this often while something is left. */
#define POLL_MS	20

/* Status words of writecache: error, blocks, free blocks, blocks under writeback. */
static int writecache_left(const char *status, uint64_t *left)
{
	uint64_t error, nr, nr_free, nr_writing;

	if (sscanf(status, "%" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64, &error, &nr, &nr_free,
		   &nr_writing) != 4 || nr_free > nr)
		return -EINVAL;
	if (error)
		return -EIO;
	*left = nr - nr_free + nr_writing;
	return 0;
}

/* cache: block size, metadata, block size, blocks, six counters, dirty blocks. */
static int cache_left(const char *status, uint64_t *left)
{
	return sscanf(status, "%*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %" SCNu64, left) == 1 ?
		       0 : -EINVAL;
}

/* clone: block size, metadata, region size, hydrated/all regions, regions being hydrated. */
static int clone_left(const char *status, uint64_t *left)
{
	uint64_t nr_done, nr, nr_under_way;

	if (sscanf(status, "%*s %*s %*s %" SCNu64 "/%" SCNu64 " %" SCNu64, &nr_done, &nr,
		   &nr_under_way) != 3 || nr_done > nr)
		return -EINVAL;
	*left = nr - nr_done + nr_under_way;
	return 0;
}

static const struct stateful {
	const char *target;
	const char *message;	/* makes it write everything; NULL: it does so by itself */
	int (*left)(const char *status, uint64_t *left);
} stateful[] = {
	{ "cache", NULL, cache_left },
	{ "clone", "enable_hydration", clone_left },
	{ "writecache", "flush", writecache_left },
};

static const struct stateful *find(const char *target)
{
	for (size_t i = 0; i < sizeof(stateful) / sizeof(stateful[0]); i++)
		if (!strcmp(stateful[i].target, target))
			return &stateful[i];
	return NULL;
}

int clean_left(const char *target, const char *status, uint64_t *left)
{
	const struct stateful *s = find(target);

	if (!s)
		return -ENOTSUP;
	if (!strcmp(status, "Fail") || !strcmp(status, "Error"))
		return -EIO;
	return s->left(status, left);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* One look at one line. Return: 0 with what is left, or -errno with the sentence set. */
static int look(struct blki *h, const struct dmtable *t, const struct dmtable_line *line,
		uint64_t *left)
{
	int ret = clean_left(line->target, line->params, left);

	if (ret == -EIO)
		return blki_fail(h, EIO,
				 "%s: its target %s has failed and may keep data back; repair it "
				 "first, see dmsetup status %s",
				 t->name, line->target, t->name);
	if (ret == -EINVAL)
		return blki_fail(h, EINVAL,
				 "%s: the status of its target %s is not understood; see that it is "
				 "clean, then give --clean",
				 t->name, line->target);
	return ret == -ENOTSUP ? 0 : ret;
}

/* Everything that is left in the device. Return: 0, or -errno with the sentence set. */
static int look_all(struct blki *h, dev_t dev, uint64_t *left)
{
	struct dmtable t;
	int ret = dmtable_status(dev, &t);

	*left = 0;
	if (ret)
		ret = blki_fail(h, -ret, "%u:%u: its status can not be read: %s", major(dev),
				minor(dev), strerror(-ret));
	for (size_t i = 0; i < t.nr && !ret; i++) {
		uint64_t more = 0;

		ret = look(h, &t, &t.lines[i], &more);
		*left += more;
	}
	dmtable_free(&t);
	return ret;
}

/* Return: 0, or -errno with the sentence set. */
static int tell_all(struct blki *h, dev_t dev)
{
	struct dmtable t;
	int ret = dmtable_status(dev, &t);

	for (size_t i = 0; i < t.nr && !ret; i++) {
		const struct stateful *s = find(t.lines[i].target);

		if (!s || !s->message)
			continue;
		ret = dmtable_message(dev, t.lines[i].start_sectors, s->message);
		if (ret)
			blki_fail(h, -ret, "%s: its target %s refuses to write what it keeps back: %s; "
				  "see the kernel log", t.name, s->target, strerror(-ret));
	}
	dmtable_free(&t);
	return ret;
}

int clean_acceptor(struct blki *h, dev_t acceptor, unsigned int timeout_ms)
{
	const struct timespec pause = { .tv_nsec = POLL_MS * 1000000L };
	int64_t deadline_ms = now_ms() + timeout_ms;
	uint64_t left;
	int ret = tell_all(h, acceptor);

	while (!ret) {
		ret = look_all(h, acceptor, &left);
		if (ret || !left)
			break;
		if (now_ms() >= deadline_ms)
			ret = blki_fail(h, ETIMEDOUT,
					"%u:%u: still keeps %" PRIu64 " blocks back after %u ms; it "
					"stays attached; raise --timeout, or see dmsetup status",
					major(acceptor), minor(acceptor), left, timeout_ms);
		else if (nanosleep(&pause, NULL))
			ret = blki_fail(h, EINTR, "%u:%u: interrupted while it was made clean; it "
					"stays attached", major(acceptor), minor(acceptor));
	}
	return ret;
}
