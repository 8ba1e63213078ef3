// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finding out what the time stamp counter counts.
 *
 * Start of a run -> this -> load. The proof: loops of 2000, 6000 and 20000 instructions must
 * differ by exactly 4000 and 14000 ticks. A real counter ticks at its own rate and never does.
 * The rate against CLOCK_MONOTONIC is recorded because the kernel calibrated it and rounds.
 */
#include "clock.h"

#include <stdio.h>

/* Tries of each loop: the shortest of so many is free of timer interrupts. */
#define NR_TRIES 16

/* Ticks to spend on the comparison with CLOCK_MONOTONIC. */
#define SCALE_TICKS 20000000u

#ifdef __x86_64__

/* Two instructions per turn. */
static inline void spin(uint64_t turns)
{
	__asm__ volatile("1:\n\tdec %0\n\tjnz 1b" : "+r"(turns) : : "cc");
}

static uint64_t shortest_spin(uint64_t turns)
{
	uint64_t best = UINT64_MAX, start, ticks;
	int i;

	for (i = 0; i < NR_TRIES; i++) {
		start = __rdtsc();
		spin(turns);
		ticks = __rdtsc() - start;
		if (ticks < best)
			best = ticks;
	}
	return best;
}

static uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static double ticks_per_us(void)
{
	uint64_t start_ns = monotonic_ns(), start = __rdtsc();
	uint64_t ticks;

	do {
		spin(SCALE_TICKS / 64);
		ticks = __rdtsc() - start;
	} while (ticks < SCALE_TICKS);
	return (double)ticks * 1000 / (double)(monotonic_ns() - start_ns);
}

void bench_clock_find(struct bench_clock *clock)
{
	uint64_t a = shortest_spin(1000), b = shortest_spin(3000), c = shortest_spin(10000);
	uint64_t start;

	start = __rdtsc();
	clock->read_cost = __rdtsc() - start;
	clock->instructions = b - a == 4000 && c - b == 14000;
	clock->ticks_per_us = ticks_per_us();
	snprintf(clock->detail, sizeof(clock->detail),
		 "loops of 2000, 6000, 20000 instructions took %llu, %llu, %llu ticks of the time "
		 "stamp counter", (unsigned long long)a, (unsigned long long)b,
		 (unsigned long long)c);
}

#else /* !__x86_64__ */

void bench_clock_find(struct bench_clock *clock)
{
	clock->instructions = false;
	clock->ticks_per_us = 1000;
	clock->read_cost = 0;
	snprintf(clock->detail, sizeof(clock->detail),
		 "this processor has no time stamp counter of x86; nanoseconds are read");
}

#endif

const char *bench_clock_unit(const struct bench_clock *clock)
{
	return clock->instructions ? "instructions" : "ns";
}
