/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loader: random I/O by io_uring, with a fixed seed, identical for every arm.
 *
 * This -> target block device, O_DIRECT. It owns the meaning of a sample: clock units per I/O
 * over a window of bench_load_window() I/Os, the loader's own instructions included.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <stddef.h>
#include <stdint.h>

#include "clock.h"
#include "names.h"

/**
 * struct bench_load_spec - one load on one target
 * @clock: how to read time
 * @target: path of the block device
 * @extent_bytes: I/Os stay below this offset
 * @load: direction, depth and size
 * @seed: of the offsets; the same seed gives the same offsets
 * @nr_warmup: I/Os before the first window, a multiple of BENCH_WINDOW_MAX
 * @nr_ios: measured I/Os, a multiple of BENCH_WINDOW_MAX
 * @mark: identity of the profiler's window around the measured I/Os, 0 for none
 */
struct bench_load_spec {
	const struct bench_clock *clock;
	const char *target;
	uint64_t extent_bytes;
	enum bench_load load;
	uint64_t seed;
	size_t nr_warmup;
	size_t nr_ios;
	uint16_t mark;
};

/** bench_load_nr_samples - samples that a load yields: one per window */
size_t bench_load_nr_samples(const struct bench_load_spec *spec);

/**
 * bench_load_run - run one load
 * @spec: what
 * @samples: out: bench_load_nr_samples() values, clock units per I/O
 * @nr_workers: out: io_uring worker threads that appeared; anything but 0 spoils the samples
 *
 * Context: sleeps; a signal ends it with -EINTR, a minute without completion with -ETIMEDOUT.
 * Return: 0 or -errno; a sentence was printed.
 */
int bench_load_run(const struct bench_load_spec *spec, double *samples, unsigned int *nr_workers);

#endif /* BENCH_LOAD_H */
