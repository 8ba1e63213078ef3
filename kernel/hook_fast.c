// SPDX-License-Identifier: GPL-2.0
/*
 * The hook "fast", for blk-mq: a bio that passes goes to blk_mq_submit_bio() from here.
 *
 * Caught as by hook_list.c, with the same flag. What it saves is a second round of the caller's loop: a
 * plug, a queue entry, a shadow. The bio keeps its bdev, so statistics, inflight and late readers of bi_bdev
 * see the origin.
 *
 * The caller holds a reference on the queue, and blk_mq_submit_bio() enters that queue again. Entering under
 * a reference deadlocks with a freeze that began in between: it waits for the outer one, the inner for it. So
 * the outer reference is dropped around the call, and taken again for the caller to drop. Taking it never
 * waits: a frozen queue may see its count rise from zero and fall again, while all the owner of the
 * reference does is to give it back; who waits for the freeze is woken once more and looks again. The queue
 * itself is there as long as the caller's bdev is open, which he relies on as well.
 *
 * Without the reference a freeze no longer waits for us, so what it protects (the chain, the mode) is read
 * before, and each visit counts itself in and out (struct blki_visits); blki_flag_quiesce() waits for that.
 *
 * blk_mq_submit_bio() is not exported, and sealed: an indirect call faults where indirect branches are
 * tracked. Its address is looked up by a probe that is never armed, and called directly by a static call
 * that is set once, before anybody can be in here.
 */
#include <linux/blk-mq.h>
#include <linux/kallsyms.h>
#include <linux/kprobes.h>
#include <linux/percpu-refcount.h>
#include <linux/static_call.h>

#include "native.h"
#include "remap.h"

static void nowhere(struct bio *bio)
{
	WARN_ON_ONCE(1);
	bio_io_error(bio);
}

DEFINE_STATIC_CALL(blki_mq_submit, nowhere);
bool blki_mq_submit_known __ro_after_init;

/* percpu_ref_put() or percpu_ref_get(), as blki_ref_exchange() does them. A reference that is being switched,
 * or is atomic, takes the stock way.
 */
static __always_inline bool quick_add(struct percpu_ref *ref, long n)
{
	unsigned long ptr;
	bool quick;

	preempt_disable();
	ptr = READ_ONCE(ref->percpu_count_ptr);
	quick = likely(!(ptr & __PERCPU_REF_ATOMIC_DEAD));
	if (quick)
		this_cpu_add(*(unsigned long __percpu *)ptr, n);
	preempt_enable();
	return quick;
}

/* The slow ways are out of line, and reload what they need, so that the quick ones save no register for them */
static noinline void queue_put_slowly(struct percpu_ref *ref)
{
	percpu_ref_put(ref);
}

static noinline void queue_get_slowly(struct percpu_ref *ref)
{
	percpu_ref_get(ref);
}

/* What blk_mq_submit_bio() has split off is at the head of the list, as long as it is the origin's: take it
 * in the same visit, which is a queue entry less for each part, and covers the whole bio with one count.
 * Before each part the mode is looked at again: parts may have slept for a tag, and what has been attached
 * meanwhile gets the rest, through the caller's loop. From a look to the queue entry nobody sleeps, so
 * blki_submitters_sync() covers it.
 */
static noinline void submit_rest(struct blki_origin *origin)
{
	struct bio_list *list = &current->bio_list[0];
	struct block_device *bdev = origin->bdev;
	struct bio *bio;

	while ((bio = bio_list_peek(list)) && bio->bi_bdev == bdev && blki_bio_is_rest(bio) &&
	       data_race(origin->mode) == BLKI_MODE_PASS) {
		bio_list_pop(list);
		static_call(blki_mq_submit)(bio);
	}
}

/* The caller's reference is gone; the bio to the driver it is aimed at, and the visit ends. @whole: no queue
 * splits this bio
 */
static __always_inline void send_unheld(struct blki_origin *origin, struct bio *bio, bool whole)
{
	static_call(blki_mq_submit)(bio);
	if (!whole && unlikely(!bio_list_empty(&current->bio_list[0])))
		submit_rest(origin);
	if (unlikely(!quick_add(origin->queue_ref, 1)))
		queue_get_slowly(origin->queue_ref);
	this_cpu_inc(origin->visits->out);
}

/* The functions that follow a jump take the bio first, which is where the caller has it */
static noinline void send_slowly(struct bio *bio, struct blki_origin *origin)
{
	queue_put_slowly(origin->queue_ref);
	send_unheld(origin, bio, false);
}

static __always_inline void send(struct blki_origin *origin, struct bio *bio, bool whole)
{
	if (likely(quick_add(origin->queue_ref, -1)))
		send_unheld(origin, bio, whole);
	else
		send_slowly(bio, origin);
}

/*
 * The bio to its acceptor, from here in place of a round of the caller's loop, and what the acceptor has made
 * of it for the origin's driver (linear.c aims at the shadow) in the same visit, before the acceptor makes
 * more: the order that the loop keeps. Of references there is one at a time: the origin's is dropped before
 * the acceptor runs, for device-mapper may wait in there for whoever freezes the origin; the acceptor's
 * before a clone enters the origin's queue, the other way round. All else that the acceptor has left on the
 * list, above all the rest of the bio, is the caller's loop's.
 *
 * When either queue is frozen, or the acceptor goes away, the loop does it all. Once it has the bio, the bio may end at
 * any time and the remap be detached: of the acceptor only the queue is touched, up to the put.
 */
static __always_inline void submit_acceptor(struct blki_origin *origin, struct bio *bio)
{
	struct gendisk *gd = bio->bi_bdev->bd_disk;
	struct percpu_ref *ref = &gd->queue->q_usage_counter;
	struct bio_list *list = &current->bio_list[0];

	if (unlikely(blk_queue_pm_only(gd->queue) || !blki_ref_exchange(origin->queue_ref, ref))) {
		bio_list_add(list, bio);
		return;
	}
	READ_ONCE(gd->fops)->submit_bio(bio);
	if (unlikely(!quick_add(ref, -1)))
		queue_put_slowly(ref);
	while ((bio = bio_list_peek(list)) && likely(bio->bi_bdev == origin->shadow)) {
		bio_list_pop(list);
		static_call(blki_mq_submit)(bio);
	}
	if (unlikely(!quick_add(origin->queue_ref, 1)))
		queue_get_slowly(origin->queue_ref);
}

static void fast_way(struct blki_origin *origin, struct bio *bio, enum blki_way way)
{
	switch (way) {
	case BLKI_WAY_DRIVER:
		bio_set_flag(bio, BIO_BLKI_SEEN);
		fallthrough;
	case BLKI_WAY_AIMED:
		send(origin, bio, false);
		return;
	case BLKI_WAY_ACCEPTOR:
		submit_acceptor(origin, bio);
		break;
	case BLKI_WAY_GONE:
		break;
	}
	this_cpu_inc(origin->visits->out);
}

/* Mode REMAP, no filters, as short as it gets: blki_remap_submit() and submit_acceptor() in one */
static noinline void fast_remap(struct bio *bio, struct blki_origin *origin)
{
	struct blki_interposer *ip = origin->remap;

	if (unlikely(!blki_remap_ready(ip, bio))) {
		blki_remap_refuse(origin, bio);
	} else {
		blki_remap_aim(ip, bio);
		if (likely(blki_bio_is_plain(bio)))
			submit_acceptor(origin, bio);
		else
			submit_bio_noacct(bio);
	}
	this_cpu_inc(origin->visits->out);
}

/* Modes NEAR and NATIVE, no filters, likewise: the bio is its own, and all that is counted is the visit */
static noinline void fast_native_context(struct bio *bio, struct blki_origin *origin)
{
	fast_way(origin, bio, blki_remap_submit(origin, bio));
}

/* Inline: it needs no register that the pass does not save */
static __always_inline void fast_near(struct bio *bio, struct blki_origin *origin)
{
	if (likely(blki_native_near(origin->remap, bio)))
		send(origin, bio, true);
	else
		fast_native_context(bio, origin);
}

static noinline void fast_native(struct bio *bio, struct blki_origin *origin)
{
	if (likely(blki_native_quick(origin->remap, bio)))
		send(origin, bio, true);
	else
		fast_native_context(bio, origin);
}

static noinline void fast_judge(struct bio *bio, struct blki_origin *origin)
{
	fast_way(origin, bio, blki_chain_run(origin, bio));
}

static noinline void fast_end(struct bio *bio, struct blki_origin *origin)
{
	fast_way(origin, bio, blki_chain_end(origin, bio));
}

static void fast_submit(struct bio *bio)
{
	struct blki_origin *origin = blki_origin_of(bio->bi_bdev);
	enum blki_mode mode;

	if (unlikely(!blki_chain_is_quick(origin, bio))) {
		fast_judge(bio, origin);
		return;
	}
	mode = data_race(origin->mode);
	if (likely(mode == BLKI_MODE_PASS)) {
		bio_set_flag(bio, BIO_BLKI_SEEN);
		send(origin, bio, false);
	} else if (mode == BLKI_MODE_NEAR) {
		fast_near(bio, origin);
	} else if (likely(mode == BLKI_MODE_REMAP)) {
		fast_remap(bio, origin);
	} else if (likely(mode == BLKI_MODE_NATIVE)) {
		fast_native(bio, origin);
	} else {
		fast_end(bio, origin);
	}
}

static const char *fast_unusable(void)
{
	return blki_mq_submit_known ? NULL :
	       "blk_mq_submit_bio() was not found, or is none that this module knows";
}

const struct blki_hook_ops blki_hook_fast = {
	.name = "fast",
	.id = BLKI_HOOK_FAST,
	.mq = true,
	.drops = true,
	.unusable = fast_unusable,
	.submit = fast_submit,
	.arm = blki_flag_arm,
	.unarm = blki_flag_unarm,
	.disarm_frozen = blki_flag_disarm_frozen,
	.quiesce = blki_flag_quiesce,
};

/* A probe's address may lie behind the function's landing pad: ask which function it is in, and how far. */
static unsigned long symbol_address(const char *name)
{
	struct kprobe probe = { .symbol_name = name, .flags = KPROBE_FLAG_DISABLED };
	char text[KSYM_SYMBOL_LEN];
	unsigned long address, offset;
	size_t n = strlen(name);

	if (register_kprobe(&probe))
		return 0;
	address = (unsigned long)probe.addr;
	unregister_kprobe(&probe);
	sprint_symbol(text, address);
	if (strncmp(text, name, n) || sscanf(text + n, "+%lx/", &offset) != 1)
		return 0;
	return address - offset;
}

/**
 * blki_hook_fast_init - find what the fast hook needs; without it the hook is refused by name
 *
 * Context: module start, may sleep.
 */
void __init blki_hook_fast_init(void)
{
	unsigned long address = BLKI_KNOWS_MQ_SUBMIT ? symbol_address("blk_mq_submit_bio") : 0;

	if (!address) {
		pr_info("blki: the hook \"fast\" is not available: blk_mq_submit_bio() of this kernel is not known\n");
		return;
	}
	static_call_update(blki_mq_submit, (void (*)(struct bio *))address);
	blki_mq_submit_known = true;
}
