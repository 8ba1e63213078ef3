/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The class of an acceptor: what becomes of the bytes that the origin would have got.
 *
 * remap.c -> [this] -> dmtable.c, sysfs.c. From the live table of the acceptor, walked down along the device
 * that carries the data to the bottom:
 *
 *   identity      linear, blki-linear, delay, flakey and dust at the same offset, striped with one stripe, too;
 *                 snapshot-origin, era and log-writes; mirror with the origin as its first leg; cache in
 *                 writethrough or passthrough mode
 *   stateful      writecache; cache in writeback mode; clone onto the origin
 *   transforming  every other target, known or not; and any stack that does not end on the origin, or ends at
 *                 another offset
 *
 * snapshot-merge is transforming: it exchanges the bytes under whoever has the origin mounted.
 */
#ifndef BLKI_CLASS_H
#define BLKI_CLASS_H

#include <sys/types.h>

#include <linux/blki.h>

#include "tools/libblki/dmtable.h"

/** CLASS_WHY_BYTES - room for the reason */
#define CLASS_WHY_BYTES	256

/**
 * struct class_source - where tables come from
 * @sysfs: mount point of sysfs
 * @read: dmtable_read(), or a made-up one
 */
struct class_source {
	const char *sysfs;
	int (*read)(dev_t dev, struct dmtable *table);
};

/**
 * struct class_answer - what was found
 * @class: the class
 * @why: for BLKI_CLASS_TRANSFORMING: a clause that says what makes it so; otherwise ""
 */
struct class_answer {
	enum blki_class class;
	char why[CLASS_WHY_BYTES];
};

/**
 * class_find - the class of an acceptor for an origin
 * @source: where to look
 * @origin: the origin
 * @acceptor: the acceptor; one that is no device-mapper device is transforming
 * @answer: out: the class
 */
void class_find(const struct class_source *source, dev_t origin, dev_t acceptor,
		struct class_answer *answer);

#endif /* BLKI_CLASS_H */
