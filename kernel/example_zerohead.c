// SPDX-License-Identifier: GPL-2.0
/*
 * blki-zerohead.ko: the smallest useful filter, and the example of docs/filter-guide.md.
 *
 * hook -> chain -> [this]. The first MiB of the origin reads as zeros; all else passes, writes to that MiB too.
 * A module of its own, so it uses nothing but the contract, include/blki/filter.h.
 */
#include <linux/module.h>

#include <blki/filter.h>

/* in 512-byte sectors */
#define HEAD	2048

static enum blki_verdict zero_submit(struct blki_filter *filter, struct bio *bio)
{
	if (bio_op(bio) != REQ_OP_READ || blki_bio_sector(filter, bio) + bio_sectors(bio) > HEAD)
		return BLKI_PASS;
	zero_fill_bio(bio);
	bio->bi_status = BLK_STS_OK;
	return BLKI_COMPLETE;
}

static const struct blki_filter_ops zero_ops = {
	.name = "zerohead",
	.altitude = 2000,
	.owner = THIS_MODULE,
	.submit = zero_submit,
};

static int __init zero_init(void)
{
	return blki_filter_register(&zero_ops);
}

static void __exit zero_exit(void)
{
	blki_filter_unregister(&zero_ops);
}

module_init(zero_init);
module_exit(zero_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A filter for blki: the first MiB of a device reads as zeros");
