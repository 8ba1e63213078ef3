/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Making an alias for a device that is known by its number.
 *
 * blki_alias_add() and dm.c, which replaces the devices of a noexcl line, both end here. Private to
 * tools/.
 */
#ifndef BLKI_ALIAS_H
#define BLKI_ALIAS_H

#include <stddef.h>
#include <sys/types.h>

#include "tools/libblki/handle.h"

/**
 * alias_add - make the alias of a device, or find the one there is
 * @h: a handle, connected; its sentence is set on failure
 * @origin: number of the origin
 * @given: what the user called it
 * @alias: out: number of the alias
 * @node: out: path of its node, which exists
 * @node_bytes: room at @node
 *
 * Return: as blki_alias_add().
 */
int alias_add(struct blki *h, dev_t origin, const char *given, dev_t *alias, char *node,
	      size_t node_bytes);

#endif /* BLKI_ALIAS_H */
