/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ioctls of the control device with their failures in words.
 *
 * filter.c and remap.c, which know the devices, stand on it. Private to tools/libblki.
 */
#ifndef BLKI_CONTROL_H
#define BLKI_CONTROL_H

#include <stddef.h>
#include <stdint.h>

#include "tools/libblki/handle.h"

/**
 * control_attach - fill in what every attach has in common, and call the kernel
 * @h: a handle whose module is there
 * @a: kind, files, name and class; all else is filled in here
 * @opts: choices, or NULL; with dry_run the kernel is not called
 * @object: names what is attached to in a sentence of our own
 * @id: out: the interposer; may be NULL
 *
 * Return: 0 or -errno as listed at struct blki_attach, the sentence set.
 */
int control_attach(struct blki *h, struct blki_attach *a, const struct blki_opts *opts,
		   const char *object, uint64_t *id);

/**
 * control_detach - detach an interposer
 * @h: a handle whose module is there
 * @id: the interposer
 * @opts: choices, or NULL; with dry_run the kernel is not called
 * @object: names it in a sentence of our own
 *
 * Return: 0 or -errno as listed at struct blki_detach, the sentence set.
 */
int control_detach(struct blki *h, uint64_t id, const struct blki_detach_opts *opts,
		   const char *object);

/**
 * control_list - blki_list() for callers within a call of <blki.h>
 * @h: a handle whose module is there
 * @entries: out: array to be freed with free(3), or NULL
 * @nr: out: entries in it
 *
 * Return: 0 or -errno, the sentence set.
 */
int control_list(struct blki *h, struct blki_entry **entries, size_t *nr);

#endif /* BLKI_CONTROL_H */
