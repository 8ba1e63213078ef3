/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Aliases for callers within libblki: devices known by their numbers.
 *
 * blki_alias_add() and dm.c, which replaces the devices of a noexcl line, both end here. Private to
 * tools/.
 */
#ifndef BLKI_LIB_ALIAS_H
#define BLKI_LIB_ALIAS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "tools/libblki/handle.h"

/**
 * alias_node - a path of a device below /dev, without opening it
 * @h: a handle
 * @given: what the user called it, preferred when it is a path of it; or ""
 * @dev: its number
 * @path: out: the path
 *
 * Return: 0, or -ENOENT when it has none.
 */
int alias_node(const struct blki *h, const char *given, dev_t dev, char path[PATH_MAX]);

/**
 * alias_list - blki_alias_list() for callers within a call of <blki.h>
 * @h: a handle whose module is there
 * @entries: out: array to be freed with free(3)
 * @nr: out: entries in it
 *
 * Return: 0 or -errno, the sentence set.
 */
int alias_list(struct blki *h, struct blki_alias_entry **entries, size_t *nr);

/**
 * alias_check_add - would the kernel make an alias of a device, as far as sysfs tells
 * @h: a handle
 * @origin: number of the origin
 * @given: what the user called it
 * @node: out: the path the alias has or would have
 * @node_bytes: room at @node
 *
 * Return: 0; -EOPNOTSUPP it can have none; -ENAMETOOLONG its path does not fit; the sentence set.
 */
int alias_check_add(struct blki *h, dev_t origin, const char *given, char *node, size_t node_bytes);

/**
 * struct alias_made - aliases that one call has made, and takes back when it fails
 * @devs: their numbers, @nr of them
 * @nr: how many
 */
struct alias_made {
	dev_t *devs;
	size_t nr;
};

/**
 * alias_made_end - forget the aliases, or take them back
 * @h: a handle; its sentence stays
 * @made: the aliases
 * @ret: what the call came to; when it failed, those that nobody has taken up meanwhile are removed
 *
 * Return: @ret.
 */
int alias_made_end(struct blki *h, struct alias_made *made, int ret);

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

#endif /* BLKI_LIB_ALIAS_H */
