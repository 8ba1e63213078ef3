/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel interface of filters: code that sees the original bios of an interposed block device.
 *
 * hook -> chain -> filter (this contract) -> next filter | acceptor | driver. A filter registers one ops
 * table; every attach of it to an origin makes one struct blki_filter.
 */
#ifndef BLKI_FILTER_H
#define BLKI_FILTER_H

#include <linux/bio.h>
#include <linux/types.h>

struct blki_filter;
struct blki_say;
struct module;

/**
 * enum blki_verdict - what a filter says of a bio
 * @BLKI_PASS: it goes on to the next lower altitude; the filter must not touch it any more
 * @BLKI_COMPLETE: the filter is done with it and has set bio->bi_status (and filled the pages of a read
 *	that it calls BLK_STS_OK); the core ends it, exactly once, when ->submit returned
 */
enum blki_verdict {
	BLKI_PASS,
	BLKI_COMPLETE,
};

/**
 * struct blki_filter_ops - one kind of filter
 * @name: shorter than BLKI_NAME_MAX, unique among the registered filters. Required.
 * @altitude: its place in a chain unless the attach names another, highest first, not 0. Required.
 * @owner: module of the code; pinned while an instance is attached. Required.
 * @attach: prepare an instance, before it sees its first bio. May sleep; no queue is frozen. Returns 0 or
 *	-errno, with the reason in @say (blki_say()). Optional.
 * @detach: release what @attach made, after the last bio has left @submit. May sleep. Optional.
 * @submit: judge one bio. Called in the submitter's context, under the origin's queue reference unless the
 *	hook is "ftrace": must not sleep, must not enter any request queue, must not submit any bio, not
 *	to another disk either: that would go before the one that is judged. The bio is whole (not yet split to
 *	the origin's limits) and has been throttled. Optional: without it the filter passes every bio and only
 *	counts.
 */
struct blki_filter_ops {
	const char *name;
	u32 altitude;
	struct module *owner;
	int (*attach)(struct blki_filter *filter, struct blki_say *say);
	void (*detach)(struct blki_filter *filter);
	enum blki_verdict (*submit)(struct blki_filter *filter, struct bio *bio);
};

/**
 * struct blki_filter - one filter on one origin
 * @ops: its kind
 * @bdev: the origin; valid from ->attach to the end of ->detach
 * @private: belongs to the filter
 */
struct blki_filter {
	const struct blki_filter_ops *ops;
	struct block_device *bdev;
	void *private;
};

/**
 * blki_bio_sector - first sector of a bio relative to the origin
 * @filter: the filter that was given the bio
 * @bio: the bio, not yet passed
 *
 * At the hook the sector of a bio with data is absolute on the disk; that of an empty flush was never
 * shifted (blk_partition_remap() of 6.12).
 *
 * Context: any. Return: 512-byte sectors from the start of the origin.
 */
sector_t blki_bio_sector(const struct blki_filter *filter, const struct bio *bio);

/**
 * blki_filter_register - make a kind of filter known
 * @ops: its table, which must stay until blki_filter_unregister()
 *
 * Context: may sleep. Return: 0; -EINVAL a required member is missing; -EEXIST the name is taken.
 */
int blki_filter_register(const struct blki_filter_ops *ops);

/**
 * blki_filter_unregister - forget a kind of filter
 * @ops: a registered table; no instance is attached any more, because each pins @ops->owner
 *
 * Context: may sleep.
 */
void blki_filter_unregister(const struct blki_filter_ops *ops);

/**
 * blki_say - leave the sentence that the user reads when a call fails
 * @say: where to; NULL is allowed
 * @fmt: object, cause and remedy, no newline
 *
 * Context: any. The first sentence wins.
 */
__printf(2, 3) void blki_say(struct blki_say *say, const char *fmt, ...);

#endif /* BLKI_FILTER_H */
