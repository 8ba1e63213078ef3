/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the acceptors' device-mapper devices are made again.
 *
 * save records the tables of those that are gone after a reboot and that can be made from the
 * table alone, restore makes them. Private to tools/blki.
 */
#ifndef BLKI_RECIPE_H
#define BLKI_RECIPE_H

#include <stdbool.h>

#include "blki.h"
#include "tools/blki/save.h"
#include "tools/blki/stable.h"
#include "tools/libblki/dmtable.h"

/**
 * recipe_can_be_made - is the table all that is needed to make the device again
 * @table: a live table
 *
 * Return: false for targets that keep something anywhere (a key, a cache, a snapshot), and for
 * devices that have an owner who makes them (LVM, cryptsetup, multipath, partitions: told by the
 * UUID).
 */
bool recipe_can_be_made(const struct dmtable *table);

/**
 * recipe_add - record the device and those it stands on, unless they are recorded
 * @source: where names are looked up
 * @read: dmtable_read(), or what stands for it in a test
 * @dev: any block device; one that is no device-mapper device, or can not be made, is passed over
 * @save: in and out
 *
 * Return: 0, or -ENOMEM.
 */
int recipe_add(const struct stable_source *source, int (*read)(dev_t dev, struct dmtable *table),
	       dev_t dev, struct save *save);

/**
 * recipe_table - the table of a recorded device, with the devices that there are now
 * @source: where names are looked up
 * @dm: the record
 * @find_alias: gives the alias of a device; @context is handed to it
 * @context: for @find_alias
 * @text: out: lines for blki_dm_create(), to be freed with free(3)
 * @why: out: when a device is not found: object, cause, remedy
 *
 * Return: 0; as stable_find(); -EINVAL the record names a device it has not; -ENOMEM.
 */
int recipe_table(const struct stable_source *source, const struct save_dm *dm,
		 int (*find_alias)(void *context, dev_t origin, dev_t *alias), void *context,
		 char **text, char why[STABLE_WHY_BYTES]);

#endif /* BLKI_RECIPE_H */
