/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What sysfs says about block devices: numbers, names, and what a device stands on.
 *
 * devref.c (names) and loop.c (stacks) ask it. Every function takes the mount point of sysfs, so
 * that the unit tests run on a made-up tree. Kernel names are given and returned as the kernel
 * spells them, with '/' where sysfs has '!'. It opens no device and needs no privilege.
 */
#ifndef BLKI_SYSFS_H
#define BLKI_SYSFS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/** SYSFS_LOWER_MAX - more devices than this directly below one device are not followed */
#define SYSFS_LOWER_MAX	256

/**
 * sysfs_dev_of_name - device number of a kernel name such as "nullb0p1"
 * @root: mount point of sysfs
 * @name: kernel name
 * @dev: out: the number
 *
 * Return: 0, or -ENOENT when there is no such block device.
 */
int sysfs_dev_of_name(const char *root, const char *name, dev_t *dev);

/**
 * sysfs_dev_of_dm - device number of a device-mapper name
 * @root: mount point of sysfs
 * @name: device-mapper name, plain or as libdevmapper mangles it ("a b" or "a\x20b")
 * @dev: out: the number
 *
 * Return: 0, or -ENOENT when no device-mapper device has that name.
 */
int sysfs_dev_of_dm(const char *root, const char *name, dev_t *dev);

/**
 * sysfs_name - kernel name of a device number
 * @root: mount point of sysfs
 * @dev: the number
 * @name: out: kernel name
 * @name_bytes: room at @name
 *
 * Return: 0; -ENOENT no such device; -ENAMETOOLONG.
 */
int sysfs_name(const char *root, dev_t dev, char *name, size_t name_bytes);

/**
 * sysfs_dm_name - device-mapper name of a device number
 * @root: mount point of sysfs
 * @dev: the number
 * @name: out: device-mapper name; "" when @dev is no device-mapper device
 * @name_bytes: room at @name
 *
 * Return: 0, or -ENOENT when @dev is no device-mapper device.
 */
int sysfs_dm_name(const char *root, dev_t dev, char *name, size_t name_bytes);

/**
 * sysfs_alias_origin - the origin that an alias reaches
 * @root: mount point of sysfs
 * @dev: the number of a device that may be an alias
 * @origin: out: the number of its origin
 *
 * Return: 0, or -ENOENT when @dev is no alias or its origin is gone.
 */
int sysfs_alias_origin(const char *root, dev_t dev, dev_t *origin);

/**
 * sysfs_is_zoned - is a device, or the disk of a partition, zoned
 * @root: mount point of sysfs
 * @dev: the number
 *
 * Return: whether sysfs says so; false when it says nothing.
 */
bool sysfs_is_zoned(const char *root, dev_t dev);

/**
 * sysfs_request_upper - a request-based device-mapper device (multipath) that stands on a device
 * @root: mount point of sysfs
 * @dev: the number; for a partition, what stands on its disk
 * @name: out: kernel name of the first one found
 * @name_bytes: room at @name
 *
 * Return: 0; -ENOENT there is none; -ENAMETOOLONG.
 */
int sysfs_request_upper(const char *root, dev_t dev, char *name, size_t name_bytes);

/**
 * sysfs_lower - devices that a device stands on directly
 * @root: mount point of sysfs
 * @dev: the number; for a partition, what its disk stands on
 * @lower: out: numbers of the slaves, and of the device below the backing file of a loop device
 *
 * Return: how many were written, at most SYSFS_LOWER_MAX; 0 for a device that stands on nothing;
 * -E2BIG.
 */
int sysfs_lower(const char *root, dev_t dev, dev_t lower[SYSFS_LOWER_MAX]);

#endif /* BLKI_SYSFS_H */
