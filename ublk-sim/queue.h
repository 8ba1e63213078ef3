/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One hardware queue: one thread, one io_uring, one loop.
 *
 *     /dev/ublkbN → block layer → driver ──cqe──→ queue thread → target->submit()
 *                                    ↑                               │ sim_queue_copy()
 *                                    └─── one io_uring_enter ←───────┘ sim_queue_complete()
 *
 * Every tag has one command in the ring: it either waits in the kernel for a request, or its
 * request is with the target. Answering a request and waiting for the tag's next one is one
 * command (COMMIT_AND_FETCH), and all that a round of the loop produced goes down with the
 * one io_uring_enter(2) that waits for more. The ring holds as many entries for each tag as its
 * target chains for one request (sim_target_ops.nr_entries), so taking an entry cannot fail.
 *
 * Data move in one of two ways. By user copy the target has the kernel copy between the request and
 * wherever it wants, by a step in the ring. By page copy, the only way for an unprivileged user, the
 * driver copies to the tag's buffer before it hands a write over, and from there when a read is answered.
 *
 * A device with a service model, a cache or faults has a layer (layer.h) between: requests go to
 * it and answers come back to it, and it hands them to the kernel when they are due. Without one,
 * steps and answer are linked, and nothing runs between them.
 *
 * The functions here are the hot path that targets call; they belong to the queue's thread.
 */
#ifndef UBLK_SIM_QUEUE_H
#define UBLK_SIM_QUEUE_H

#include "error.h"
#include "layer.h"
#include "state.h"
#include "target.h"
#include "ublk_compat.h"

#include <liburing.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define SIM_SECTOR_SHIFT	9
/** enum sim_queue_file - the registered files of a ring */
enum sim_queue_file {
	SIM_FILE_CHAR,	 /* /dev/ublkcN */
	SIM_FILE_POKE,	 /* the eventfd that wakes this thread */
	SIM_FILE_TARGET, /* what the target keeps its data in, if that is a file */
	SIM_NR_FILES,
};

/* user_data of a step before the answer; a command's user_data is its tag alone. */
#define SIM_QUEUE_STEP		(1ULL << 32)
/* user_data of a step that the target waits for. */
#define SIM_QUEUE_RETURN	(1ULL << 34)
/* user_data of the read of the poke descriptor. */
#define SIM_QUEUE_POKE		(1ULL << 33)

/**
 * struct sim_queue - a hardware queue and the thread that serves it
 * @ring: this thread's alone
 * @submit: where a request goes: the target's function, or the layer's
 * @iods: the driver's descriptors, one per tag, read only
 * @layer: what holds answers back; NULL: nothing does
 * @counters: this queue's, in the state file
 * @target: shared by all queues
 * @data_base: position of tag 0's data in the char device, bytes
 * @page_base: page copy: address of tag 0's buffer; user copy: 0, the address that commands then have
 * @page_step: page copy: from one tag's buffer to the next, 0 if they share one; user copy: 0
 * @buffers: @depth buffers of @buffer_bytes; NULL when neither target nor layer needs any
 * @buffer_bytes: the longest request
 * @id: number of the queue
 * @depth: tags
 * @page_copy: how data move
 * @has_fixed_buffers: the buffers are registered with the ring
 * @nr_live: tags that the driver has not taken back; 0 ends the loop
 * @poked: where the count of the poke descriptor is read to
 *
 * From here on set up before the thread starts and read by it once:
 *
 * @disk: what all queues of the device share
 * @char_fd: /dev/ublkcN
 * @poke_fd: eventfd; whoever changes @disk writes it
 * @cpus: where to run
 * @pin: whether to
 * @unprivileged: the kernel may refuse what makes the thread better, and it serves all the same
 * @is_flusher: the thread is an I/O flusher
 * @is_realtime: it has a real-time priority; set when a layer starts, read by any thread
 * @done_fd: eventfd that is written when the thread ends
 * @thread: the thread
 * @ready: posted once, when every tag is fetched or set-up failed
 * @status: result of the set-up, valid after @ready
 * @err: its sentence
 */
struct sim_queue {
	struct io_uring ring;
	sim_submit_fn *submit;
	const struct ublksrv_io_desc *iods;
	struct sim_layer *layer;
	struct sim_counters *counters;
	const struct sim_target *target;
	uint64_t data_base;
	uint64_t page_base;
	uint64_t page_step;
	unsigned char *buffers;
	uint32_t buffer_bytes;
	uint16_t id;
	uint16_t depth;
	bool page_copy;
	bool has_fixed_buffers;
	uint32_t nr_live;
	uint64_t poked;

	struct sim_disk *disk;
	int char_fd;
	int poke_fd;
	cpu_set_t cpus;
	bool pin;
	bool unprivileged;
	bool is_flusher;
	bool is_realtime;
	int done_fd;
	pthread_t thread;
	sem_t *ready;
	int status;
	struct sim_error err;
};

/**
 * sim_queue_run - the thread's function
 * @queue: a struct sim_queue, members from @char_fd on and @target, @counters, @id, @depth set
 *
 * Sets the ring up, fetches every tag, posts @ready, and serves until the
 * driver has taken every tag back.
 *
 * Context: a thread of its own, signals blocked.
 * Return: NULL.
 */
void *sim_queue_run(void *queue);

/**
 * sim_queue_target - the target a queue serves
 * @queue: the queue
 *
 * Return: the device's target.
 */
static inline const struct sim_target *sim_queue_target(const struct sim_queue *queue)
{
	return queue->target;
}

/**
 * sim_queue_buffer - the buffer of a tag
 * @queue: a queue with buffers
 * @tag: the tag
 *
 * Return: @queue->buffer_bytes of room, the tag's until its request is answered.
 */
static inline unsigned char *sim_queue_buffer(const struct sim_queue *queue, unsigned int tag)
{
	return queue->buffers + (size_t)tag * queue->buffer_bytes;
}

/**
 * sim_queue_sqe - an entry for an operation on a registered file
 * @queue: the calling thread's queue
 * @opcode: IORING_OP_*
 * @file: the file
 * @user_data: what its completion carries
 *
 * Context: queue thread.
 * Return: the entry; offset, address, length and the opcode's own members are the caller's.
 */
static inline struct io_uring_sqe *sim_queue_sqe(struct sim_queue *queue, uint8_t opcode,
						 enum sim_queue_file file, uint64_t user_data)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&queue->ring);

	sqe->opcode = opcode;
	sqe->flags = IOSQE_FIXED_FILE;
	sqe->ioprio = 0;
	sqe->fd = file;
	sqe->rw_flags = 0;
	sqe->user_data = user_data;
	sqe->buf_index = 0;
	sqe->personality = 0;
	sqe->file_index = 0;
	return sqe;
}

/* Queue the command @op for @tag. */
static inline void sim_queue_command(struct sim_queue *queue, uint32_t op, unsigned int tag,
				     int result)
{
	struct io_uring_sqe *sqe = sim_queue_sqe(queue, IORING_OP_URING_CMD, SIM_FILE_CHAR, tag);
	struct ublksrv_io_cmd *cmd = (struct ublksrv_io_cmd *)sqe->cmd;

	sqe->cmd_op = op;
	sqe->__pad1 = 0;
	sqe->addr = 0;
	sqe->len = 0;
	cmd->q_id = queue->id;
	cmd->tag = (__u16)tag;
	cmd->result = result;
	/* No branch: user copy has zeroes here. */
	cmd->addr = queue->page_base + tag * queue->page_step;
}

/**
 * sim_queue_answer - hand the result to the kernel and wait for the tag's next request
 * @queue: the calling thread's queue
 * @tag: the request
 * @result: bytes done for a read or write, 0 for the others, or -errno
 *
 * Targets call sim_queue_complete() instead.
 *
 * Context: queue thread. No allocation, no lock, no system call.
 */
static inline void sim_queue_answer(struct sim_queue *queue, unsigned int tag, int result)
{
	const uint8_t op = ublksrv_get_op(&queue->iods[tag]);

	if (__builtin_expect(result >= 0 && op < SIM_COUNTED_OPS, 1))
		sim_counter_add(&queue->counters->nr_ios[op], 1);
	else
		sim_counter_add(&queue->counters->nr_failed, 1);
	sim_queue_command(queue, UBLK_U_IO_COMMIT_AND_FETCH_REQ, tag, result);
}

/**
 * sim_queue_complete - a request is done
 * @queue: the calling thread's queue
 * @tag: the request
 * @result: bytes done for a read or write, 0 for the others, or -errno
 *
 * Each request is completed exactly once; its descriptor is not to be read afterwards.
 *
 * Context: queue thread. No allocation, no lock, no system call; with a layer see there.
 */
static inline void sim_queue_complete(struct sim_queue *queue, unsigned int tag, int result)
{
	if (__builtin_expect(!queue->layer, 1))
		sim_queue_answer(queue, tag, result);
	else
		sim_layer_complete(queue, tag, result);
}

/**
 * sim_queue_step - a step of a request that the next entry taken shall wait for
 * @queue: the calling thread's queue
 * @opcode: IORING_OP_*
 * @file: the file
 * @tag: the request
 *
 * Its completion is seen only when it fails; the request then ends with that error and what
 * is linked behind does not run.
 *
 * Context: queue thread.
 * Return: the entry, as sim_queue_sqe().
 */
static inline struct io_uring_sqe *sim_queue_step(struct sim_queue *queue, uint8_t opcode,
						  enum sim_queue_file file, unsigned int tag)
{
	struct io_uring_sqe *sqe = sim_queue_sqe(queue, opcode, file, tag | SIM_QUEUE_STEP);

	sqe->flags |= IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS;
	return sqe;
}

/**
 * sim_queue_return - a step of a request behind which its target goes on
 * @queue: the calling thread's queue
 * @opcode: IORING_OP_*
 * @file: the file
 * @tag: the request
 *
 * When it has moved all of the request's data (nothing, if the request has none), the target's
 * ->go_on() is called; else the request ends with its error. For what may leave the queue's thread:
 * the ring hands an operation that may block to a worker thread, and what is linked to it can
 * then run in that worker as well. A copy from or to the request must not, because a server
 * that is killed leaves it half way, with the request sent again already or failed; an answer
 * must not, because the driver takes it from the queue's thread only.
 *
 * Context: queue thread.
 * Return: the entry, as sim_queue_sqe().
 */
static inline struct io_uring_sqe *sim_queue_return(struct sim_queue *queue, uint8_t opcode,
						    enum sim_queue_file file, unsigned int tag)
{
	return sim_queue_sqe(queue, opcode, file, tag | SIM_QUEUE_RETURN);
}

/**
 * sim_queue_layer_has - whether a request's answer goes by the layer
 * @queue: the calling thread's queue
 * @tag: the request
 *
 * Context: queue thread.
 * Return: false without a layer, and for what came before there was one.
 */
static inline bool sim_queue_layer_has(const struct sim_queue *queue, unsigned int tag)
{
	return __builtin_expect(!!queue->layer, 0) &&
	       queue->layer->slots[tag].state != SIM_SLOT_FREE;
}

/**
 * sim_queue_last_step - the step behind which the request is done
 * @queue: the calling thread's queue
 * @opcode: IORING_OP_*
 * @file: the file
 * @tag: the request
 *
 * Followed by sim_queue_done() with nothing between the two. Without a layer the answer is
 * linked to it; with one its completion is waited for.
 *
 * Context: queue thread.
 * Return: the entry, as sim_queue_sqe().
 */
static inline struct io_uring_sqe *sim_queue_last_step(struct sim_queue *queue, uint8_t opcode,
						       enum sim_queue_file file, unsigned int tag)
{
	struct io_uring_sqe *sqe = sim_queue_sqe(queue, opcode, file, tag | SIM_QUEUE_STEP);

	if (!sim_queue_layer_has(queue, tag))
		sqe->flags |= IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS;
	return sqe;
}

/**
 * sim_queue_done - complete a request when its last step has succeeded
 * @queue: the calling thread's queue
 * @tag: the request
 * @result: bytes done for a read or write, 0 for the others
 *
 * Context: queue thread. No allocation, no lock, no system call.
 */
static inline void sim_queue_done(struct sim_queue *queue, unsigned int tag, int result)
{
	if (!sim_queue_layer_has(queue, tag))
		sim_queue_answer(queue, tag, result);
}

/**
 * sim_queue_copy - aim a step at a request's data
 * @queue: the calling thread's queue
 * @sqe: a step on SIM_FILE_CHAR: IORING_OP_WRITE fills the request (a read), IORING_OP_READ
 *	takes its data (a write)
 * @tag: the request, not answered yet
 * @at: the server's side of the copy; stays valid until the tag's next request
 *
 * The whole request is copied.
 *
 * Context: queue thread. No allocation, no lock, no system call.
 */
static inline void sim_queue_copy(const struct sim_queue *queue, struct io_uring_sqe *sqe,
				  unsigned int tag, void *at)
{
	sqe->off = queue->data_base + ((uint64_t)tag << UBLK_TAG_OFF);
	sqe->addr = (uint64_t)(uintptr_t)at;
	sqe->len = queue->iods[tag].nr_sectors << SIM_SECTOR_SHIFT;
	sqe->addr3 = 0;
	sqe->__pad2[0] = 0;
}

/**
 * sim_queue_answer_read - fill a read with what was found, and complete it
 * @queue: the calling thread's queue
 * @tag: the request, a read
 * @from: what it gets, as long as it is; stays valid until the tag's next request
 *
 * Context: queue thread. No allocation, no lock, no system call.
 */
static inline void sim_queue_answer_read(struct sim_queue *queue, unsigned int tag, void *from)
{
	const int length = (int)(queue->iods[tag].nr_sectors << SIM_SECTOR_SHIFT);
	unsigned char *buffer;
	struct io_uring_sqe *sqe;

	if (queue->page_copy) {
		buffer = sim_queue_buffer(queue, tag);
		if (from != buffer)
			memcpy(buffer, from, (size_t)length);
		sim_queue_complete(queue, tag, length);
		return;
	}
	sqe = sim_queue_last_step(queue, IORING_OP_WRITE, SIM_FILE_CHAR, tag);
	sim_queue_copy(queue, sqe, tag, from);
	sim_queue_done(queue, tag, length);
}

/**
 * sim_queue_take_write - put a write's data where they belong, and complete it
 * @queue: the calling thread's queue
 * @tag: the request, a write
 * @to: room for what it brings; stays valid until the tag's next request
 *
 * Context: queue thread. No allocation, no lock, no system call.
 */
static inline void sim_queue_take_write(struct sim_queue *queue, unsigned int tag, void *to)
{
	const int length = (int)(queue->iods[tag].nr_sectors << SIM_SECTOR_SHIFT);
	struct io_uring_sqe *sqe;

	if (queue->page_copy) {
		memcpy(to, sim_queue_buffer(queue, tag), (size_t)length);
		sim_queue_complete(queue, tag, length);
		return;
	}
	sqe = sim_queue_last_step(queue, IORING_OP_READ, SIM_FILE_CHAR, tag);
	sim_queue_copy(queue, sqe, tag, to);
	sim_queue_done(queue, tag, length);
}

/**
 * sim_queue_map_buffers - room for each tag's data, if there is none yet
 * @queue: @depth and @buffer_bytes set
 *
 * Address space; memory only where it is used.
 *
 * Context: queue thread; may sleep.
 * Return: 0 or -errno.
 */
int sim_queue_map_buffers(struct sim_queue *queue);

/**
 * sim_queue_poke - have a queue's thread look at its disk again
 * @queue: a queue whose thread runs
 *
 * Context: any thread; may sleep.
 */
void sim_queue_poke(const struct sim_queue *queue);

#endif
