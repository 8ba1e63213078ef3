// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Time, held answers and data by way of the tag's buffer; see layer.h. queue.c → here → disk.c
 * or the target → here → queue.c. All of it runs in the queue's thread.
 */
#include "layer.h"

#include "queue.h"

#include <assert.h>
#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>

#define NS_PER_S	1000000000ull
/* The kernel may be late by this much on purpose; its default for a thread is 50 us. */
#define TIMER_SLACK_NS	1ul

static_assert(SIM_TIMED_OPS == SIM_OP_COUNT, "each op has its timing");

/*
 * A waking thread of the fair class may have to wait for whoever runs, and may lose its CPU to the program that it has
 * just answered, before it sleeps: two microseconds more or less, by the history of both. The lowest
 * real-time priority ends that, where the user may ask for it; else the times are a little less exact.
 */
static bool prioritize(void)
{
	const struct sched_param param = { .sched_priority = 1 };

	return !sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param);
}

static uint64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

int sim_layer_start(struct sim_queue *queue)
{
	struct sim_layer *layer = calloc(1, sizeof(*layer));

	if (!layer)
		return -ENOMEM;
	layer->slots = calloc(queue->depth, sizeof(*layer->slots));
	if (!layer->slots || sim_heap_init(&layer->heap, queue->depth) ||
	    sim_queue_map_buffers(queue)) {
		sim_heap_uninit(&layer->heap);
		free(layer->slots);
		free(layer);
		return -ENOMEM;
	}
	prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS);
	__atomic_store_n(&queue->is_realtime, prioritize(), __ATOMIC_RELAXED);
	layer->now_ns = clock_ns();
	queue->layer = layer;
	queue->submit = sim_layer_submit;
	return 0;
}

void sim_layer_stop(struct sim_queue *queue)
{
	if (!queue->layer)
		return;
	sim_heap_uninit(&queue->layer->heap);
	free(queue->layer->slots);
	free(queue->layer);
	queue->layer = NULL;
}

/* Answer now, and note how late that is. What is due before it was seen is late too. */
static void slot_answer(struct sim_queue *queue, unsigned int tag)
{
	struct sim_slot *slot = &queue->layer->slots[tag];
	struct sim_timing *timing = &queue->counters->timing[slot->due.op];
	const uint64_t late_ns = queue->layer->now_ns - slot->due.at_ns;

	if (slot->due.is_modelled) {
		sim_counter_add(&timing->nr, 1);
		sim_counter_add(&timing->requested_ns, slot->due.requested_ns);
		sim_counter_add(&timing->late_ns, late_ns);
		if (late_ns > timing->late_max_ns)
			__atomic_store_n(&timing->late_max_ns, late_ns, __ATOMIC_RELAXED);
	}
	slot->state = SIM_SLOT_FREE;
	sim_queue_answer(queue, tag, slot->result);
}

void sim_layer_complete(struct sim_queue *queue, unsigned int tag, int result)
{
	struct sim_layer *layer = queue->layer;
	struct sim_slot *slot = &layer->slots[tag];

	/* Taken before there was a layer. */
	if (slot->state == SIM_SLOT_FREE) {
		sim_queue_answer(queue, tag, result);
		return;
	}
	slot->result = result;
	if (slot->due.at_ns <= layer->now_ns) {
		slot_answer(queue, tag);
		return;
	}
	slot->state = SIM_SLOT_DONE;
	sim_heap_push(&layer->heap, slot->due.at_ns, tag);
}

/* Done by way of the buffer: a read's data still have to reach the request. */
static void slot_deliver(struct sim_queue *queue, unsigned int tag)
{
	const struct sim_slot *slot = &queue->layer->slots[tag];

	if (slot->result < 0 || ublksrv_get_op(&queue->iods[tag]) != UBLK_IO_OP_READ)
		sim_layer_complete(queue, tag, slot->result);
	else
		sim_queue_answer_read(queue, tag, sim_queue_buffer(queue, tag));
}

/* Have the disk do it; its answer may be one to hold back. */
static void slot_run(struct sim_queue *queue, unsigned int tag)
{
	struct sim_slot *slot = &queue->layer->slots[tag];
	bool hang;

	slot->result = sim_disk_run(queue->disk, &queue->iods[tag], sim_queue_buffer(queue, tag),
				    &hang);
	if (hang)
		slot->state = SIM_SLOT_HELD;
	else
		slot_deliver(queue, tag);
}

/* A write's data are fetched first if the driver has not brought them; all else can be done at once. */
static void slot_start(struct sim_queue *queue, unsigned int tag)
{
	const struct ublksrv_io_desc *iod = &queue->iods[tag];
	struct io_uring_sqe *sqe;

	queue->layer->slots[tag].bounced = true;
	if (ublksrv_get_op(iod) != UBLK_IO_OP_WRITE || queue->page_copy) {
		slot_run(queue, tag);
		return;
	}
	sqe = sim_queue_last_step(queue, IORING_OP_READ, SIM_FILE_CHAR, tag);
	sim_queue_copy(queue, sqe, tag, sim_queue_buffer(queue, tag));
}

void sim_layer_submit(struct sim_queue *queue, unsigned int tag,
		      const struct ublksrv_io_desc *iod)
{
	struct sim_layer *layer = queue->layer;
	struct sim_slot *slot = &layer->slots[tag];

	*slot = (struct sim_slot){ .state = SIM_SLOT_BUSY };
	switch (sim_disk_arrive(queue->disk, iod, layer->now_ns, &slot->due)) {
	case SIM_WAY_TARGET:
		queue->target->ops->submit(queue, tag, iod);
		break;
	case SIM_WAY_BUFFER:
		slot_start(queue, tag);
		break;
	case SIM_WAY_HOLD:
		slot->state = SIM_SLOT_ARRIVED;
		break;
	case SIM_WAY_FAIL:
		sim_layer_complete(queue, tag, -EIO);
		break;
	}
}

void sim_layer_step(struct sim_queue *queue, unsigned int tag, int result)
{
	const struct ublksrv_io_desc *iod = &queue->iods[tag];
	const uint8_t op = ublksrv_get_op(iod);
	const bool moves = op == UBLK_IO_OP_READ || op == UBLK_IO_OP_WRITE;
	const int length = moves ? (int)(iod->nr_sectors << SIM_SECTOR_SHIFT) : 0;
	struct sim_slot *slot = &queue->layer->slots[tag];

	if (moves && result != length)
		sim_layer_complete(queue, tag, -EIO);
	else if (slot->bounced && op == UBLK_IO_OP_WRITE)
		slot_run(queue, tag);
	else
		sim_layer_complete(queue, tag, length);
}

/* Submit all and wait for a completion, until @until_ns at most; that may be over @now_ns. */
static int wait_until(struct sim_queue *queue, uint64_t until_ns, uint64_t now_ns)
{
	struct __kernel_timespec wait;
	struct io_uring_cqe *cqe;

	if (until_ns <= now_ns)
		return io_uring_submit_and_get_events(&queue->ring);
	until_ns -= now_ns;
	wait = (struct __kernel_timespec){
		.tv_sec = (long long)(until_ns / NS_PER_S),
		.tv_nsec = (long long)(until_ns % NS_PER_S),
	};
	return io_uring_submit_and_wait_timeout(&queue->ring, &cqe, 1, &wait, NULL);
}

/*
 * Look at the clock until an answer is due. A request that comes meanwhile raises a flag in the ring
 * (IORING_SETUP_TASKRUN_FLAG, queue.c), and is not kept waiting.
 */
static uint64_t spin_until(const struct sim_queue *queue, uint64_t due_ns)
{
	uint64_t now_ns;

	do {
		now_ns = clock_ns();
	} while (now_ns < due_ns && !(IO_URING_READ_ONCE(*queue->ring.sq.kflags) & IORING_SQ_TASKRUN));
	return now_ns;
}

int sim_layer_wait(struct sim_queue *queue)
{
	const uint64_t spin_ns = __atomic_load_n(&queue->disk->pace.spin_ns, __ATOMIC_RELAXED);
	struct sim_layer *layer = queue->layer;
	const struct sim_slot *first;
	uint64_t sleep_ns = 0;
	uint64_t due_ns;
	int ret;

	if (!layer->heap.nr) {
		ret = io_uring_submit_and_wait(&queue->ring, 1);
		layer->now_ns = clock_ns();
		return ret;
	}
	due_ns = sim_heap_due_ns(&layer->heap);
	first = &layer->slots[sim_heap_tag(&layer->heap)];
	if (first->due.wait == SIM_WAIT_SLEEP && due_ns > spin_ns)
		sleep_ns = due_ns - spin_ns;
	ret = wait_until(queue, sleep_ns, clock_ns());
	layer->now_ns = clock_ns();
	if (layer->now_ns < due_ns && !io_uring_cq_ready(&queue->ring) && (ret >= 0 || ret == -ETIME))
		layer->now_ns = spin_until(queue, due_ns);
	return ret;
}

void sim_layer_expire(struct sim_queue *queue)
{
	struct sim_layer *layer = queue->layer;

	while (layer->heap.nr && sim_heap_due_ns(&layer->heap) <= layer->now_ns)
		slot_answer(queue, sim_heap_pop(&layer->heap));
}

/* The power is off: nothing that is held will ever be answered otherwise. */
static void slots_fail(struct sim_queue *queue)
{
	struct sim_layer *layer = queue->layer;
	unsigned int tag;

	while (layer->heap.nr) {
		tag = sim_heap_pop(&layer->heap);
		layer->slots[tag].due.is_modelled = false;
		layer->slots[tag].result = -EIO;
		slot_answer(queue, tag);
	}
	for (tag = 0; tag < queue->depth; tag++) {
		if (layer->slots[tag].state != SIM_SLOT_ARRIVED &&
		    layer->slots[tag].state != SIM_SLOT_HELD)
			continue;
		layer->slots[tag].due.is_modelled = false;
		layer->slots[tag].result = -EIO;
		slot_answer(queue, tag);
	}
}

/* The power is on: what arrived meanwhile begins now, what was done is answered. */
static void slots_release(struct sim_queue *queue)
{
	struct sim_slot *slots = queue->layer->slots;
	unsigned int tag;

	for (tag = 0; tag < queue->depth; tag++) {
		if (slots[tag].state == SIM_SLOT_ARRIVED) {
			sim_layer_submit(queue, tag, &queue->iods[tag]);
		} else if (slots[tag].state == SIM_SLOT_HELD) {
			slots[tag].state = SIM_SLOT_BUSY;
			slot_deliver(queue, tag);
		}
	}
}

void sim_layer_poked(struct sim_queue *queue)
{
	struct sim_disk *disk = queue->disk;
	enum sim_power power;
	uint64_t nr_releases;
	bool layered;

	pthread_rwlock_rdlock(&disk->lock);
	power = disk->power;
	nr_releases = disk->nr_releases;
	layered = disk->layered;
	pthread_rwlock_unlock(&disk->lock);
	if (!queue->layer && (!layered || sim_layer_start(queue)))
		return;
	if (power == SIM_POWER_OFF)
		slots_fail(queue);
	else if (power != SIM_POWER_HUNG && nr_releases != queue->layer->nr_releases)
		slots_release(queue);
	queue->layer->nr_releases = nr_releases;
}
