/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A VFS for SQLite on the simulated cache, and a power switch:
 *
 *     SQLite → here → sim_cache → an array
 *
 * It is the plainest file system: three files at fixed places. A file's size becomes durable by a
 * sync, behind the data. When the power is off every call fails.
 */
#ifndef TESTS_UNIT_SQLITE_VOLUME_H
#define TESTS_UNIT_SQLITE_VOLUME_H

#include "ublk-sim/cache.h"

#include <stdbool.h>
#include <stdint.h>

/* The name by which SQLite opens it. */
#define VOLUME_VFS	"volume"
#define DISK_BYTES	(8u << 20)

/* The database, its write-ahead log, and the rollback journal of the time before there is a log. */
enum volume_part {
	PART_DATABASE,
	PART_LOG,
	PART_JOURNAL,
	PARTS,
};

/**
 * struct volume - a disk with three files and a power switch
 * @medium: what is durable
 * @cache: what is not
 * @changes_left: the power goes off when it comes to 0
 * @size_bytes: sizes as SQLite sees them; the durable ones are on the disk
 */
struct volume {
	unsigned char medium[DISK_BYTES];
	struct sim_cache *cache;
	unsigned int changes_left;
	int64_t size_bytes[PARTS];
};

/**
 * volume_start - an empty disk with the power on for ever
 * @volume: filled
 * @lying: its flush does nothing
 */
void volume_start(struct volume *volume, bool lying);

/**
 * volume_power_on - after a cut: sizes are what is durable, and calls work again
 * @volume: the disk
 */
void volume_power_on(struct volume *volume);

/**
 * volume_register - let SQLite know the disk
 * @volume: what files are opened on
 *
 * Return: SQLite's result.
 */
int volume_register(struct volume *volume);

/** volume_unregister - the reverse */
void volume_unregister(void);

#endif
