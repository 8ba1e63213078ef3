// SPDX-License-Identifier: GPL-2.0
/*
 * The filter that passes every bio: the cost of being interposed and nothing else.
 *
 * The benchmark's arm "pass" measures it, and an attach of it shows who does I/O on a device. Table: none.
 */
#include <linux/module.h>

#include "blki.h"

static enum blki_verdict null_submit(struct blki_filter *filter, struct bio *bio)
{
	return BLKI_PASS;
}

const struct blki_filter_ops blki_filter_null = {
	.name = "null",
	.altitude = 1000,
	.owner = THIS_MODULE,
	.submit = null_submit,
};
