/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A detach with what the kernel can not see: snapshots that need the acceptor, data that it keeps back.
 *
 * remap.c and control.c -> [this] -> control.c, clean.c, dmtable.c. Private to tools/libblki.
 */
#ifndef BLKI_DETACH_H
#define BLKI_DETACH_H

#include "tools/libblki/handle.h"

/**
 * detach_entry - take an interposer off, when nothing is lost by it
 * @h: a handle, connected; its sentence is set on failure
 * @e: the interposer
 * @opts: choices, or NULL; BLKI_DETACH_CLEAN leaves both questions to the caller, BLKI_DETACH_HOLD and
 *	BLKI_DETACH_RESUME are steps that the caller does himself
 * @object: what the user called it
 *
 * A snapshot-origin acceptor with live snapshots is refused. A stateful acceptor is made clean: first while
 * its origin is in use, then with the origin's bios held, so that it stays clean until it is off; the memory
 * of this process is locked meanwhile, because it may be on the origin. Any failure lets the bios go on.
 *
 * Return: 0; -EBUSY snapshots exist; as clean_acceptor(); or -errno as listed at struct blki_detach.
 */
int detach_entry(struct blki *h, const struct blki_entry *e, const struct blki_detach_opts *opts,
		 const char *object);

#endif /* BLKI_DETACH_H */
