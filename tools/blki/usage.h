/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who uses a block device: mounts, swap, devices on top of it.
 *
 * status shows it as the program's end of the path; restore and the man page explain with it why a
 * transforming acceptor is refused.
 */
#ifndef BLKI_USAGE_H
#define BLKI_USAGE_H

#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

/** USAGE_MAX - uses that are told one by one */
#define USAGE_MAX	8

/**
 * struct usage_item - one use
 * @how: "mount", "swap" or "holder"; a constant
 * @type: mount: type of the file system; otherwise ""
 * @where: mount: mount point; holder: kernel name of the device; swap: ""
 */
struct usage_item {
	const char *how;
	char type[32];
	char where[256];
};

/**
 * struct usage - the uses of a device
 * @items: the first of them
 * @nr: in @items
 * @nr_more: that found no room
 */
struct usage {
	struct usage_item items[USAGE_MAX];
	size_t nr;
	size_t nr_more;
};

/**
 * usage_mounts - the mounts of a device
 * @f: as /proc/self/mountinfo
 * @dev: the device
 * @usage: in and out: they are added
 */
void usage_mounts(FILE *f, dev_t dev, struct usage *usage);

/**
 * usage_swaps - is a device swapped to
 * @f: as /proc/swaps
 * @dev: the device
 * @usage: in and out: it is added
 */
void usage_swaps(FILE *f, dev_t dev, struct usage *usage);

/**
 * usage_holders - the devices that hold a device
 * @sysfs: mount point of sysfs
 * @dev: the device
 * @usage: in and out: they are added
 */
void usage_holders(const char *sysfs, dev_t dev, struct usage *usage);

/** usage_of - all three of the running system; what can not be read is left out */
void usage_of(const char *sysfs, dev_t dev, struct usage *usage);

#endif /* BLKI_USAGE_H */
