/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this host adds to a service time, measured, and what is done about it.
 *
 *     program ──a──► the server sees it ── waits ──► the server answers ──b──► program
 *             └────────── latency = a + the wait + b; the profile's is what it shall be ──┘
 *
 * a + b, the trip, is constant but for noise: block layer, driver, the server's and the program's
 * wake-ups. So the model counts from the trip before an I/O was seen, and what the program sees
 * is the profile's time. device_pace.c measures it on the device itself, for reads and writes apart
 * (a write's trip is some hundred instructions longer), with answers that wait as modelled
 * ones do; disk.c takes it off, layer.c waits. What is left is noise; an op whose shortest
 * time is below the floor cannot be delivered, and the status says so.
 */
#ifndef UBLK_SIM_PACE_H
#define UBLK_SIM_PACE_H

#include "profile.h"

#include <stdbool.h>
#include <stdint.h>

/**
 * struct sim_pace - a host's part in the time of an I/O
 * @trip_ns: of an I/O without the server's wait, by enum sim_op; what neither reads nor writes has
 *	the trip of a read, which brings the server no data either
 * @floor_ns: of an I/O that the server answers at once, data moved, and not less than the trip
 * @spin_ns: how long before an answer is due its thread stops sleeping and looks at the clock
 */
struct sim_pace {
	uint64_t trip_ns[SIM_OP_COUNT];
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
