// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Walks the devices below an acceptor and looks for the origin among them.
 *
 * control.c -> loop_check() -> sysfs.c. Breadth first over a bounded list of devices, each visited
 * once. The stack may change after the check: the module has to survive a loop, this keeps a user
 * from one.
 */
#include "tools/libblki/loop.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/sysmacros.h>

#include "tools/libblki/sysfs.h"

/* Devices of one stack; a wide md array on a few layers stays far below it. */
#define STACK_MAX	1024

struct stack {
	dev_t dev[STACK_MAX];
	size_t nr;
};

static int stack_add(struct stack *s, dev_t dev)
{
	for (size_t i = 0; i < s->nr; i++)
		if (s->dev[i] == dev)
			return 0;
	if (s->nr == STACK_MAX)
		return -E2BIG;
	s->dev[s->nr++] = dev;
	return 0;
}

/*
 * Adds where the bios of @dev go next: the devices it stands on and the acceptor of its own remap. Those of an
 * alias go below its origin's interposers, to what the origin stands on.
 */
static int add_lower(const struct blki *h, struct stack *s, dev_t dev,
		     const struct blki_entry *entries, size_t nr)
{
	dev_t lower[SYSFS_LOWER_MAX], origin;
	bool is_alias = !sysfs_alias_origin(h->sysfs, dev, &origin);
	int nr_lower = sysfs_lower(h->sysfs, is_alias ? origin : dev, lower);
	int ret = nr_lower < 0 ? nr_lower : 0;

	for (int i = 0; i < nr_lower && !ret; i++)
		ret = stack_add(s, lower[i]);
	for (size_t i = 0; i < nr && !ret; i++) {
		const struct blki_entry *e = &entries[i];

		if (e->kind != BLKI_KIND_FILTER && makedev(e->origin_major, e->origin_minor) == dev)
			ret = stack_add(s, makedev(e->acceptor_major, e->acceptor_minor));
	}
	return ret;
}

static void name_of(const struct blki *h, dev_t dev, char *name, size_t name_bytes)
{
	if (sysfs_name(h->sysfs, dev, name, name_bytes))
		snprintf(name, name_bytes, "%u:%u", major(dev), minor(dev));
}

static int refuse(struct blki *h, dev_t origin, dev_t acceptor)
{
	char origin_name[64], acceptor_name[64];

	name_of(h, origin, origin_name, sizeof(origin_name));
	name_of(h, acceptor, acceptor_name, sizeof(acceptor_name));
	if (origin == acceptor)
		return blki_fail(h, ELOOP, "%s: can not be remapped to itself; give another device "
				 "as the acceptor", origin_name);
	return blki_fail(h, ELOOP, "%s: stands on %s, so its bios would come back to it for ever; "
			 "make it below the hook instead, with a table line that ends in noexcl",
			 acceptor_name, origin_name);
}

int loop_check(struct blki *h, dev_t origin, dev_t acceptor, const struct blki_entry *entries,
	       size_t nr)
{
	struct stack s = { .nr = 0 };
	int ret = stack_add(&s, acceptor);

	for (size_t i = 0; i < s.nr && !ret; i++) {
		if (s.dev[i] == origin)
			return refuse(h, origin, acceptor);
		ret = add_lower(h, &s, s.dev[i], entries, nr);
	}
	if (ret)
		return blki_fail(h, -ret,
				 "%u:%u: stands on too many devices to look for a loop (%d, "
				 "or %d directly); use a smaller stack",
				 major(acceptor), minor(acceptor), STACK_MAX, SYSFS_LOWER_MAX);
	return 0;
}
