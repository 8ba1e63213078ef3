/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of block devices that are the same after a reboot, and back.
 *
 * save asks for the names of what is attached, restore for the device that has them now. sysfs,
 * the links that udev makes and the partition tables themselves are looked at, in this order.
 */
#ifndef BLKI_STABLE_H
#define BLKI_STABLE_H

#include <sys/types.h>

#include "tools/blki/save.h"

/** STABLE_WHY_BYTES - room for why a device was not found */
#define STABLE_WHY_BYTES	512

/**
 * struct stable_source - where the names are looked up
 * @sysfs: mount point of sysfs
 * @dev: where the device nodes are, "/dev"
 * @probe_partuuid: reads the PARTUUID of a partition from its disk; NULL does without
 */
struct stable_source {
	const char *sysfs;
	const char *dev;
	int (*probe_partuuid)(dev_t dev, char *text, size_t text_bytes);
};

/** stable_system - the running system */
extern const struct stable_source stable_system;

/**
 * stable_names - the names of a device
 * @source: where they are looked up
 * @dev: the device; an alias gives its origin's, and says so
 * @ref: out: all it has
 *
 * Return: 0, or -ENOENT no such device.
 */
int stable_names(const struct stable_source *source, dev_t dev, struct save_ref *ref);

/**
 * stable_find - the device that has such names now
 * @source: where they are looked up
 * @ref: the names; the best one it has decides alone
 * @dev: out: the device; for an alias, its origin
 * @why: out: when it is not found: object, cause, remedy
 *
 * Return: 0; -ENOENT there is none, it may yet appear; -ENOTUNIQ several have that name; -EINVAL
 * it has another size than @ref says.
 */
int stable_find(const struct stable_source *source, const struct save_ref *ref, dev_t *dev,
		char why[STABLE_WHY_BYTES]);

#endif /* BLKI_STABLE_H */
