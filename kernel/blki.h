/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The module's own types: what stands between a submitter and the driver of an interposed block device.
 *
 *   submit_bio -> disk->fops->submit_bio (hook_*.c) -> filters (chain.c) -> remap.c, native.c -> acceptor
 *                                                                     \-> driver (hook_*.c)
 *
 * Who holds what:
 *   blki_interposer  one attached filter or remap; owned by its origin's chain
 *   blki_origin      one interposed bdev; holds it open, so that it can be neither freed nor repartitioned
 *   blki_disk,       the hook of one gendisk and the copy of a bdev: what the block layer may still look
 *   blki_shadow      at after everything above is gone; immortal, found again by the next attach
 *
 * What a bio in the hook may look at (chain, mode, disk table) only changes while the origin's queue is
 * frozen, or as hook.c proves for the single case. The reference that every ->submit_bio call holds on the
 * queue is thus the read lock of this module, and a freeze is its grace period. hook_ftrace.c, which takes no
 * remap, has neither, and says how it does without.
 */
#ifndef BLKI_H
#define BLKI_H

#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/list.h>
#include <linux/mempool.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include <blki/filter.h>
#include <linux/blki.h>

#include "blkg.h"
#include "compat.h"

/* 16: far above any sensible chain; bounds what a bio can meet */
#define BLKI_CHAIN_MAX	16

/* the partition number is the low byte of a bdev's flags, so this is every partition a disk can have */
#define BLKI_PARTS_MAX	(BD_PARTNO + 1)

/**
 * struct blki_say - the sentence that explains a failed call
 * @text: NUL-terminated, empty until somebody speaks
 */
struct blki_say {
	char text[BLKI_MSG_MAX];
};

/**
 * struct blki_stats - per-CPU counters of an interposer; only sums over all CPUs mean anything
 * @seen: kinds remap and native: bios that got a context
 * @bytes: their bytes
 * @missed: bios that a higher filter ended; not counted for kind remap
 * @missed_bytes: their bytes
 * @completed: bios that a filter ended
 * @done: bios that came back from the acceptor; @seen - @done are in flight there
 * @loops: bios that had been here too often
 */
struct blki_stats {
	unsigned long seen;
	unsigned long bytes;
	unsigned long missed;
	unsigned long missed_bytes;
	unsigned long completed;
	unsigned long done;
	unsigned long loops;
};

/**
 * struct blki_visits - per-CPU count of the bios in an origin's hook; only sums over all CPUs mean anything
 * @in: bios that arrived
 * @out: visits that ended, of a hook that drops the queue reference: nobody is inside when it equals @in
 * @bytes: bytes of @in
 * @rests: of @in, parts of bios that had been here as a whole
 * @rest_bytes: bytes of @rests
 * @split_in: bios that the hook "list" went to split, and may have slept for
 * @split_out: of those, it is done with
 */
struct blki_visits {
	unsigned long in;
	unsigned long out;
	unsigned long bytes;
	unsigned long rests;
	unsigned long rest_bytes;
	unsigned long split_in;
	unsigned long split_out;
};

/**
 * struct blki_remap - the acceptor of a remap
 * @devt: the device that the user named
 * @bdev: where the bios go, once opened
 * @file: its open file, claimed by the interposer, so that nobody removes, mounts or claims the acceptor
 * @ctx: one struct blki_ctx per bio in flight in the acceptor
 * @nr_punted: bios that took the workqueue for want of memory
 * @offset_sectors: kind native: where the origin's sector 0 is on @bdev; otherwise 0
 * @rel_sectors: from a sector of the origin's disk to one of @bdev
 * @near: kind native: @bdev is on the origin's own disk, whose queue does not split at fixed sectors
 * @class: enum blki_class
 * @move: the root cgroup's way from the origin's queue to @bdev's; with the hooks list and wrap, which stand on
 *	exported interfaces alone, no bio takes it
 */
struct blki_remap {
	dev_t devt;
	struct block_device *bdev;
	struct file *file;
	mempool_t ctx;
	atomic_long_t nr_punted;
	sector_t offset_sectors;
	sector_t rel_sectors;
	bool near;
	enum blki_class class;
	struct blki_blkg_move move;
};

/**
 * struct blki_whole - I/Os of a disk that belong to none of its partitions
 * @nr_ios: reads, writes and discards, modulo 2^64
 * @parts: tells whether the partitions are the same as when @nr_ios was taken
 */
struct blki_whole {
	u64 nr_ios;
	u64 parts;
};

/**
 * struct blki_interposer - one filter or remap on one origin
 * @stats: per-CPU counters
 * @submit: kind filter: its ops->submit, one load nearer; NULL it passes every bio
 * @next: kind filter: the next lower one of the chain, or NULL
 * @next_judge: kind filter: the next lower one that has a @submit, or NULL
 * @base_in: whole bios that the origin had seen before it joined
 * @base_bytes: their bytes
 * @filter: kind filter: what @submit gets
 * @origin: where it sits
 * @id: names it to userspace
 * @kind: filter or remap
 * @altitude: place in the chain; 0 for a remap
 * @remap: kind remap: the acceptor
 * @flags: BLKI_ATTACH_* of the attach
 * @since_ns: CLOCK_REALTIME of the attach
 * @pause_ns: how long the origin's queue stood still for the attach
 * @whole: what had gone to the whole disk by then
 * @claimed: a claim of the origin is being made, from blki_switch_begin() to blki_switch_end()
 */
struct blki_interposer {
	struct blki_stats __percpu *stats;
	enum blki_verdict (*submit)(struct blki_filter *filter, struct bio *bio);
	struct blki_interposer *next;
	struct blki_interposer *next_judge;
	unsigned long base_in;
	unsigned long base_bytes;
	struct blki_filter filter;
	struct blki_origin *origin;
	u64 id;
	enum blki_kind kind;
	u32 altitude;
	struct blki_remap remap;
	u32 flags;
	u64 since_ns;
	u64 pause_ns;
	struct blki_whole whole;
	bool claimed;
};

/**
 * enum blki_mode - what happens to a bio that every filter passed
 * @BLKI_MODE_PASS: on to the driver; 0, because the hot path tests it
 * @BLKI_MODE_PASS_WHOLE: the same for a whole disk on the list hook, which needs more done (hook.c)
 * @BLKI_MODE_FOREIGN: of blki_foreign alone: the bdev is no origin
 * @BLKI_MODE_NEAR: itself to a native acceptor on the same queue
 * @BLKI_MODE_NATIVE: itself to any other native acceptor
 * @BLKI_MODE_REMAP: to the acceptor, with a context
 * @BLKI_MODE_HOLD: kept back, a remap is being detached
 */
enum blki_mode {
	BLKI_MODE_PASS,
	BLKI_MODE_PASS_WHOLE,
	BLKI_MODE_FOREIGN,
	BLKI_MODE_NEAR,
	BLKI_MODE_NATIVE,
	BLKI_MODE_REMAP,
	BLKI_MODE_HOLD,
};

/**
 * enum blki_way - where a bio goes after the chain
 * @BLKI_WAY_GONE: nowhere: a filter has ended it, or remap.c owns it
 * @BLKI_WAY_DRIVER: to the origin's driver
 * @BLKI_WAY_ACCEPTOR: to the bio-based acceptor that it is aimed at
 * @BLKI_WAY_AIMED: to the driver of the bdev that native.c has aimed it at, absolute and marked so
 */
enum blki_way {
	BLKI_WAY_GONE,
	BLKI_WAY_DRIVER,
	BLKI_WAY_ACCEPTOR,
	BLKI_WAY_AIMED,
};

/**
 * struct blki_hook_ops - one way to catch the bios of a bdev
 * @name: for messages
 * @id: for userspace
 * @mq: it serves blk-mq devices; otherwise bio-based ones
 * @drops: it lets go of the queue reference, and so counts visits out
 * @filters_only: it can be switched off from outside, so no remap may depend on it
 * @unusable: why it can not be used on this kernel, or NULL. Optional.
 * @is_on: do bios arrive, or has it been switched off? Any context. Required with @filters_only.
 * @submit: the disk's ->submit_bio while any bdev of it is hooked. Optional, without it there is none.
 * @arm: make the bios of an origin arrive, its chain still empty; returns when no submitter is left that had
 *	decided to go straight to the driver and has not entered the queue. May sleep. Returns 0 or -errno,
 *	with the reason in @say, and nothing is armed. Optional.
 * @unarm: undo @arm when nothing came of the attach: the chain is empty, the queue not frozen. May sleep.
 *	Required with @arm.
 * @arm_frozen: what of it needs the origin's queue frozen. Optional.
 * @disarm_frozen: stop it; the origin's queue is frozen, its chain empty. Required.
 * @quiesce: after the unfreeze: returns when no submitter is inside or on its way into @submit for the
 *	origin. May sleep. Optional: @disarm_frozen has seen to it.
 * @emptied: returns when no bio is in what was taken out of a chain. May sleep. Optional: the freeze of the
 *	queue has seen to it.
 */
struct blki_hook_ops {
	const char *name;
	enum blki_hook id;
	bool mq;
	bool drops;
	bool filters_only;
	const char *(*unusable)(void);
	bool (*is_on)(void);
	void (*submit)(struct bio *bio);
	int (*arm)(struct blki_origin *origin, struct blki_say *say);
	void (*unarm)(struct blki_origin *origin);
	void (*arm_frozen)(struct blki_origin *origin);
	void (*disarm_frozen)(struct blki_origin *origin);
	void (*quiesce)(struct blki_origin *origin);
	void (*emptied)(void);
};

/**
 * struct blki_disk - the hook of one gendisk; immortal
 * @ops: what the disk runs with while hooked: a copy of the driver's operations, but for ->submit_bio
 * @origin: by partition number, &blki_foreign where there is none; written under @lock
 * @orig: the driver's operations; valid while hooked
 * @hook: how it is hooked, the same for every origin on it; chosen when @users leaves 0
 * @gd: the disk it was made for
 * @diskseq: of @gd, which tells a recycled address apart
 * @lock: pairs @origin with the bdevs' BD_HAS_SUBMIT_BIO flags
 * @install: serialises hooking and unhooking of its origins
 * @nr_hooked: entries in @origin, under @install
 * @users: origins that hold it, under the lock of origin.c's registry
 * @node: all of them, under the lock of shadow.c
 */
struct blki_disk {
	struct block_device_operations ops;
	struct blki_origin *origin[BLKI_PARTS_MAX];
	const struct block_device_operations *orig;
	const struct blki_hook_ops *hook;
	struct gendisk *gd;
	u64 diskseq;
	spinlock_t lock;
	struct mutex install;
	unsigned int nr_hooked;
	unsigned int users;
	struct list_head node;
};

/**
 * struct blki_origin - one interposed block device
 * @bdev: the device; what its bios are recognised by
 * @shadow: its copy, on which a passed bio goes on
 * @queue_ref: the queue's usage counter, which every caller of ->submit_bio holds
 * @mode: what follows the filters; changes under @hold_lock, and away from passing also frozen
 * @pass_mode: what @mode is without a remap
 * @visits: the bios that came here
 * @judges: the highest of @filters with a ->submit, or NULL: those that a bio meets; the others count by
 *	@visits alone
 * @nr_filters: filters in @filters
 * @filters: by altitude, highest first, or NULL; changes frozen, and under @hold_lock for the status
 * @remap: the remap while @mode is REMAP or HOLD; changes as @filters does
 * @native: the acceptor of a native remap, from its preparation to its end; under the registry's lock
 * @disk: the hook
 * @file: keeps @bdev open, for reading, with no holder
 * @hold_lock: covers @held, @nr_held, @forwarding and changes of @mode
 * @held: bios kept back, in order of arrival
 * @nr_held: bios in @held
 * @forwarding: @forward is sending some of @held on
 * @forward: sends @held on, outside any submitter
 * @wq: runs @forward; its own rescuer, so that it moves on when memory does not
 * @busy: an attach or detach is under way; under the registry's lock
 * @node: all of them, under the registry's lock
 */
struct blki_origin {
	struct block_device *bdev;
	struct block_device *shadow;
	struct percpu_ref *queue_ref;
	enum blki_mode mode;
	enum blki_mode pass_mode;
	struct blki_visits __percpu *visits;
	struct blki_interposer *judges;
	unsigned int nr_filters;
	struct blki_interposer *filters;
	struct blki_interposer *remap;
	struct block_device *native;
	struct blki_disk *disk;
	struct file *file;
	spinlock_t hold_lock;
	struct bio_list held;
	unsigned int nr_held;
	bool forwarding;
	struct work_struct forward;
	struct workqueue_struct *wq;
	bool busy;
	struct list_head node;
};

/* hook.c */
extern struct blki_origin blki_foreign;
enum blki_way blki_chain_run(struct blki_origin *origin, struct bio *bio);
enum blki_way blki_chain_end(struct blki_origin *origin, struct bio *bio);
void blki_hook_pass_on(struct blki_origin *origin, struct bio *bio);
void blki_stamp_sync(struct blki_origin *origin);
int blki_queue_freeze(struct request_queue *q, unsigned int timeout_ms);
void blki_queue_unfreeze(struct request_queue *q);
bool blki_queue_await(struct gendisk *gd, unsigned int timeout_ms);
int blki_submitters_sync(struct gendisk *gd, unsigned int timeout_ms);
void blki_fops_install(struct blki_disk *disk);
void blki_fops_restore(struct blki_disk *disk);
void blki_slot_set(struct blki_disk *disk, struct blki_origin *origin, bool flag);
void blki_slot_clear(struct blki_disk *disk, struct blki_origin *origin);
const char *blki_hook_name(enum blki_hook id);
const struct blki_hook_ops *blki_hook_find(struct block_device *bdev, enum blki_hook wanted,
					   struct blki_say *say);

/* tasks.c */
void blki_tasks_sync(void);
void blki_tasks_submit_sync(void);
void blki_tasks_exit(void);

/* hook_list.c, hook_fast.c, hook_wrap.c, hook_ftrace.c */
extern const struct blki_hook_ops blki_hook_list, blki_hook_fast, blki_hook_wrap, blki_hook_ftrace;
int blki_flag_arm(struct blki_origin *origin, struct blki_say *say);
void blki_flag_unarm(struct blki_origin *origin);
void blki_flag_disarm_frozen(struct blki_origin *origin);
void blki_flag_quiesce(struct blki_origin *origin);
bool blki_flag_visited(struct blki_origin *origin);
void blki_hook_fast_init(void);
void blki_hook_ftrace_init(void);

/* chain.c */
int blki_chain_check(struct blki_origin *origin, struct blki_interposer *ip, struct blki_say *say);
void blki_chain_insert_frozen(struct blki_origin *origin, struct blki_interposer *ip);
void blki_chain_remove_frozen(struct blki_origin *origin, struct blki_interposer *ip);
bool blki_chain_empty(struct blki_origin *origin);
unsigned long blki_percpu_sum(const void __percpu *counter);
unsigned long blki_chain_seen(struct blki_interposer *ip);
unsigned long blki_chain_bytes(struct blki_interposer *ip);

/** blki_stat - one counter of an interposer, summed over the CPUs; Context: any */
#define blki_stat(ip, member)	blki_percpu_sum(&(ip)->stats->member)
/** blki_visit - one counter of an origin, summed over the CPUs; Context: any */
#define blki_visit(origin, member)	blki_percpu_sum(&(origin)->visits->member)

/* filter.c */
int blki_filter_get(struct blki_interposer *ip, const char *name, struct blki_say *say);
void blki_filter_put(struct blki_interposer *ip);
extern const struct blki_filter_ops blki_filter_null;

/* remap.c */
int blki_remap_init(void);
void blki_remap_exit(void);
int blki_remap_open(struct blki_interposer *ip, struct blki_say *say);
void blki_remap_close(struct blki_interposer *ip);
enum blki_way blki_remap_submit(struct blki_origin *origin, struct bio *bio);
void blki_remap_forward_work(struct work_struct *work);
int blki_remap_drain(struct blki_interposer *ip, unsigned int timeout_ms, struct blki_say *say);
void blki_remap_resume(struct blki_interposer *ip);
enum blki_mode blki_remap_mode(const struct blki_interposer *ip);

/* native.c */
enum blki_way blki_native_submit(struct blki_origin *origin, struct bio *bio);
int blki_native_check(struct blki_origin *origin, struct blki_interposer *ip, struct blki_say *say);
int blki_native_drain(struct blki_interposer *ip, unsigned int timeout_ms);

/* whole.c */
struct blki_whole blki_whole_take(struct block_device *bdev);
u64 blki_whole_since(struct block_device *bdev, const struct blki_whole *then);

/* shadow.c */
struct block_device *blki_shadow_get(struct block_device *bdev);
struct blki_disk *blki_disk_get(struct gendisk *gd);

/* origin.c */
struct blki_interposer *blki_interposer_alloc(enum blki_kind kind, u32 altitude);
void blki_interposer_free(struct blki_interposer *ip);
struct blki_origin *blki_origin_alloc(dev_t devt, struct blki_say *say);
void blki_origin_free(struct blki_origin *origin);
struct blki_origin *blki_origin_claim(struct blki_origin **fresh, enum blki_hook wanted,
				      struct blki_say *say);
struct blki_interposer *blki_origin_claim_id(u64 id, struct blki_say *say);
struct blki_interposer *blki_origin_find_id(u64 id);
void blki_origin_unclaim(struct blki_origin *origin);
u64 blki_origin_publish(struct blki_interposer *ip);
void blki_origin_forget(struct blki_origin *origin);
int blki_origin_aim(struct blki_origin *origin, struct block_device *bdev, struct blki_say *say);
unsigned int blki_list(struct blki_entry *entries, unsigned int room);

/* attach.c */
int blki_attach(struct blki_interposer *ip, dev_t devt, const struct blki_attach *args, u64 *id,
		u64 *pause_ns, struct blki_say *say);

void blki_dismiss(struct blki_interposer *ip);
int blki_switch_begin(struct blki_interposer *ip, bool freeze_fs, struct blki_say *say);
void blki_switch_end(struct blki_interposer *ip, bool freeze_fs);

/* detach.c */
int blki_detach(struct blki_detach *args, struct blki_say *say);
int blki_hold(const struct blki_detach *args, struct blki_say *say);
int blki_hold_finish(struct blki_detach *args, struct blki_say *say);
void blki_hold_resume(u64 id);

/* linear.c */
int blki_linear_init(void);
void blki_linear_exit(void);

/* alias_list.c */
int blki_alias_init(void);
void blki_alias_exit(void);
int blki_alias_add(dev_t devt, struct blki_alias *args, struct blki_say *say);
int blki_alias_del(dev_t devt, struct blki_alias *args, struct blki_say *say);
unsigned int blki_alias_list(struct blki_alias_entry *entries, unsigned int room);

/* ctl.c */
int blki_ctl_init(void);
void blki_ctl_exit(void);
struct kobject *blki_ctl_kobj(void);

/* event.c */
void blki_event(const char *what, const struct blki_interposer *ip);
void blki_event_alias(const char *what, struct block_device *origin, const char *name);

#include "trace.h"

#endif /* BLKI_H */
