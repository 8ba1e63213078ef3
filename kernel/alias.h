/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The disk of an alias (alias.c), and the list of all of them (alias_list.c).
 *
 * Locks. change_lock of alias_list.c: adding and removing. list_lock there: the list alone. open_mutex of the
 * alias's disk: openers and @retired. @look_lock: below open_mutex. The limits_lock of the origin's queue is
 * only tried where an open or a worker might wait for it: its owner may be waiting for a disk that hangs.
 */
#ifndef BLKI_ALIAS_H
#define BLKI_ALIAS_H

#include <linux/completion.h>

#include "blki.h"

/**
 * struct alias_disk - one alias; private_data of its gendisk
 * @shadow: where bios go
 * @origin: what they are held against
 * @move: the root cgroup's way from the alias's queue to the origin's
 * @direct: bios go to blk_mq_submit_bio() at once
 * @look_at: jiffies after which @look is due
 * @nr_bios: per-CPU count
 * @gd: the disk
 * @file: keeps @origin open, for reading, with no holder
 * @seen: the origin's limits that the alias's were made from; under @look_lock
 * @look_lock: covers @seen and changes of the disk's limits, size and read-only state
 * @look: follows the origin, outside any submitter
 * @freed: the block layer has let go of @gd
 * @retired: being removed, no more opens; under the open_mutex of @gd
 * @node: in the list, under list_lock
 */
struct alias_disk {
	struct block_device *shadow;
	struct block_device *origin;
	struct blki_blkg_move move;
	bool direct;
	unsigned long look_at;
	unsigned long __percpu *nr_bios;
	struct gendisk *gd;
	struct file *file;
	struct queue_limits seen;
	struct mutex look_lock;
	struct work_struct look;
	struct completion freed;
	bool retired;
	struct list_head node;
};

struct alias_disk *blki_alias_make(struct file *file, dev_t devt);
void blki_alias_destroy(struct alias_disk *alias);
bool blki_alias_retire(struct alias_disk *alias);
void blki_alias_look(struct alias_disk *alias);
unsigned long blki_alias_nr_bios(const struct alias_disk *alias);

#endif /* BLKI_ALIAS_H */
