/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A bio changes its device, and with it the blkg: the cgroup's entry of the queue, which every bio holds a
 * reference on. Inline, because it is the path of every remapped bio; blkg.c says where the counters are.
 *
 * The counts change with preemption off in place of the rcu_read_lock() of percpu_ref_get() and _put(). It keeps
 * off the same thing: the switch to atomic mode waits (call_rcu()) for regions of either kind. A counter that is
 * being switched, or is atomic, takes the stock way.
 */
#ifndef BLKI_BLKG_H
#define BLKI_BLKG_H

#include <linux/bio.h>
#include <linux/blk-cgroup.h>
#include <linux/blkdev.h>
#include <linux/cgroup.h>
#include <linux/percpu-refcount.h>

/**
 * struct blki_blkg - the root cgroup's blkg of a queue
 * @blkg: the blkg; the disk's until it is released, so valid while one of its bdevs is open
 * @ref: counts the references on @blkg; one that is never quick when @blkg's own is not known
 */
struct blki_blkg {
	struct blkcg_gq *blkg;
	struct percpu_ref *ref;
};

/**
 * struct blki_blkg_move - the root cgroup's way from one queue to another
 * @from: on the one
 * @to: on the other
 */
struct blki_blkg_move {
	struct blki_blkg from;
	struct blki_blkg to;
};

void blki_blkg_find(struct blki_blkg *root, struct block_device *bdev);
void blki_blkg_ignore(struct blki_blkg *root);

/**
 * blki_ref_exchange - give one reference back for another
 * @from: a counter that the caller holds a reference of
 * @to: a counter that is not dead
 *
 * Context: any. Return: false: neither is changed.
 */
static __always_inline bool blki_ref_exchange(struct percpu_ref *from, struct percpu_ref *to)
{
	unsigned long from_ptr, to_ptr;
	bool quick;

	preempt_disable();
	from_ptr = READ_ONCE(from->percpu_count_ptr);
	to_ptr = READ_ONCE(to->percpu_count_ptr);
	quick = likely(!((from_ptr | to_ptr) & __PERCPU_REF_ATOMIC_DEAD));
	if (quick) {
		this_cpu_inc(*(unsigned long __percpu *)to_ptr);
		this_cpu_dec(*(unsigned long __percpu *)from_ptr);
	}
	preempt_enable();
	return quick;
}

static __always_inline void blki_bio_aim_at(struct bio *bio, struct block_device *bdev, bool remapped)
{
	unsigned short flags = bio->bi_flags & ~(1U << BIO_BPS_THROTTLED);

	bio->bi_flags = remapped ? flags | 1U << BIO_REMAPPED : flags & ~(1U << BIO_REMAPPED);
	bio->bi_bdev = bdev;
}

/**
 * blki_bio_set_dev - bio_set_dev() for a bio that changes its queue
 * @bio: the bio
 * @bdev: where it is to go
 * @remapped: its sector is absolute on @bdev's disk
 * @move: from the queue that it is on to @bdev's
 *
 * bio_associate_blkg() takes three RCU sections and looks up a cgroup. A bio on the old queue's root blkg
 * belongs to the root cgroup, so it goes to the new queue's, and two counters are all that changes. Every
 * other bio takes the stock way.
 *
 * Context: any. Source: bio_set_dev() of 6.12.
 */
static __always_inline void blki_bio_set_dev(struct bio *bio, struct block_device *bdev,
					     bool remapped, const struct blki_blkg_move *move)
{
	blki_bio_aim_at(bio, bdev, remapped);
	if (likely(bio->bi_blkg == move->from.blkg &&
		   blki_ref_exchange(move->from.ref, move->to.ref)))
		bio->bi_blkg = move->to.blkg;
	else
		bio_associate_blkg(bio);
}

/* A reference for the submitter, if he is in the root cgroup: no kernel thread, which may act for another one */
static __always_inline bool blki_blkg_take(const struct blki_blkg *root)
{
	unsigned long ptr;
	bool quick;

	preempt_disable();
	ptr = READ_ONCE(root->ref->percpu_count_ptr);
	quick = likely(!(ptr & __PERCPU_REF_ATOMIC_DEAD) && !(current->flags & PF_KTHREAD) &&
		       task_css_check(current, io_cgrp_id, true) == blkcg_root_css);
	if (quick)
		this_cpu_inc(*(unsigned long __percpu *)ptr);
	preempt_enable();
	return quick;
}

/**
 * blki_bio_set_first_dev - bio_set_dev() for a clone of device-mapper's, which has no blkg yet
 * @bio: the clone
 * @bdev: where it is to go
 * @root: of @bdev's queue
 *
 * Its sector is absolute on @bdev's disk. bio_associate_blkg() gives it the submitter's blkg, and so does this
 * where that is the root's.
 *
 * Context: any. Return: false: bio_associate_blkg() is still to be called. Source: bio_set_dev() and
 * blkcg_css() of 6.12.
 */
static __always_inline bool blki_bio_set_first_dev(struct bio *bio, struct block_device *bdev,
						   const struct blki_blkg *root)
{
	blki_bio_aim_at(bio, bdev, true);
	if (unlikely(bio->bi_blkg || !blki_blkg_take(root)))
		return false;
	bio->bi_blkg = root->blkg;
	return true;
}

#endif /* BLKI_BLKG_H */
