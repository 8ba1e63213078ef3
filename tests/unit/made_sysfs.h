/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A made-up sysfs for unit tests, one at a time: devices, partitions, device-mapper names, slaves.
 *
 * Every function aborts the test when it can not do what it is asked for.
 */
#ifndef BLKI_MADE_SYSFS_H
#define BLKI_MADE_SYSFS_H

/** made_sysfs_begin - make an empty tree; Return: where sysfs is "mounted", or NULL */
const char *made_sysfs_begin(void);

/** made_sysfs_end - remove the tree; Return: 0, or -1 */
int made_sysfs_end(void);

/** made_sysfs_path - a path inside the tree; Return: text that the second next call overwrites */
const char *made_sysfs_path(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** made_sysfs_dirs - make a directory and those above it */
void made_sysfs_dirs(const char *path);

/** made_sysfs_file - write a file of one line */
void made_sysfs_file(const char *path, const char *text);

/**
 * made_sysfs_device - make a block device
 * @where: "sda", or "sda/sda1" for a partition
 * @number: "MAJOR:MINOR"
 */
void made_sysfs_device(const char *where, const char *number);

/** made_sysfs_dm - make a device-mapper device, @name such as "dm-0" */
void made_sysfs_dm(const char *name, const char *number, const char *dm_name);

/** made_sysfs_slave - let the disk @upper stand on the device at @lower_where */
void made_sysfs_slave(const char *upper, const char *lower_where);

#endif /* BLKI_MADE_SYSFS_H */
