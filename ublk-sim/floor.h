/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this host can deliver: how long an I/O takes with no service time at all, and how late
 * its timers are.
 *
 * A disk that is modelled cannot be faster than the first, and the second says how long its
 * threads look at the clock instead of sleeping. Measured when a device gets a profile
 * (device_pace.c) and by `ublk-sim doctor`.
 */
#ifndef UBLK_SIM_FLOOR_H
#define UBLK_SIM_FLOOR_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct sim_floor_disk - a disk that is measured
 * @fd: its node, for direct I/O
 * @block_bytes: its logical block
 * @nr_blocks: its capacity
 * @block: one block; after a measurement of writes what the first block holds
 */
struct sim_floor_disk {
	int fd;
	uint32_t block_bytes;
	uint64_t nr_blocks;
	void *block;
};

/**
 * sim_floor_open - begin to measure a disk
 * @disk: filled
 * @node: of the disk
 * @block_bytes: its logical block
 * @size_bytes: its capacity
 * @may_write: whether writes shall be measured too
 *
 * Context: may sleep; allocates.
 * Return: 0 or -errno.
 */
int sim_floor_open(struct sim_floor_disk *disk, const char *node, uint32_t block_bytes,
		   uint64_t size_bytes, bool may_write);

/**
 * sim_floor_close - end it
 * @disk: from sim_floor_open()
 */
void sim_floor_close(struct sim_floor_disk *disk);

/**
 * sim_floor_latency_ns - how long an I/O of one block takes, nothing else in flight
 * @disk: open, for writing too if @is_write
 * @is_write: write the first block, with what it holds; else read one block after another
 * @median_ns: set to the median
 *
 * Measured by a process of its own, which ends before this returns.
 *
 * Context: may sleep; forks; some hundred I/Os.
 * Return: 0 or -errno; -EINTR that process was killed.
 */
int sim_floor_latency_ns(struct sim_floor_disk *disk, bool is_write, uint64_t *median_ns);

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
