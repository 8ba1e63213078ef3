// SPDX-License-Identifier: GPL-2.0
/*
 * Uevents of the control device: what <linux/blki.h> says is sent when something is attached or leaves.
 *
 * attach.c, detach.c, alias.c -> [this] -> netlink, udev. Best effort, as all uevents are: what is attached
 * is told by BLKI_IOC_LIST.
 */
#include <linux/kobject.h>

#include "blki.h"

/* what, id, kind, origin, name, acceptor, and the NULL that ends them */
#define EVENT_VARS	7
/* a variable's name, and a device's name or a number */
#define EVENT_TEXT	64

static const char *kind_name(enum blki_kind kind)
{
	switch (kind) {
	case BLKI_KIND_FILTER:
		return "filter";
	case BLKI_KIND_REMAP:
		return "remap";
	case BLKI_KIND_NATIVE:
		return "native";
	}
	return "unknown";
}

/**
 * blki_event - tell userspace about an interposer
 * @what: BLKI_EVENT
 * @ip: the interposer, attached, or off and not yet freed
 *
 * Context: may sleep and allocate: no queue is frozen.
 */
void blki_event(const char *what, const struct blki_interposer *ip)
{
	char text[EVENT_VARS - 1][EVENT_TEXT];
	char *env[EVENT_VARS] = {};
	unsigned int i, n = 5;

	snprintf(text[0], EVENT_TEXT, "BLKI_EVENT=%s", what);
	snprintf(text[1], EVENT_TEXT, "BLKI_ID=%llu", ip->id);
	snprintf(text[2], EVENT_TEXT, "BLKI_KIND=%s", kind_name(ip->kind));
	snprintf(text[3], EVENT_TEXT, "BLKI_ORIGIN=%pg", ip->origin->bdev);
	if (ip->kind == BLKI_KIND_FILTER) {
		snprintf(text[4], EVENT_TEXT, "BLKI_NAME=%s", ip->filter.ops->name);
	} else {
		snprintf(text[4], EVENT_TEXT, "BLKI_NAME=%s", kind_name(ip->kind));
		snprintf(text[n++], EVENT_TEXT, "BLKI_ACCEPTOR=%pg", ip->remap.bdev);
	}
	for (i = 0; i < n; i++)
		env[i] = text[i];
	kobject_uevent_env(blki_ctl_kobj(), KOBJ_CHANGE, env);
}

/**
 * blki_event_alias - tell userspace about an alias
 * @what: BLKI_EVENT
 * @origin: its origin
 * @name: its kernel name
 *
 * Context: may sleep and allocate.
 */
void blki_event_alias(const char *what, struct block_device *origin, const char *name)
{
	char text[3][EVENT_TEXT];
	char *env[] = { text[0], text[1], text[2], NULL };

	snprintf(text[0], EVENT_TEXT, "BLKI_EVENT=%s", what);
	snprintf(text[1], EVENT_TEXT, "BLKI_ORIGIN=%pg", origin);
	snprintf(text[2], EVENT_TEXT, "BLKI_NAME=%s", name);
	kobject_uevent_env(blki_ctl_kobj(), KOBJ_CHANGE, env);
}
