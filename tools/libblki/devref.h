/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A block device as a user names it: a path, a kernel name, a device-mapper name or MAJOR:MINOR.
 *
 * control.c and dm.c turn what the user typed into a struct devref here, then into a file
 * descriptor, or into the matching interposer of a list. A device whose node is gone keeps its name
 * only: detaching must still find it.
 */
#ifndef BLKI_DEVREF_H
#define BLKI_DEVREF_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "tools/libblki/handle.h"

/** DEVREF_NAME_BYTES - room for any name below /dev that is matched against kernel names */
#define DEVREF_NAME_BYTES	128

/**
 * struct devref - one device that a user named
 * @given: what the user typed; owned by the caller
 * @name: kernel name, or what was typed without "/dev/" when there is no such device now
 * @dev: its number, valid if @present
 * @present: the device exists now
 */
struct devref {
	const char *given;
	char name[DEVREF_NAME_BYTES];
	dev_t dev;
	bool present;
};

/**
 * devref_resolve - find the device that a user named
 * @h: a handle; its sentence is set on failure
 * @given: path, kernel name, device-mapper name or MAJOR:MINOR
 * @ref: out: the device; filled also with -ENOENT, @present false
 *
 * Return: 0; -ENOENT no such device; -ENOTBLK the path is something else; -ENOTUNIQ the name is a
 * kernel name and another device's device-mapper name; -EINVAL an empty name; or -errno of stat(2).
 */
int devref_resolve(struct blki *h, const char *given, struct devref *ref);

/**
 * devref_open - open the block device read-only, by the path given or any node it has below /dev
 * @h: a handle; its sentence is set on failure
 * @ref: a device that is present
 *
 * Return: a file descriptor that the caller closes, or -errno of open(2).
 */
int devref_open(struct blki *h, const struct devref *ref);

/**
 * devref_resolve_open - devref_resolve(), then devref_open()
 * @h: a handle; its sentence is set on failure
 * @given: as devref_resolve()
 * @ref: out: the device
 *
 * Return: a file descriptor that the caller closes, or -errno of either.
 */
int devref_resolve_open(struct blki *h, const char *given, struct devref *ref);

/**
 * devref_open_origin - devref_resolve_open() for a device that is to be interposed on
 * @h: a handle
 * @given: what the user wrote
 * @ref: out: the device
 *
 * Return: a file; -errno as devref_resolve_open(), the sentence set; -EOPNOTSUPP its I/O would go unseen.
 */
int devref_open_origin(struct blki *h, const char *given, struct devref *ref);

/**
 * devref_match - does a device of an interposer mean the one the user named
 * @ref: what the user named
 * @major_nr: device number as the kernel reported it
 * @minor_nr: the same
 * @name: kernel name as the kernel reported it
 *
 * Return: by number when @ref is present, by name otherwise.
 */
bool devref_match(const struct devref *ref, unsigned int major_nr, unsigned int minor_nr,
		  const char *name);

/**
 * devref_find_remap - the remap that a user means by its origin or its acceptor
 * @entries: the interposers
 * @nr: how many
 * @ref: the device named; an origin is preferred to an acceptor, a live one to a dead one
 * @nr_found: out: remaps that fit equally well; more than 1 only when @ref is a shared acceptor
 *
 * Return: the remap, or NULL.
 */
const struct blki_entry *devref_find_remap(const struct blki_entry *entries, size_t nr,
					   const struct devref *ref, size_t *nr_found);

/**
 * devref_find_filter - the filter of that name on the device a user named
 * @entries: the interposers
 * @nr: how many
 * @ref: the origin named; a live one is preferred to a dead one
 * @filter: name of the filter
 *
 * Return: the filter, or NULL.
 */
const struct blki_entry *devref_find_filter(const struct blki_entry *entries, size_t nr,
					    const struct devref *ref, const char *filter);

#endif /* BLKI_DEVREF_H */
