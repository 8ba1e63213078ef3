/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands between a queue and its target when the disk shall behave like one: time, cache,
 * faults, and answers that are held back.
 *
 *     queue.c ─request→ sim_layer_submit() ─┬─ only timed ──→ target->submit()
 *                          │ due time       └─ cache, faults → the tag's buffer ↔ disk.c
 *                          ▼
 *     queue.c ←answer── heap of due times ←── sim_layer_complete()
 *
 * Each queue has its own layer, used by its thread alone; what the queues share (the model, the
 * cache, the faults, the power switch) is the disk's and behind its lock. Time costs no entry
 * in the ring and no call of its own: the io_uring_enter(2) of the round waits until the first
 * answer is due (docs/ublk-sim.md, "The timer").
 */
#ifndef UBLK_SIM_LAYER_H
#define UBLK_SIM_LAYER_H

#include "disk.h"
#include "heap.h"
#include "ublk_compat.h"

#include <stdint.h>

struct sim_queue;

/** enum sim_slot_state - where a tag's request is */
enum sim_slot_state {
	SIM_SLOT_FREE,	  /* not with the layer: the kernel has the tag, or it is in a linked chain */
	SIM_SLOT_BUSY,	  /* with the target, or its data are on the way */
	SIM_SLOT_DONE,	  /* waits until it is due */
	SIM_SLOT_ARRIVED, /* arrived while the disk hung, nothing was done */
	SIM_SLOT_HELD,	  /* done, and a fault holds its answer back */
};

/**
 * struct sim_slot - a tag's request
 * @due: when it is to be answered, CLOCK_MONOTONIC
 * @result: of the answer, from SIM_SLOT_DONE on
 * @state: where it is
 * @bounced: its data go through the tag's buffer
 */
struct sim_slot {
	struct sim_due due;
	int32_t result;
	uint8_t state;
	uint8_t bounced;
};

/**
 * struct sim_layer - one queue's layer
 * @heap: answers that wait for their time
 * @slots: one per tag
 * @now_ns: the clock at the end of the wait: what came with it arrived then
 * @nr_releases: of the disk, when this queue last looked
 */
struct sim_layer {
	struct sim_heap heap;
	struct sim_slot *slots;
	uint64_t now_ns;
	uint64_t nr_releases;
};

/**
 * sim_layer_start - put a layer between a queue and its target
 * @queue: set up, without a layer
 *
 * Requests that are with the target meanwhile are answered as before.
 *
 * Context: queue thread; allocates.
 * Return: 0 or -ENOMEM.
 */
int sim_layer_start(struct sim_queue *queue);

/**
 * sim_layer_stop - free a queue's layer
 * @queue: a queue; the kernel has taken every tag back
 *
 * Context: queue thread.
 */
void sim_layer_stop(struct sim_queue *queue);

/**
 * sim_layer_submit - take a request
 * @queue: the calling thread's queue
 * @tag: the request
 * @iod: its descriptor
 *
 * Context: queue thread; takes the disk's lock.
 */
void sim_layer_submit(struct sim_queue *queue, unsigned int tag,
		      const struct ublksrv_io_desc *iod);

/**
 * sim_layer_complete - the target is done with a request
 * @queue: the calling thread's queue
 * @tag: the request
 * @result: as sim_queue_complete()
 *
 * Answers it when it is due.
 *
 * Context: queue thread.
 */
void sim_layer_complete(struct sim_queue *queue, unsigned int tag, int result);

/**
 * sim_layer_step - the last step of a request ended
 * @queue: the calling thread's queue
 * @tag: the request
 * @result: of the step, 0 or more
 *
 * Context: queue thread; may take the disk's lock.
 */
void sim_layer_step(struct sim_queue *queue, unsigned int tag, int result);

/**
 * sim_layer_wait - submit all, wait for a completion or until the first answer is due
 * @queue: the calling thread's queue, with a layer
 *
 * Sleeps until shortly before the answer is due, then looks at the clock.
 *
 * Context: queue thread; the one system call of the round.
 * Return: 0 or more, or -errno; -ETIME when an answer is due.
 */
int sim_layer_wait(struct sim_queue *queue);

/**
 * sim_layer_expire - give all answers that are due
 * @queue: the calling thread's queue, with a layer
 *
 * Context: queue thread.
 */
void sim_layer_expire(struct sim_queue *queue);

/**
 * sim_layer_poked - the disk has changed: start a layer, let go of what it held
 * @queue: the calling thread's queue
 *
 * Context: queue thread; takes the disk's lock.
 */
void sim_layer_poked(struct sim_queue *queue);

#endif
