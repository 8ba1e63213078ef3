/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Refuses an acceptor whose bios would come back to the origin's hook for ever.
 *
 * control.c asks before it attaches a remap. The stack below the acceptor is walked through sysfs
 * and through the remaps that exist; a blki-linear device has no sysfs slave because it does not
 * claim, and lies below the hook, so it ends the walk.
 */
#ifndef BLKI_LOOP_H
#define BLKI_LOOP_H

#include <stddef.h>
#include <sys/types.h>

#include "tools/libblki/handle.h"

/**
 * loop_check - would the acceptor send bios to the origin above the hook
 * @h: a handle; its sentence names the stack when there is a loop
 * @origin: device number of the origin
 * @acceptor: device number of the acceptor
 * @entries: the interposers that exist, for their remaps
 * @nr: how many
 *
 * Return: 0 no loop; -ELOOP; -E2BIG the stack is too large to be followed.
 */
int loop_check(struct blki *h, dev_t origin, dev_t acceptor, const struct blki_entry *entries,
	       size_t nr);

#endif /* BLKI_LOOP_H */
