/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this host can deliver: how long an I/O takes with no service time at all, and how late
 * its timers are.
 *
 * A disk that is modelled cannot be faster than the first, and is late by the second. Measured
 * when a device with a profile is made (device.c) and by `ublk-sim doctor`.
 */
#ifndef UBLK_SIM_FLOOR_H
#define UBLK_SIM_FLOOR_H

#include <stdint.h>

/**
 * sim_floor_path_ns - the time of a read with nothing else in flight
 * @node: of a disk that answers at once
 * @block_bytes: its logical block; read by direct I/O
 * @size_bytes: its capacity
 * @path_ns: set to the median
 *
 * Context: may sleep; some hundred reads.
 * Return: 0 or -errno.
 */
int sim_floor_path_ns(const char *node, uint32_t block_bytes, uint64_t size_bytes,
		      uint64_t *path_ns);

/**
 * struct sim_floor_timer - how much later than asked for a ring's wait ends
 * @median_ns: median
 * @p99_ns: what 99 of 100 stay below
 */
struct sim_floor_timer {
	uint64_t median_ns;
	uint64_t p99_ns;
};

/**
 * sim_floor_timer_ns - wait as a queue does, and see how late it is
 * @timer: filled
 *
 * Context: may sleep; sets the calling thread's timer slack.
 * Return: 0 or -errno.
 */
int sim_floor_timer_ns(struct sim_floor_timer *timer);

#endif
