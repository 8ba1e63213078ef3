// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A load that watches its own completions.
 *
 * pause -> this -> block device. Unlike load.c it waits for each completion, so that the time of
 * one is known, and it goes on whatever happens to the device meanwhile. A queue that is frozen
 * makes io_uring send a read to a worker thread; that is part of what a program sees, and not an
 * error here.
 */
#include "pause_load.h"

#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "names.h"
#include "sys.h"

/* A detach may wait for 30 s; a window that lasts longer hangs. */
#define WATCHDOG_S 120

/* Multiplier and increment of Knuth's MMIX generator (TAOCP vol. 2, 3.3.4). */
#define LCG_MULTIPLIER 6364136223846793005u
#define LCG_INCREMENT 1442695040888963407u

/**
 * struct helper - the thread that acts while the load runs
 * @spec: the window
 * @go: posted when it shall act
 * @action_ns: how long that took
 * @err: what it returned
 * @done: it has ended, @action_ns and @err are set
 */
struct helper {
	const struct bench_pause_spec *spec;
	sem_t go;
	uint64_t action_ns;
	int err;
	atomic_bool done;
};

/**
 * struct watcher - the load
 * @spec: the window
 * @ring: the io_uring
 * @fd: the target
 * @buffers: BENCH_PAUSE_DEPTH blocks
 * @state: of the generator of offsets
 * @nr_in_flight: reads that have not come back
 * @last: time of the last completion
 */
struct watcher {
	const struct bench_pause_spec *spec;
	struct io_uring ring;
	int fd;
	char *buffers;
	uint64_t state;
	unsigned int nr_in_flight;
	uint64_t last;
};

static void *help(void *arg)
{
	struct helper *helper = arg;
	const struct bench_pause_spec *spec = helper->spec;
	uint64_t start;

	while (sem_wait(&helper->go) && errno == EINTR)
		;
	start = bench_clock_read(spec->clock);
	helper->err = spec->action(spec->arg);
	helper->action_ns = bench_clock_read(spec->clock) - start;
	helper->done = true;
	return NULL;
}

static void submit(struct watcher *w, unsigned int slot)
{
	uint64_t nr = w->spec->extent_bytes / BENCH_BLOCK_BYTES;
	struct io_uring_sqe *sqe = io_uring_get_sqe(&w->ring);

	w->state = w->state * LCG_MULTIPLIER + LCG_INCREMENT;
	io_uring_prep_read(sqe, w->fd, w->buffers + slot * BENCH_BLOCK_BYTES, BENCH_BLOCK_BYTES,
			   (w->state >> 33) % nr * BENCH_BLOCK_BYTES);
	io_uring_sqe_set_data64(sqe, slot);
	w->nr_in_flight++;
}

/* Take what has completed; @again: and send as many new ones. */
static int take(struct watcher *w, struct bench_pause *pause, bool again)
{
	struct io_uring_cqe *cqe;
	int err = 0;

	while (!io_uring_peek_cqe(&w->ring, &cqe)) {
		uint64_t now = bench_clock_read(w->spec->clock);
		unsigned int slot = (unsigned int)io_uring_cqe_get_data64(cqe);

		if (cqe->res != BENCH_BLOCK_BYTES)
			err = cqe->res < 0 ? cqe->res : -EIO;
		io_uring_cqe_seen(&w->ring, cqe);
		if (w->last && now - w->last > pause->gap_ns)
			pause->gap_ns = now - w->last;
		w->last = now;
		w->nr_in_flight--;
		pause->nr_ios++;
		if (again && !err)
			submit(w, slot);
	}
	return err;
}

static int step(struct watcher *w, struct bench_pause *pause, bool again)
{
	int err = io_uring_submit_and_wait(&w->ring, 1);

	if (bench_signal())
		return -EINTR;
	if (err < 0 && err != -EINTR)
		return err;
	return take(w, pause, again);
}

/* The first reads, some time apart; none of the gaps before all are under way counts. */
static int ramp_up(struct watcher *w, struct bench_pause *pause)
{
	uint64_t next = bench_clock_read(w->spec->clock);
	unsigned int slot;
	int err = 0;

	for (slot = 0; slot < BENCH_PAUSE_DEPTH && !err; slot++) {
		submit(w, slot);
		err = io_uring_submit(&w->ring) < 0 ? -EIO : 0;
		next += w->spec->stagger_ns;
		while (bench_clock_read(w->spec->clock) < next)
			;
	}
	while (!err && pause->nr_ios < BENCH_PAUSE_DEPTH)
		err = step(w, pause, true);
	memset(pause, 0, sizeof(*pause));
	return err;
}

static int watch(struct watcher *w, struct helper *helper, struct bench_pause *pause)
{
	uint64_t start, now, act_at;
	bool acted = !w->spec->action;
	int err;

	err = ramp_up(w, pause);
	start = bench_clock_read(w->spec->clock);
	act_at = start + w->spec->window_ns / 4;
	while (!err) {
		now = bench_clock_read(w->spec->clock);
		if (!acted && now >= act_at) {
			sem_post(&helper->go);
			acted = true;
		}
		if (now >= start + w->spec->window_ns && helper->done)
			break;
		err = step(w, pause, true);
	}
	if (!acted)
		sem_post(&helper->go);
	while (!err && w->nr_in_flight)
		err = step(w, pause, false);
	return err;
}

static int watcher_open(struct watcher *w, const struct bench_pause_spec *spec)
{
	struct io_uring_params params = {
		.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN,
	};
	int err;

	memset(w, 0, sizeof(*w));
	w->spec = spec;
	w->state = spec->seed;
	w->fd = open(spec->target, O_RDONLY | O_DIRECT | O_CLOEXEC);
	if (w->fd < 0) {
		err = -errno;
		bench_error("%s: can not be opened: %s", spec->target, strerror(-err));
		return err;
	}
	w->buffers = mmap(NULL, BENCH_PAUSE_DEPTH * BENCH_BLOCK_BYTES, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	err = w->buffers == MAP_FAILED ? -ENOMEM :
					 io_uring_queue_init_params(BENCH_PAUSE_DEPTH, &w->ring,
								    &params);
	if (!err)
		return 0;
	bench_error("io_uring can not be set up: %s; Linux 6.1 or newer is needed, and "
		    "kernel.io_uring_disabled=0", strerror(-err));
	if (w->buffers != MAP_FAILED)
		munmap(w->buffers, BENCH_PAUSE_DEPTH * BENCH_BLOCK_BYTES);
	close(w->fd);
	return err;
}

static void watcher_close(struct watcher *w)
{
	io_uring_queue_exit(&w->ring);
	munmap(w->buffers, BENCH_PAUSE_DEPTH * BENCH_BLOCK_BYTES);
	close(w->fd);
}

/* The load with its helper, whose end it waits for. */
static int run_both(struct watcher *w, struct bench_pause *pause)
{
	struct helper helper = { .spec = w->spec, .done = !w->spec->action };
	pthread_t thread;
	int err;

	sem_init(&helper.go, 0, 0);
	err = w->spec->action ? -pthread_create(&thread, NULL, help, &helper) : 0;
	if (err) {
		bench_error("a thread can not be started: %s", strerror(-err));
		goto out_destroy;
	}
	alarm(WATCHDOG_S);
	err = watch(w, &helper, pause);
	alarm(0);
	if (w->spec->action)
		pthread_join(thread, NULL);
	pause->action_ns = helper.action_ns;
	if (err)
		bench_error("%s: the load of attach-pause failed: %s", w->spec->target,
			    strerror(-err));
	err = err ? err : helper.err;
out_destroy:
	sem_destroy(&helper.go);
	return err;
}

int bench_pause_run(const struct bench_pause_spec *spec, struct bench_pause *pause)
{
	struct watcher w;
	int err;

	memset(pause, 0, sizeof(*pause));
	err = watcher_open(&w, spec);
	if (err)
		return err;
	err = run_both(&w, pause);
	watcher_close(&w);
	return err;
}
