// SPDX-License-Identifier: GPL-2.0
/*
 * The filter that passes every bio: the cost of being interposed and nothing else.
 *
 * The benchmark's arm "pass" measures it, and an attach of it shows who does I/O on a device. It has no ->submit:
 * the counters are all it needs. Table: none.
 */
#include <linux/module.h>

#include "blki.h"

const struct blki_filter_ops blki_filter_null = {
	.name = "null",
	.altitude = 1000,
	.owner = THIS_MODULE,
};
