// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The queue thread; see queue.h for the picture. device.c starts it; targets answer to it.
 *
 * Nothing in queue_serve() allocates, locks or calls the kernel except the one
 * io_uring_enter(2) of each round. The ring is this thread's alone (SINGLE_ISSUER), and the
 * kernel's part of a completion runs inside that call (DEFER_TASKRUN), not on the back of the
 * process that submitted the I/O.
 */
#include "queue.h"

#include "disk.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <syslog.h>
#include <unistd.h>

#ifndef PR_SET_IO_FLUSHER
#define PR_SET_IO_FLUSHER	57
#endif

/* What the C library registers: the struct as it first was. Source: rseq(2), glibc 2.35. */
#define RSEQ_AREA_BYTES		32u

static size_t iods_bytes(uint32_t depth)
{
	const size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);

	return (depth * sizeof(struct ublksrv_io_desc) + page_bytes - 1) / page_bytes * page_bytes;
}

static int queue_map(struct sim_queue *queue)
{
	const off_t position = UBLKSRV_CMD_BUF_OFFSET +
			       (off_t)queue->id * (off_t)iods_bytes(UBLK_MAX_QUEUE_DEPTH);
	void *at = mmap(NULL, iods_bytes(queue->depth), PROT_READ, MAP_SHARED | MAP_POPULATE,
			queue->char_fd, position);

	if (at == MAP_FAILED)
		return sim_error_set(&queue->err, -errno,
				     "the descriptors of queue %u cannot be mapped: %s; look at the kernel log (dmesg)",
				     queue->id, strerror(errno));
	queue->iods = at;
	return 0;
}

int sim_queue_map_buffers(struct sim_queue *queue)
{
	void *at;

	if (queue->buffers)
		return 0;
	at = mmap(NULL, (size_t)queue->depth * queue->buffer_bytes, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (at == MAP_FAILED)
		return -errno;
	queue->buffers = at;
	return 0;
}

static void buffers_unmap(struct sim_queue *queue)
{
	if (queue->buffers)
		munmap(queue->buffers, (size_t)queue->depth * queue->buffer_bytes);
	queue->buffers = NULL;
}

/* The driver copies to and from the tag's buffer; a target that keeps no data has one for all tags. */
static int page_copy_init(struct sim_queue *queue)
{
	const int ret = queue->page_copy ? sim_queue_map_buffers(queue) : 0;

	if (ret)
		return sim_error_set(&queue->err, ret,
				     "queue %u gets no buffers of %u x %u bytes: %s; give a smaller depth (-d)",
				     queue->id, queue->depth, queue->buffer_bytes, strerror(-ret));
	if (queue->page_copy) {
		queue->page_base = (uint64_t)(uintptr_t)queue->buffers;
		queue->page_step = queue->target->ops->read ? queue->buffer_bytes : 0;
	}
	return 0;
}

/* One registered buffer per tag: the pages are pinned once, not at each I/O. */
static int buffers_register(struct sim_queue *queue)
{
	struct iovec *each = calloc(queue->depth, sizeof(*each));
	unsigned int tag;
	int ret = -ENOMEM;

	if (each)
		ret = sim_queue_map_buffers(queue);
	if (!ret) {
		for (tag = 0; tag < queue->depth; tag++)
			each[tag] = (struct iovec){ sim_queue_buffer(queue, tag),
						    queue->buffer_bytes };
		ret = io_uring_register_buffers(&queue->ring, each, queue->depth);
	}
	free(each);
	return ret;
}

static int queue_ring_register(struct sim_queue *queue)
{
	const int files[SIM_NR_FILES] = {
		[SIM_FILE_CHAR] = queue->char_fd,
		[SIM_FILE_POKE] = queue->poke_fd,
		[SIM_FILE_TARGET] = queue->target->fd,
	};
	int ret;

	ret = io_uring_register_files(&queue->ring, files, SIM_NR_FILES);
	if (!ret) {
		ret = io_uring_register_ring_fd(&queue->ring);
		ret = ret < 0 ? ret : 0;
	}
	if (ret)
		return sim_error_set(&queue->err, ret,
				     "the io_uring of queue %u takes no registered files: %s; Linux 6.5 or newer is needed",
				     queue->id, strerror(-ret));
	if (!queue->target->ops->buffered)
		return 0;
	ret = buffers_register(queue);
	queue->has_fixed_buffers = !ret;
	/* More than the user may lock (RLIMIT_MEMLOCK): the pages are pinned at each I/O instead. */
	if (ret == -ENOMEM && queue->unprivileged && queue->buffers)
		ret = 0;
	if (ret)
		return sim_error_set(&queue->err, ret,
				     "queue %u gets no buffers of %u x %u bytes: %s; give a smaller depth (-d)",
				     queue->id, queue->depth, queue->buffer_bytes, strerror(-ret));
	return 0;
}

static int queue_ring_init(struct sim_queue *queue)
{
	/* The layer takes two at most: a step and the answer. */
	const unsigned int nr_entries = queue->target->ops->nr_entries < 2 ?
						2 :
						queue->target->ops->nr_entries;
	/*
	 * A layer that looks at the clock sees by this flag that a request has come; it costs each
	 * request an atomic operation. A layer that is started later does without: what comes while it
	 * looks at the clock is seen up to sim_pace.spin_ns later.
	 */
	const unsigned int flag = queue->disk->layered ? IORING_SETUP_TASKRUN_FLAG : 0;
	int ret;

	ret = io_uring_queue_init(queue->depth * nr_entries, &queue->ring,
				  IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | flag);
	if (ret)
		return sim_error_set(&queue->err, ret,
				     "the io_uring of queue %u cannot be set up: %s; give a smaller depth (-d) or fewer queues (-q)",
				     queue->id, strerror(-ret));
	ret = page_copy_init(queue);
	if (!ret)
		ret = queue_ring_register(queue);
	if (ret) {
		io_uring_queue_exit(&queue->ring);
		buffers_unmap(queue);
	}
	return ret;
}

/* Wait for a poke: one read that ends when somebody writes the descriptor. */
static void poke_arm(struct sim_queue *queue)
{
	struct io_uring_sqe *sqe;

	if (!io_uring_sq_space_left(&queue->ring))
		io_uring_submit(&queue->ring);
	sqe = sim_queue_sqe(queue, IORING_OP_READ, SIM_FILE_POKE, SIM_QUEUE_POKE);
	sqe->off = 0;
	sqe->addr = (uint64_t)(uintptr_t)&queue->poked;
	sqe->len = sizeof(queue->poked);
	sqe->addr3 = 0;
	sqe->__pad2[0] = 0;
}

void sim_queue_poke(const struct sim_queue *queue)
{
	eventfd_write(queue->poke_fd, 1);
}

/* Hand every tag to the driver; what it refuses comes back at once. */
static int queue_fetch(struct sim_queue *queue)
{
	struct io_uring_cqe *cqe;
	unsigned int tag;
	int ret;

	for (tag = 0; tag < queue->depth; tag++)
		sim_queue_command(queue, UBLK_U_IO_FETCH_REQ, tag, 0);
	ret = io_uring_submit(&queue->ring);
	if (ret >= 0 && !io_uring_peek_cqe(&queue->ring, &cqe))
		ret = cqe->res;
	if (ret < 0)
		return sim_error_set(&queue->err, ret,
				     "the driver takes no tags for queue %u: %s; look at the kernel log (dmesg)",
				     queue->id, strerror(-ret));
	poke_arm(queue);
	queue->nr_live = queue->depth;
	return 0;
}

/*
 * Take the calling thread out of the C library's restartable sequences: it never uses them, and
 * the kernel would rewrite their area at every wake-up. Kept when the kernel refuses.
 */
static void rseq_leave(void)
{
	void *area = (char *)__builtin_thread_pointer() + __rseq_offset;

	if (__rseq_size)
		(void)syscall(SYS_rseq, area, RSEQ_AREA_BYTES, RSEQ_FLAG_UNREGISTER, RSEQ_SIG);
}

/* The calling thread: no I/O of its own to make room, and on its CPUs. */
static int queue_thread_init(struct sim_queue *queue)
{
	rseq_leave();
	queue->is_flusher = !prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0);
	/* Should it have to wait for I/O of its own, the kernel ends an unprivileged user's server after 30 s. */
	if (!queue->is_flusher && !queue->unprivileged)
		return sim_error_set(&queue->err, -errno,
				     "queue %u may not become an I/O flusher: %s; run it as root with CAP_SYS_RESOURCE",
				     queue->id, strerror(errno));
	if (queue->pin && sched_setaffinity(0, sizeof(queue->cpus), &queue->cpus))
		return sim_error_set(&queue->err, -errno,
				     "queue %u cannot be pinned to its CPUs: %s; leave --pin out",
				     queue->id, strerror(errno));
	return 0;
}

static int queue_init(struct sim_queue *queue)
{
	int ret;

	queue->data_base = UBLKSRV_IO_BUF_OFFSET + ((uint64_t)queue->id << UBLK_QID_OFF);
	queue->submit = queue->target->ops->submit;
	ret = queue_thread_init(queue);
	if (ret)
		return ret;
	ret = queue_map(queue);
	if (ret)
		return ret;
	ret = queue_ring_init(queue);
	if (ret)
		goto err_unmap;
	ret = queue->disk->layered ? sim_layer_start(queue) : 0;
	if (ret) {
		sim_error_set(&queue->err, ret,
			      "there is no memory for the %u I/Os of queue %u; give a smaller depth (-d)",
			      queue->depth, queue->id);
		goto err_exit_ring;
	}
	ret = queue_fetch(queue);
	if (ret)
		goto err_stop_layer;
	return 0;

err_stop_layer:
	sim_layer_stop(queue);
err_exit_ring:
	io_uring_queue_exit(&queue->ring);
	buffers_unmap(queue);
err_unmap:
	munmap((void *)queue->iods, iods_bytes(queue->depth));
	return ret;
}

static void queue_uninit(struct sim_queue *queue)
{
	sim_layer_stop(queue);
	io_uring_queue_exit(&queue->ring);
	buffers_unmap(queue);
	munmap((void *)queue->iods, iods_bytes(queue->depth));
}

/*
 * A step: the last one of a request that a layer waits for, or one that failed. Without a layer
 * it tells its failure only, and then the answer linked to it has not run and says nothing
 * of its own: the request is still ours, and is counted already.
 */
static void queue_step(struct sim_queue *queue, unsigned int tag, int result)
{
	const uint8_t op = ublksrv_get_op(&queue->iods[tag]);

	if (sim_queue_layer_has(queue, tag)) {
		if (result < 0)
			sim_layer_complete(queue, tag, result);
		else
			sim_layer_step(queue, tag, result);
		return;
	}
	sim_counter_add(&queue->counters->nr_ios[op], (uint64_t)-1);
	/* Short: a file that was cut under its disk. */
	sim_queue_answer(queue, tag, result < 0 ? result : -EIO);
}

/* A step that its target waits for. */
static void queue_return(struct sim_queue *queue, unsigned int tag, int result)
{
	const struct ublksrv_io_desc *iod = &queue->iods[tag];
	const uint8_t op = ublksrv_get_op(iod);
	const bool moves = op == UBLK_IO_OP_READ || op == UBLK_IO_OP_WRITE;
	const int length = moves ? (int)(iod->nr_sectors << SIM_SECTOR_SHIFT) : 0;

	if (result == length)
		queue->target->ops->go_on(queue, tag, iod);
	else
		/* Short: a file that was cut under its disk. */
		sim_queue_complete(queue, tag, result < 0 ? result : -EIO);
}

/* Not a request: a step, a poke, or the end of a tag. */
static void queue_exception(struct sim_queue *queue, uint64_t user_data, int result)
{
	const unsigned int tag = (unsigned int)user_data;

	if (user_data & SIM_QUEUE_RETURN) {
		queue_return(queue, tag, result);
		return;
	}
	if (user_data & SIM_QUEUE_STEP) {
		queue_step(queue, tag, result);
		return;
	}
	if (user_data == SIM_QUEUE_POKE) {
		poke_arm(queue);
		sim_layer_poked(queue);
		return;
	}
	queue->nr_live--;
	if (result != UBLK_IO_RES_ABORT)
		syslog(LOG_ERR, "queue %u tag %u: the driver refused its command: %s; the tag is lost until the device is deleted",
		       queue->id, tag, strerror(-result));
}

/* One completion: a new request goes to the target or the layer. */
static inline void queue_handle(struct sim_queue *queue, const struct io_uring_cqe *cqe)
{
	const uint64_t user_data = cqe->user_data;

	if (__builtin_expect(cqe->res == UBLK_IO_RES_OK && !(user_data >> 32), 1)) {
		const unsigned int tag = (unsigned int)user_data;

		queue->submit(queue, tag, &queue->iods[tag]);
		return;
	}
	queue_exception(queue, user_data, cqe->res);
}

/* Errors after which the next round is tried. */
static bool wait_is_over(int result)
{
	return result >= 0 || result == -EINTR || result == -EAGAIN || result == -EBUSY ||
	       result == -ETIME;
}

static void queue_serve(struct sim_queue *queue)
{
	struct io_uring_cqe *cqe;
	unsigned int nr_seen;
	unsigned int head;
	int ret;

	while (queue->nr_live) {
		ret = queue->layer ? sim_layer_wait(queue) :
				     io_uring_submit_and_wait(&queue->ring, 1);
		if (!wait_is_over(ret)) {
			syslog(LOG_ERR, "queue %u: io_uring_enter: %s; the queue stops serving",
			       queue->id, strerror(-ret));
			return;
		}
		nr_seen = 0;
		io_uring_for_each_cqe(&queue->ring, head, cqe) {
			queue_handle(queue, cqe);
			nr_seen++;
		}
		io_uring_cq_advance(&queue->ring, nr_seen);
		if (queue->layer)
			sim_layer_expire(queue);
	}
}

void *sim_queue_run(void *data)
{
	struct sim_queue *queue = data;

	queue->status = queue_init(queue);
	sem_post(queue->ready);
	if (queue->status)
		return NULL;
	queue_serve(queue);
	queue_uninit(queue);
	eventfd_write(queue->done_fd, 1);
	return NULL;
}
