// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Detaches an interposer when nothing is lost by it.
 *
 * remap.c, control.c -> detach_entry() -> control.c.
 */
#include "tools/libblki/detach.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>

#include "tools/libblki/clean.h"
#include "tools/libblki/control.h"
#include "tools/libblki/dmtable.h"
#include "tools/libblki/sysfs.h"

/* Whether @params begins with the device @word. */
static bool begins_with(const char *params, const char *word)
{
	size_t nr = strlen(word);

	return !strncmp(params, word, nr) && (!params[nr] || params[nr] == ' ');
}

/* The device of the first snapshot-origin in the acceptor's table. Return: whether there is one. */
static bool origin_of_snapshots(const struct dmtable *acceptor, char word[32])
{
	for (size_t i = 0; i < acceptor->nr; i++) {
		if (strcmp(acceptor->lines[i].target, "snapshot-origin"))
			continue;
		snprintf(word, 32, "%.31s", acceptor->lines[i].params);
		word[strcspn(word, " ")] = '\0';
		return true;
	}
	return false;
}

static bool is_snapshot_of(const struct dmtable *t, const char *word)
{
	for (size_t i = 0; i < t->nr; i++)
		if (!strcmp(t->lines[i].target, "snapshot") &&
		    begins_with(t->lines[i].params, word))
			return true;
	return false;
}

/* Looks at every device-mapper device for a snapshot of @word. Return: 0, or -EBUSY with the sentence set. */
static int refuse_snapshots(struct blki *h, const char *object, const char *word)
{
	char path[PATH_MAX];
	struct dirent *entry;
	int ret = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/block", h->sysfs);
	dir = opendir(path);
	while (dir && !ret && (entry = readdir(dir))) {
		struct dmtable t;
		dev_t dev;

		if (strncmp(entry->d_name, "dm-", 3) ||
		    sysfs_dev_of_name(h->sysfs, entry->d_name, &dev))
			continue;
		if (!dmtable_read(dev, &t) && is_snapshot_of(&t, word))
			ret = blki_fail(h, EBUSY,
					"%s: the snapshot %s stands on it and would miss every write from "
					"now on; remove it first: dmsetup remove %s",
					object, t.name, t.name);
		dmtable_free(&t);
	}
	if (dir)
		closedir(dir);
	return ret;
}

static int check_snapshots(struct blki *h, dev_t acceptor, const char *object)
{
	struct dmtable t;
	char word[32];
	int ret = 0;

	if (!dmtable_read(acceptor, &t) && origin_of_snapshots(&t, word))
		ret = refuse_snapshots(h, object, word);
	dmtable_free(&t);
	return ret;
}

static int step(struct blki *h, uint64_t id, const struct blki_detach_opts *opts, uint32_t flag,
		const char *object)
{
	struct blki_detach_opts step_opts = opts ? *opts : (struct blki_detach_opts){ .flags = 0 };

	step_opts.flags |= flag;
	return control_detach(h, id, &step_opts, object);
}

/* Lets the held bios go on; the reason why stays the sentence. */
static int resume(struct blki *h, uint64_t id, const struct blki_detach_opts *opts, int ret,
		  const char *object)
{
	char why[BLKI_SENTENCE_BYTES];

	memcpy(why, h->sentence, sizeof(why));
	if (step(h, id, opts, BLKI_DETACH_RESUME, object))
		return blki_fail(h, -ret, "%.700s; its bios are held until this command ends", why);
	memcpy(h->sentence, why, sizeof(why));
	return ret;
}

static int detach_stateful(struct blki *h, const struct blki_entry *e,
			   const struct blki_detach_opts *opts, const char *object)
{
	unsigned int timeout_ms = opts && opts->timeout_ms ? opts->timeout_ms :
							     BLKI_TIMEOUT_DEFAULT_MS;
	dev_t acceptor = makedev(e->acceptor_major, e->acceptor_minor);
	int ret = clean_acceptor(h, acceptor, timeout_ms);

	/* while the origin is in use there is always something new */
	if (ret && ret != -ETIMEDOUT)
		return ret;
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		return blki_fail(h, errno,
				 "%s: memory can not be locked: %s; raise the limit (ulimit -l)",
				 object, strerror(errno));
	ret = step(h, e->id, opts, BLKI_DETACH_HOLD, object);
	if (ret)
		goto unlock;
	ret = clean_acceptor(h, acceptor, timeout_ms);
	if (!ret)
		ret = step(h, e->id, opts, BLKI_DETACH_CLEAN, object);
	if (ret)
		ret = resume(h, e->id, opts, ret, object);
unlock:
	munlockall();
	return ret;
}

int detach_entry(struct blki *h, const struct blki_entry *e, const struct blki_detach_opts *opts,
		 const char *object)
{
	uint32_t flags = opts ? opts->flags : 0;
	int ret = 0;

	if (e->kind == BLKI_KIND_REMAP && e->state != BLKI_STATE_DEAD &&
	    !(flags & (BLKI_DETACH_CLEAN | BLKI_DETACH_HOLD | BLKI_DETACH_RESUME)))
		ret = check_snapshots(h, makedev(e->acceptor_major, e->acceptor_minor), object);
	else
		return control_detach(h, e->id, opts, object);
	if (ret)
		return ret;
	if (e->class == BLKI_CLASS_STATEFUL && !(opts && opts->dry_run))
		return detach_stateful(h, e, opts, object);
	return control_detach(h, e->id, opts, object);
}
