/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The path of a bio that is aimed at its native acceptor, inline for the hooks; native.c says the rest.
 */
#ifndef BLKI_NATIVE_H
#define BLKI_NATIVE_H

#include "hook.h"

/**
 * blki_native_shift - move a bio to the acceptor's sectors
 * @ip: kind native
 * @bio: a plain bio with data; its sector is absolute on the origin's disk
 *
 * The end is held against the acceptor's real size, as submit_bio_noacct() would: a partition may have been
 * made smaller. One that is made smaller at this moment is to submit_bio_noacct() what it is here: a race.
 *
 * Context: any. Return: true: its sector is absolute on the acceptor's disk, and its bdev is next; false: it
 * is as it was, and would reach beyond the acceptor's end.
 */
static __always_inline bool blki_native_shift(struct blki_interposer *ip, struct bio *bio)
{
	struct block_device *acceptor = ip->remap.bdev;
	sector_t sector = bio->bi_iter.bi_sector + ip->remap.rel_sectors;

	if (unlikely(sector + bio_sectors(bio) > data_race(acceptor->bd_nr_sectors)))
		return false;
	bio->bi_iter.bi_sector = sector + acceptor->bd_start_sect;
	return true;
}

/**
 * blki_native_near - aim a bio at an acceptor on the origin's own queue, if it needs no context
 * @ip: kind native, @near
 * @bio: a bio that every filter passed
 *
 * The blkg is the queue's, and stays. Fixed split points (chunk_sectors) were looked for at the attach; no
 * driver of 6.12 gets any later. Who traces gets a context for every bio: the call would cost the quick way
 * its registers.
 *
 * Context: any. Return: true: it is ready for the driver; false: it is as it was.
 */
static __always_inline bool blki_native_near(struct blki_interposer *ip, struct bio *bio)
{
	struct block_device *acceptor = ip->remap.bdev;

	if (trace_blki_remap_enabled())
		return false;
	if (unlikely(!blki_bio_is_plain(bio) || !blki_bio_is_one_page(bio) ||
		     !blki_native_shift(ip, bio)))
		return false;
	bio->bi_bdev = acceptor;
	bio_set_flag(bio, BIO_REMAPPED);
	return true;
}

/**
 * blki_native_aim - aim a bio at any native acceptor
 * @ip: kind native
 * @bio: a plain bio with data
 *
 * Context: any. Return: as blki_native_near().
 */
static __always_inline bool blki_native_aim(struct blki_interposer *ip, struct bio *bio)
{
	trace_blki_remap(ip, bio);
	if (unlikely(!blki_native_shift(ip, bio)))
		return false;
	blki_bio_set_dev(bio, ip->remap.bdev, true, &ip->remap.move);
	return true;
}

/**
 * blki_native_quick - aim a bio that needs no context
 * @ip: kind native
 * @bio: a bio that every filter passed
 *
 * Context: any. Return: true: it is ready for the acceptor's driver; false: it is as it was, and
 * blki_remap_submit()'s: it may be split, has to be checked, or has no place.
 */
static __always_inline bool blki_native_quick(struct blki_interposer *ip, struct bio *bio)
{
	if (trace_blki_remap_enabled())
		return false;
	if (unlikely(!blki_bio_is_plain(bio) || blki_bio_may_split(bio, ip->remap.bdev) ||
		     !blki_native_shift(ip, bio)))
		return false;
	blki_bio_set_dev(bio, ip->remap.bdev, true, &ip->remap.move);
	return true;
}

#endif /* BLKI_NATIVE_H */
