// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verify: write and read an extent with many threads, and know at every moment what each block
 * must hold.
 *
 * The load of the system tests: test -> verify -> O_DIRECT -> file system or origin. It fills the
 * extent once, says so, works until it is told to stop, reads everything back, prints a summary
 * as JSON and exits 1 when one I/O failed or one block was wrong. What a block must hold is kept
 * in this process's memory and, with --truth, on another disk; never on the disk under test nor in
 * its page cache.
 */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <liburing.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <linux/fs.h>

#include "block.h"
#include "slot.h"
#include "verify.h"

/* Errors after which the load stops by itself: the device is gone, more of them tell nothing. */
#define ERRORS_MAX	100

#define NS_PER_MS	1000000ULL
#define NS_PER_S	1000000000ULL

/**
 * struct worker - one thread of the load
 * @thread: its id
 * @extent: what all workers share
 * @config: the command line
 * @slots: config->depth slots of its own
 * @since_ns: when each slot's I/O was sent
 * @longest_ns: longest I/O it saw
 * @setup_errno: why it could not start, or 0
 */
struct worker {
	pthread_t thread;
	struct extent *extent;
	const struct config *config;
	struct slot *slots;
	uint64_t *since_ns;
	uint64_t longest_ns;
	int setup_errno;
};

static volatile sig_atomic_t stop_asked;
static struct config config = {
	.min_bytes = BLOCK_BYTES,
	.max_bytes = 1 << 20,
	.nr_threads = 4,
	.depth = 1,
};
static struct extent extent = {
	.read_pct = 50,
	.flush_pct = 2,
	.seed = 1,
};

static void on_stop(int signal_number)
{
	(void)signal_number;
	stop_asked = 1;
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static uint64_t ios_so_far(const struct extent *on)
{
	return on->reads + on->writes + on->flushes;
}

static bool load_over(const struct worker *worker)
{
	uint64_t limit = worker->config->nr_ios;

	return stop_asked || worker->extent->errors >= ERRORS_MAX ||
	       (limit && ios_so_far(worker->extent) >= limit);
}

static void note_latency(struct worker *worker, unsigned int index)
{
	uint64_t took_ns = now_ns() - worker->since_ns[index];

	if (took_ns > worker->longest_ns)
		worker->longest_ns = took_ns;
}

static void run_threads_engine(struct worker *worker)
{
	while (!load_over(worker)) {
		slot_next(&worker->slots[0]);
		worker->since_ns[0] = now_ns();
		slot_run(&worker->slots[0]);
		note_latency(worker, 0);
	}
}

static void queue_slot(struct io_uring *ring, struct worker *worker, unsigned int index)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(ring);
	struct slot *slot = &worker->slots[index];
	int fd = worker->extent->fd;

	slot_next(slot);
	if (slot->op == SLOT_FLUSH)
		io_uring_prep_fsync(sqe, fd, IORING_FSYNC_DATASYNC);
	else if (slot->op == SLOT_WRITE)
		io_uring_prep_write(sqe, fd, slot->buffer, (unsigned int)slot_bytes(slot),
				    slot_offset(slot));
	else
		io_uring_prep_read(sqe, fd, slot->buffer, (unsigned int)slot_bytes(slot),
				   slot_offset(slot));
	io_uring_sqe_set_data64(sqe, index);
	worker->since_ns[index] = now_ns();
}

/* Keeps config->depth I/Os in flight until the load is over, then reaps what is left. */
static void run_uring_engine(struct worker *worker)
{
	unsigned int in_flight = 0;
	struct io_uring ring;
	int err;

	err = io_uring_queue_init((unsigned int)worker->config->depth, &ring, 0);
	if (err) {
		worker->setup_errno = -err;
		return;
	}
	for (; in_flight < worker->config->depth; in_flight++)
		queue_slot(&ring, worker, in_flight);
	while (in_flight) {
		struct io_uring_cqe *cqe;
		unsigned int index;

		io_uring_submit(&ring);
		err = io_uring_wait_cqe(&ring, &cqe);
		if (err == -EINTR)
			continue;
		if (err) {
			worker->setup_errno = -err;
			break;
		}
		index = (unsigned int)io_uring_cqe_get_data64(cqe);
		note_latency(worker, index);
		slot_done(&worker->slots[index], cqe->res);
		io_uring_cqe_seen(&ring, cqe);
		if (load_over(worker))
			in_flight--;
		else
			queue_slot(&ring, worker, index);
	}
	io_uring_queue_exit(&ring);
}

static void *worker_main(void *argument)
{
	struct worker *worker = argument;

	if (worker->config->depth > 1)
		run_uring_engine(worker);
	else
		run_threads_engine(worker);
	return NULL;
}

static void worker_uninit(struct worker *worker)
{
	for (uint64_t i = 0; worker->slots && i < worker->config->depth; i++)
		slot_uninit(&worker->slots[i]);
	free(worker->slots);
	free(worker->since_ns);
}

static int worker_init(struct worker *worker, unsigned int first_index)
{
	worker->extent = &extent;
	worker->config = &config;
	worker->slots = calloc(config.depth, sizeof(*worker->slots));
	worker->since_ns = calloc(config.depth, sizeof(*worker->since_ns));
	if (!worker->slots || !worker->since_ns)
		return -ENOMEM;
	for (unsigned int i = 0; i < config.depth; i++) {
		int err = slot_init(&worker->slots[i], &extent, first_index + i);

		if (err)
			return err;
	}
	return 0;
}

/* Writes (when @write) or reads and judges every block once, in order. */
static int pass_over_extent(bool write)
{
	struct slot slot;
	uint64_t nr;
	int err;

	err = slot_init(&slot, &extent, UINT32_MAX);
	if (err)
		return err;
	for (uint64_t at = 0; at < extent.nr_blocks && extent.errors < ERRORS_MAX; at += nr) {
		nr = extent.nr_blocks - at;
		if (nr > extent.max_blocks)
			nr = extent.max_blocks;
		if (write)
			slot_write(&slot, at, nr);
		else
			slot_read(&slot, at, nr);
		slot_run(&slot);
	}
	slot_uninit(&slot);
	return 0;
}

static int target_size(int fd, uint64_t *bytes)
{
	struct stat status;

	if (fstat(fd, &status))
		return -errno;
	if (S_ISBLK(status.st_mode))
		return ioctl(fd, BLKGETSIZE64, bytes) ? -errno : 0;
	*bytes = (uint64_t)status.st_size;
	return 0;
}

/* The table, and what keeps it on the truth disk; with --check it comes from there. */
static int open_truth(void)
{
	struct truth_place place = {
		.path = config.truth,
		.offset_bytes = config.truth_offset_bytes,
		.nr_blocks = extent.nr_blocks,
		.seed = extent.seed,
	};
	int err;

	if (config.check) {
		err = truth_load(&place, &extent.table);
		if (!err && place.nr_blocks > extent.nr_blocks)
			err = -ENOSPC;
		extent.nr_blocks = place.nr_blocks;
		extent.seed = place.seed;
		return err;
	}
	extent.table = table_create(extent.nr_blocks);
	if (!extent.table)
		return -ENOMEM;
	return config.truth ? truth_create(&place, extent.table, &extent.truth) : 0;
}

static int open_extent(void)
{
	uint64_t bytes;
	int err;

	extent.fd = open(config.path, O_RDWR | O_DIRECT | (config.create_bytes ? O_CREAT : 0), 0600);
	if (extent.fd < 0)
		return -errno;
	if (config.create_bytes) {
		err = posix_fallocate(extent.fd, 0, (off_t)config.create_bytes);
		if (err)
			return -err;
	}
	err = target_size(extent.fd, &bytes);
	if (err)
		return err;
	if (extent.offset_bytes > bytes || config.length_bytes > bytes - extent.offset_bytes)
		return -ENOSPC;
	if (!config.length_bytes)
		config.length_bytes = bytes - extent.offset_bytes;
	extent.nr_blocks = config.length_bytes / BLOCK_BYTES;
	extent.min_blocks = config.min_bytes / BLOCK_BYTES;
	extent.max_blocks = config.max_bytes / BLOCK_BYTES;
	if (!extent.min_blocks || extent.min_blocks > extent.max_blocks ||
	    extent.max_blocks > extent.nr_blocks)
		return -EINVAL;
	return open_truth();
}

static int say_ready(void)
{
	int fd;

	if (!config.ready)
		return 0;
	fd = open(config.ready, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

/* Runs the workers to the end of the load and returns the longest I/O in @longest_ns. */
static int run_load(uint64_t *longest_ns)
{
	struct worker *workers = calloc(config.nr_threads, sizeof(*workers));
	unsigned int nr_started = 0;
	int err = 0;

	if (!workers)
		return -ENOMEM;
	for (unsigned int i = 0; i < config.nr_threads && !err; i++)
		err = worker_init(&workers[i], i * (unsigned int)config.depth);
	if (!err)
		err = say_ready();
	alarm((unsigned int)config.seconds);
	for (; !err && nr_started < config.nr_threads; nr_started++)
		err = -pthread_create(&workers[nr_started].thread, NULL, worker_main,
				      &workers[nr_started]);
	if (err)
		stop_asked = 1;
	for (unsigned int i = 0; i < nr_started; i++) {
		pthread_join(workers[i].thread, NULL);
		if (workers[i].setup_errno)
			err = -workers[i].setup_errno;
		if (workers[i].longest_ns > *longest_ns)
			*longest_ns = workers[i].longest_ns;
	}
	for (unsigned int i = 0; i < config.nr_threads; i++)
		worker_uninit(&workers[i]);
	free(workers);
	return err;
}

static void print_summary(uint64_t nr_ios, uint64_t longest_ns)
{
	struct json_object *summary = json_object_new_object();

	json_object_object_add(summary, "schema", json_object_new_string("blki-verify/1"));
	json_object_object_add(summary, "ios", json_object_new_uint64(nr_ios));
	json_object_object_add(summary, "reads", json_object_new_uint64(extent.reads));
	json_object_object_add(summary, "writes", json_object_new_uint64(extent.writes));
	json_object_object_add(summary, "flushes", json_object_new_uint64(extent.flushes));
	json_object_object_add(summary, "bytes", json_object_new_uint64(extent.bytes));
	json_object_object_add(summary, "blocks", json_object_new_uint64(extent.nr_blocks));
	json_object_object_add(summary, "rechecks", json_object_new_uint64(extent.rechecks));
	json_object_object_add(summary, "errors", json_object_new_uint64(extent.errors));
	json_object_object_add(summary, "mismatches", json_object_new_uint64(extent.mismatches));
	json_object_object_add(summary, "longest_ms",
			       json_object_new_uint64(longest_ns / NS_PER_MS));
	puts(json_object_to_json_string_ext(summary, JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(summary);
}

/* Fills the extent. On a file system the blocks are in place for good only after a flush: from
 * then on nothing but their content changes, and what completed is there even when the guest ends
 * with the next instruction.
 */
static int fill_extent(void)
{
	int err = pass_over_extent(true);

	if (!err && extent.truth)
		err = fdatasync(extent.fd) ? -errno : truth_settle(extent.truth);
	extent.reads = extent.writes = extent.bytes = 0;
	return err;
}

/* The load, and everything read back. */
static int work(uint64_t *nr_ios, uint64_t *longest_ns)
{
	int err = config.check ? 0 : run_load(longest_ns);

	*nr_ios = ios_so_far(&extent);
	if (!err && extent.truth)
		err = truth_settle(extent.truth);
	return err ? err : pass_over_extent(false);
}

int main(int argc, char **argv)
{
	struct sigaction on_signal = { .sa_handler = on_stop };
	uint64_t longest_ns = 0;
	uint64_t nr_ios;
	int err;

	verify_parse(argc, argv, &config, &extent);
	sigaction(SIGTERM, &on_signal, NULL);
	sigaction(SIGINT, &on_signal, NULL);
	sigaction(SIGALRM, &on_signal, NULL);
	err = open_extent();
	if (!err && !config.check)
		err = fill_extent();
	if (err) {
		fprintf(stderr, "verify: %s: can not start: %s; check the size and the limits of the I/Os\n",
			config.path, strerror(-err));
		return 2;
	}
	err = work(&nr_ios, &longest_ns);
	if (err) {
		fprintf(stderr, "verify: %s: the load broke off: %s\n", config.path, strerror(-err));
		return 2;
	}
	print_summary(nr_ios, longest_ns);
	truth_close(extent.truth);
	table_free(extent.table);
	close(extent.fd);
	return extent.errors || extent.mismatches ? 1 : 0;
}
