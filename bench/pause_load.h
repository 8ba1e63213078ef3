/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The longest gap between completions of a load while something else happens.
 *
 * pause -> this -> target block device. The load keeps BENCH_PAUSE_DEPTH reads in flight for a
 * fixed time; in the middle of it a second thread does what is asked. Gaps are those a program
 * sees: from one completion that it takes to the next.
 */
#ifndef BENCH_PAUSE_LOAD_H
#define BENCH_PAUSE_LOAD_H

#include <stddef.h>
#include <stdint.h>

#include "clock.h"

/** BENCH_PAUSE_DEPTH - reads in flight */
#define BENCH_PAUSE_DEPTH 32

/**
 * struct bench_pause_spec - one window
 * @clock: how to read time
 * @target: path of the block device
 * @extent_bytes: reads stay below this offset
 * @seed: of the offsets
 * @window_ns: how long the load runs at least; it also runs until @action has ended
 * @stagger_ns: distance between the first reads, so that their completions do not come in one burst
 * @action: what happens after a quarter of the window, in a thread of its own; NULL for nothing
 * @arg: handed to @action
 */
struct bench_pause_spec {
	const struct bench_clock *clock;
	const char *target;
	uint64_t extent_bytes;
	uint64_t seed;
	uint64_t window_ns;
	uint64_t stagger_ns;
	int (*action)(void *arg);
	void *arg;
};

/**
 * struct bench_pause - what a window showed
 * @gap_ns: longest time between two completions
 * @action_ns: how long @action took; 0 for none
 * @nr_ios: reads completed
 */
struct bench_pause {
	uint64_t gap_ns;
	uint64_t action_ns;
	size_t nr_ios;
};

/**
 * bench_pause_run - run one window
 * @spec: what
 * @pause: out
 *
 * Context: starts a thread and ends it; sleeps. Return: 0; the failure of @spec->action; or
 * -errno of the load, a sentence was printed.
 */
int bench_pause_run(const struct bench_pause_spec *spec, struct bench_pause *pause);

#endif /* BENCH_PAUSE_LOAD_H */
