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
 * one io_uring_enter(2) that waits for more. The ring holds two entries for each tag (copy
 * and commit), so taking an entry cannot fail.
 *
 * The functions here are the hot path that targets call; they belong to the queue's thread.
 */
#ifndef UBLK_SIM_QUEUE_H
#define UBLK_SIM_QUEUE_H

#include "error.h"
#include "state.h"
#include "target.h"
#include "ublk_compat.h"

#include <liburing.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>

#define SIM_SECTOR_SHIFT	9
/* The char device is the first and only registered file of a ring. */
#define SIM_QUEUE_FILE		0
/* user_data of a copy; a command's user_data is its tag alone. */
#define SIM_QUEUE_COPY		(1ULL << 32)

/**
 * struct sim_queue - a hardware queue and the thread that serves it
 * @ring: this thread's alone
 * @iods: the driver's descriptors, one per tag, read only
 * @counters: this queue's, in the state file
 * @target: shared by all queues
 * @data_base: position of tag 0's data in the char device, bytes
 * @id: number of the queue
 * @depth: tags
 * @nr_live: tags that the driver has not taken back; 0 ends the loop
 *
 * From here on set up before the thread starts and read by it once:
 *
 * @char_fd: /dev/ublkcN
 * @cpus: where to run
 * @pin: whether to
 * @done_fd: eventfd that is written when the thread ends
 * @thread: the thread
 * @ready: posted once, when every tag is fetched or set-up failed
 * @status: result of the set-up, valid after @ready
 * @err: its sentence
 */
struct sim_queue {
	struct io_uring ring;
	const struct ublksrv_io_desc *iods;
	struct sim_counters *counters;
	const struct sim_target *target;
	uint64_t data_base;
	uint16_t id;
	uint16_t depth;
	uint32_t nr_live;

	int char_fd;
	cpu_set_t cpus;
	bool pin;
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

/* An empty entry for a file operation or command on the char device. */
static inline struct io_uring_sqe *sim_queue_sqe(struct sim_queue *queue, uint8_t opcode,
						 uint8_t flags, uint64_t user_data)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&queue->ring);

	sqe->opcode = opcode;
	sqe->flags = IOSQE_FIXED_FILE | flags;
	sqe->ioprio = 0;
	sqe->fd = SIM_QUEUE_FILE;
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
	struct io_uring_sqe *sqe = sim_queue_sqe(queue, IORING_OP_URING_CMD, 0, tag);
	struct ublksrv_io_cmd *cmd = (struct ublksrv_io_cmd *)sqe->cmd;

	sqe->cmd_op = op;
	sqe->__pad1 = 0;
	sqe->addr = 0;
	sqe->len = 0;
	cmd->q_id = queue->id;
	cmd->tag = (__u16)tag;
	cmd->result = result;
	cmd->addr = 0;
}

/**
 * sim_queue_complete - answer a request
 * @queue: the calling thread's queue
 * @tag: the request
 * @result: bytes done for a read or write, 0 for the others, or -errno
 *
 * Each request is answered exactly once; its descriptor is not to be read afterwards.
 *
 * Context: queue thread. No allocation, no lock, no system call.
 */
static inline void sim_queue_complete(struct sim_queue *queue, unsigned int tag, int result)
{
	const uint8_t op = ublksrv_get_op(&queue->iods[tag]);

	if (__builtin_expect(result >= 0 && op < SIM_COUNTED_OPS, 1))
		sim_counter_add(&queue->counters->nr_ios[op], 1);
	else
		sim_counter_add(&queue->counters->nr_failed, 1);
	sim_queue_command(queue, UBLK_U_IO_COMMIT_AND_FETCH_REQ, tag, result);
}

/**
 * sim_queue_copy - have the kernel copy a request's data
 * @queue: the calling thread's queue
 * @tag: the request, a read or a write, not answered yet
 * @at: the data of a read, or room for those of a write; stays valid until the tag's next
 *	request
 * @length_bytes: the request's whole length
 *
 * Followed by sim_queue_complete() with nothing between the two: the copy and the answer are
 * linked, and the answer becomes -EIO when the copy fails.
 *
 * Context: queue thread. No allocation, no lock, no system call.
 */
static inline void sim_queue_copy(struct sim_queue *queue, unsigned int tag, void *at,
				  uint32_t length_bytes)
{
	const bool fill = ublksrv_get_op(&queue->iods[tag]) == UBLK_IO_OP_READ;
	struct io_uring_sqe *sqe;

	sqe = sim_queue_sqe(queue, fill ? IORING_OP_WRITE : IORING_OP_READ,
			    IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS, tag | SIM_QUEUE_COPY);
	sqe->off = queue->data_base + ((uint64_t)tag << UBLK_TAG_OFF);
	sqe->addr = (uint64_t)(uintptr_t)at;
	sqe->len = length_bytes;
	sqe->addr3 = 0;
	sqe->__pad2[0] = 0;
}

#endif
