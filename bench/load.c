// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The loader: random I/O of one size by io_uring on one target.
 *
 * scenario -> this -> block device; samples back. Buffers and the file are registered,
 * completions are taken in the loader's own context, a window is one clock read apart from the
 * next: so that as little as possible of what is measured is the loader, and that little is
 * the same instructions in every arm. It looks for io_uring's worker threads, because a target
 * that sends I/O there is measured wrongly.
 */
#include "load.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "profile_mark.h"
#include "sys.h"

/* Entries of the ring and buffers, unless a load is deeper. */
#define MIN_SLOTS 32

/* Deepest load. */
#define MAX_SLOTS BENCH_WINDOW_MAX

/* Guest seconds without the end of a run after which it is given up as hung. */
#define WATCHDOG_S 60

/* Multiplier and increment of Knuth's MMIX generator (TAOCP vol. 2, 3.3.4). */
#define LCG_MULTIPLIER 6364136223846793005u
#define LCG_INCREMENT 1442695040888963407u

/**
 * struct loader - an open load
 * @spec: what to do
 * @ring: the io_uring
 * @fd: the target, also registered as file 0
 * @fixed: buffers and file are registered
 * @nr_slots: entries of the ring, and buffers
 * @io_bytes: size of every I/O
 * @buffers: @nr_slots of @io_bytes, registered as buffers 0...
 * @offsets: of every I/O to come, in bytes
 * @next: index of the next I/O
 */
struct loader {
	const struct bench_load_spec *spec;
	struct io_uring ring;
	int fd;
	bool fixed;
	unsigned int nr_slots;
	size_t io_bytes;
	char *buffers;
	uint64_t *offsets;
	size_t next;
};

/*
 * Even blocks only: no two are adjacent, so that nothing is merged and every I/O is one bio
 * everywhere.
 */
static uint64_t *draw_offsets(const struct bench_load_spec *spec)
{
	size_t nr = spec->nr_warmup + spec->nr_ios, i;
	uint64_t io_bytes = bench_load_io_bytes(spec->load);
	uint64_t nr_pairs = spec->extent_bytes / io_bytes / 2;
	uint64_t state = spec->seed;
	uint64_t *offsets = malloc(nr * sizeof(*offsets));

	for (i = 0; offsets && i < nr; i++) {
		state = state * LCG_MULTIPLIER + LCG_INCREMENT;
		offsets[i] = (state >> 33) % nr_pairs * 2 * io_bytes;
	}
	return offsets;
}

static int set_up_ring(struct loader *l)
{
	struct io_uring_params params = {
		.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN,
	};
	struct io_uring_params no_params = { 0 };
	struct iovec vecs[MAX_SLOTS];
	unsigned int i;
	int err;

	err = io_uring_queue_init_params(l->nr_slots, &l->ring,
					 l->fixed ? &params : &no_params);
	if (err) {
		bench_error("io_uring can not be set up: %s; Linux 6.1 or newer is needed, and "
			    "kernel.io_uring_disabled=0", strerror(-err));
		return err;
	}
	if (!l->fixed)
		return 0;
	for (i = 0; i < l->nr_slots; i++) {
		vecs[i].iov_base = l->buffers + i * l->io_bytes;
		vecs[i].iov_len = l->io_bytes;
	}
	err = io_uring_register_buffers(&l->ring, vecs, l->nr_slots);
	if (!err)
		err = io_uring_register_files(&l->ring, &l->fd, 1);
	if (err) {
		bench_error("io_uring refuses to register buffers or file: %s", strerror(-err));
		io_uring_queue_exit(&l->ring);
	}
	return err;
}

static int loader_open(struct loader *l, const struct bench_load_spec *spec)
{
	unsigned int depth = bench_load_depth(spec->load);
	size_t bytes;
	int err;

	memset(l, 0, sizeof(*l));
	l->spec = spec;
	l->fixed = bench_load_engine(spec->load) == BENCH_ENGINE_FIXED;
	l->nr_slots = depth > MIN_SLOTS ? depth : MIN_SLOTS;
	l->io_bytes = bench_load_io_bytes(spec->load);
	bytes = l->nr_slots * l->io_bytes;
	/*
	 * Without O_NOATIME a read costs 6 instructions more once the node's mtime is the
	 * younger one.
	 */
	l->fd = open(spec->target, O_RDWR | O_DIRECT | O_NOATIME | O_CLOEXEC);
	if (l->fd < 0) {
		err = -errno;
		bench_error("%s: can not be opened: %s", spec->target, strerror(-err));
		return err;
	}
	l->offsets = draw_offsets(spec);
	l->buffers = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	err = -ENOMEM;
	if (!l->offsets || l->buffers == MAP_FAILED)
		goto err_free;
	memset(l->buffers, 0x5a, bytes);
	err = set_up_ring(l);
	if (!err)
		return 0;
err_free:
	if (l->buffers != MAP_FAILED)
		munmap(l->buffers, bytes);
	free(l->offsets);
	close(l->fd);
	return err;
}

/*
 * The ring's own end is asynchronous: what is registered is given back first, so that the
 * target is free.
 */
static void loader_close(struct loader *l)
{
	if (l->fixed) {
		io_uring_unregister_files(&l->ring);
		io_uring_unregister_buffers(&l->ring);
	}
	io_uring_queue_exit(&l->ring);
	munmap(l->buffers, l->nr_slots * l->io_bytes);
	free(l->offsets);
	close(l->fd);
}

static void prepare(struct loader *l, unsigned int slot, bool write)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&l->ring);
	char *buffer = l->buffers + slot * l->io_bytes;
	unsigned int nr = (unsigned int)l->io_bytes;
	uint64_t offset = l->offsets[l->next++];

	/* The simple loads only read. */
	if (!l->fixed) {
		io_uring_prep_read(sqe, l->fd, buffer, nr, offset);
		return;
	}
	if (write)
		io_uring_prep_write_fixed(sqe, 0, buffer, nr, offset, (int)slot);
	else
		io_uring_prep_read_fixed(sqe, 0, buffer, nr, offset, (int)slot);
	sqe->flags |= IOSQE_FIXED_FILE;
}

/* Take @nr completions; all of them are awaited already. */
static int reap(struct loader *l, unsigned int nr)
{
	struct io_uring_cqe *cqe;
	int err = 0;

	while (nr--) {
		if (io_uring_peek_cqe(&l->ring, &cqe))
			return -EIO;
		if (cqe->res != (int)l->io_bytes)
			err = cqe->res < 0 ? cqe->res : -EIO;
		io_uring_cqe_seen(&l->ring, cqe);
	}
	return err;
}

static int run_window(struct loader *l, unsigned int window, unsigned int depth, bool write)
{
	unsigned int done, slot;
	int err;

	for (done = 0; done < window; done += depth) {
		for (slot = 0; slot < depth; slot++)
			prepare(l, slot, write);
		err = io_uring_submit_and_wait(&l->ring, depth);
		while (err == -EINTR && !bench_signal())
			err = io_uring_submit_and_wait(&l->ring, depth);
		if (err < 0)
			return err;
		/* A signal may also end the wait early without an error. */
		while (io_uring_cq_ready(&l->ring) < depth) {
			if (bench_signal())
				return -EINTR;
			io_uring_submit_and_wait(&l->ring, depth);
		}
		err = reap(l, depth);
		if (err)
			return err;
	}
	return 0;
}

/*
 * One I/O after the other by pread(2) or pwrite(2), for loads that the driver splits: io_uring asks
 * without waiting first, the block layer refuses to split that, and a worker thread would do it
 * all again.
 */
static int run_window_sync(struct loader *l, unsigned int window, bool write)
{
	ssize_t n;

	while (window--) {
		off_t offset = (off_t)l->offsets[l->next++];

		n = write ? pwrite(l->fd, l->buffers, l->io_bytes, offset) :
			    pread(l->fd, l->buffers, l->io_bytes, offset);
		if (n != (ssize_t)l->io_bytes)
			return n < 0 ? -errno : -EIO;
	}
	return 0;
}

static unsigned int count_workers(void)
{
	char path[sizeof("/proc/self/task//comm") + 256], comm[32];
	unsigned int nr = 0;
	struct dirent *entry;
	DIR *dir = opendir("/proc/self/task");

	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/self/task/%s/comm", entry->d_name);
		if (!sys_read(comm, sizeof(comm), "%s", path) && !strncmp(comm, "iou-wrk", 7))
			nr++;
	}
	if (dir)
		closedir(dir);
	return nr;
}

static int run_one(struct loader *l)
{
	enum bench_load load = l->spec->load;
	bool write = bench_load_is_write(load);

	if (bench_load_engine(load) == BENCH_ENGINE_SYNC)
		return run_window_sync(l, bench_load_window(load), write);
	return run_window(l, bench_load_window(load), bench_load_depth(load), write);
}

static int run_all(struct loader *l, double *samples)
{
	const struct bench_load_spec *spec = l->spec;
	unsigned int window = bench_load_window(spec->load);
	uint64_t start, now;
	size_t i;
	int err = 0;

	for (i = 0; i < spec->nr_warmup / window && !err; i++)
		err = run_one(l);
	if (spec->mark)
		profile_mark_begin(spec->mark);
	start = bench_clock_read(spec->clock);
	for (i = 0; i < spec->nr_ios / window && !err; i++) {
		err = run_one(l);
		now = bench_clock_read(spec->clock);
		samples[i] = (double)(now - start) / window;
		start = now;
	}
	if (spec->mark)
		profile_mark_end();
	return err;
}

size_t bench_load_nr_samples(const struct bench_load_spec *spec)
{
	return spec->nr_ios / bench_load_window(spec->load);
}

int bench_load_run(const struct bench_load_spec *spec, double *samples, unsigned int *nr_workers)
{
	struct loader l;
	int err;

	*nr_workers = 0;
	err = loader_open(&l, spec);
	if (err)
		return err;
	memset(samples, 0, bench_load_nr_samples(spec) * sizeof(*samples));
	alarm(WATCHDOG_S);
	err = run_all(&l, samples);
	alarm(0);
	if (err == -EINTR && bench_signal() == SIGALRM) {
		bench_signal_forget();
		err = -ETIMEDOUT;
	}
	*nr_workers = count_workers();
	if (err)
		bench_error("%s: %s failed after %zu I/Os: %s", spec->target,
			    bench_loads.names[spec->load].name, l.next, strerror(-err));
	loader_close(&l);
	return err;
}
