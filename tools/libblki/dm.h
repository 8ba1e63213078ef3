/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Making device-mapper devices with what the dmsetup front-end can ask for beyond <blki.h>.
 *
 * blki_dm_create() and the front-end both end in dm_create(). Private to tools/.
 */
#ifndef BLKI_DM_H
#define BLKI_DM_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/libblki/handle.h"

/**
 * struct dm_request - a device to make, or to load a table into
 * @name: device-mapper name
 * @uuid: device-mapper UUID, or NULL for none
 * @table: see blki_dm_create()
 * @read_only: the device refuses writes
 */
struct dm_request {
	const char *name;
	const char *uuid;
	const char *table;
	bool read_only;
};

/**
 * dm_create - make a device-mapper device
 * @h: a handle; its sentence is set on failure
 * @request: what to make
 * @node: out: path of its node, which exists when this returns
 * @node_bytes: room at @node
 *
 * Context: waits for udev, where it runs, at most UDEV_WAIT_MS of dm.c.
 * Return: as blki_dm_create().
 */
int dm_create(struct blki *h, const struct dm_request *request, char *node, size_t node_bytes);

/**
 * dm_load - load a table into the inactive slot of a device, as dmsetup load does
 * @h: a handle; its sentence is set on failure
 * @request: the device, which exists, and its table; @uuid must be NULL
 *
 * Return: 0; -EINVAL the table is not understood; or -errno of the kernel.
 */
int dm_load(struct blki *h, const struct dm_request *request);

#endif /* BLKI_DM_H */
