/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The live table of a device-mapper device, as the kernel tells it.
 *
 * Status (what does an acceptor stand on) and save (how is it made again) read it. Private to
 * tools/.
 */
#ifndef BLKI_DMTABLE_H
#define BLKI_DMTABLE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * struct dmtable_line - one target
 * @start_sectors: where it begins on the device
 * @length_sectors: how long it is
 * @target: its type, owned by the table
 * @params: its arguments, owned by the table
 */
struct dmtable_line {
	uint64_t start_sectors;
	uint64_t length_sectors;
	char *target;
	char *params;
};

/**
 * struct dmtable - a table
 * @name: device-mapper name
 * @uuid: device-mapper UUID, or ""
 * @lines: @nr targets in order
 * @nr: how many
 */
struct dmtable {
	char name[128];
	char uuid[129];
	struct dmtable_line *lines;
	size_t nr;
};

/**
 * dmtable_read - ask the kernel for a live table
 * @dev: the device-mapper device
 * @table: out: the table, to be released with dmtable_free() also after a failure
 *
 * Keys of targets such as crypt are not asked for: the kernel writes zeros or a marker in their
 * place. Context: prints nothing; sets libdevmapper's log function for the time of the call.
 * Return: 0; -ENXIO no such device; -ENOMEM; or -errno of the device-mapper ioctl.
 */
int dmtable_read(dev_t dev, struct dmtable *table);

/**
 * dmtable_status - ask the targets of a live table for their status
 * @dev: the device-mapper device
 * @table: out: as dmtable_read(), the status lines in place of the arguments
 *
 * No target is made to write anything for it. Context, Return: as dmtable_read().
 */
int dmtable_status(dev_t dev, struct dmtable *table);

/**
 * dmtable_message - send a message to a target
 * @dev: the device-mapper device
 * @sector: a sector of the target
 * @message: the message
 *
 * Context: as dmtable_read(). Return: 0, -ENOMEM, or -errno of the target.
 */
int dmtable_message(dev_t dev, uint64_t sector, const char *message);

/** dmtable_free - release the lines; @table is empty afterwards */
void dmtable_free(struct dmtable *table);

#endif /* BLKI_DMTABLE_H */
