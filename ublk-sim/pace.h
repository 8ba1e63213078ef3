/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this host adds to a service time, measured, and what is done about it.
 *
 *     program ──a──► the server sees it ── waits ──► the server answers ──b──► program
 *             └────────── latency = a + the wait + b; the profile's is what it shall be ──┘
 *
 * a + b, the trip, is constant but for noise: block layer, driver, the server's and the program's
 * wake-ups. So the model counts from the trip before an I/O was seen, and what the program sees
 * is the profile's time. Two things change it: what the I/O does (a write's data are copied on its way), and
 * whether the server's thread slept (a CPU that was idle takes longer, 2 us by the instruction clock).
 * device_pace.c measures each on the device itself; disk.c decides when an I/O comes whether its
 * wait is one to sleep, and takes the trip of that off; layer.c waits just so. What is left is
 * noise; an op whose shortest time is below the floor cannot be delivered, and the status says so.
 */
#ifndef UBLK_SIM_PACE_H
#define UBLK_SIM_PACE_H

#include "profile.h"

#include <stdbool.h>
#include <stdint.h>

/* A wait of at most this many times sim_pace.spin_ns is not slept: falling asleep and waking up take as long. */
#define SIM_SPIN_ONLY	4u

/** enum sim_wait - how the server waits until an answer is due */
enum sim_wait {
	SIM_WAIT_SPIN, /* it looks at the clock all the time */
	SIM_WAIT_SLEEP, /* it sleeps first */
	SIM_WAIT_COUNT,
};

/**
 * struct sim_pace - a host's part in the time of an I/O
 * @trip_ns: of an I/O without the server's wait, by enum sim_op and enum sim_wait; what neither reads nor
 *	writes has the trip of a read, which brings the server no data either
 * @floor_ns: of an I/O that the server answers at once, data moved, and not less than the trip of one
 *	whose wait is not slept
 * @spin_ns: how long before an answer is due its thread stops sleeping and looks at the clock
 */
struct sim_pace {
	uint64_t trip_ns[SIM_OP_COUNT][SIM_WAIT_COUNT];
	uint64_t floor_ns[SIM_OP_COUNT];
	uint64_t spin_ns;
};

/**
 * struct sim_probe - how a disk that is measured answers
 * @wait_ns: how long after an I/O was seen it is answered
 * @block: what the disk's first block holds; a write of one block with exactly that is answered and not
 *	stored, so that measuring dirties no cache and fills no hole of a file. For a disk without users;
 *	NULL: every write is stored
 */
struct sim_probe {
	uint64_t wait_ns;
	const void *block;
};

/**
 * sim_pace_wait - is a wait one to sleep
 * @pace: measured; all zero: each is
 * @wait_ns: until the answer is due
 *
 * Context: pure.
 * Return: how it is waited.
 */
static inline enum sim_wait sim_pace_wait(const struct sim_pace *pace, uint64_t wait_ns)
{
	return wait_ns > SIM_SPIN_ONLY * pace->spin_ns ? SIM_WAIT_SLEEP : SIM_WAIT_SPIN;
}

/**
 * sim_pace_delivers - can this host be as fast as a profile
 * @pace: measured
 * @profile: the profile
 * @op: SIM_OP_READ or SIM_OP_WRITE
 *
 * Context: pure.
 * Return: whether the profile's shortest @op is not below the floor.
 */
static inline bool sim_pace_delivers(const struct sim_pace *pace,
				     const struct sim_profile *profile, enum sim_op op)
{
	return profile->ops[op].base.ns[0] >= pace->floor_ns[op];
}

#endif
