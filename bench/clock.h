/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The clock of the benchmark: guest instructions where the machine counts them, else nanoseconds.
 *
 * load reads it around every window. Under QEMU's -icount shift=0 the time stamp counter
 * advances by one per executed guest instruction; that is proved at every start by counting
 * loops of known length, never taken from a configuration file. Nothing is subtracted from a
 * reading.
 */
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#ifdef __x86_64__
#include <x86intrin.h>
#endif

/**
 * struct bench_clock - what the clock was found to be
 * @instructions: the time stamp counter counts executed instructions exactly
 * @ticks_per_us: time stamp counter ticks per microsecond of CLOCK_MONOTONIC
 * @read_cost: ticks between two reads in a row
 * @detail: the proof, in words
 */
struct bench_clock {
	bool instructions;
	double ticks_per_us;
	uint64_t read_cost;
	char detail[160];
};

/** bench_clock_find - measure what the clock is; Context: runs for some milliseconds */
void bench_clock_find(struct bench_clock *clock);

/** bench_clock_unit - "instructions" or "ns" */
const char *bench_clock_unit(const struct bench_clock *clock);

/** bench_clock_read - now; the unit is bench_clock_unit(), the origin is arbitrary */
static inline uint64_t bench_clock_read(const struct bench_clock *clock)
{
	struct timespec now;

#ifdef __x86_64__
	if (clock->instructions)
		return __rdtsc();
#endif
	clock_gettime(CLOCK_MONOTONIC_RAW, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

#endif /* BENCH_CLOCK_H */
