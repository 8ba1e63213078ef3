/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The distribution of service times that a profile describes, and how far a sample is from it.
 *
 * The unit tests of the service model → here → ublk-sim/profile.h. It holds for
 * 4 KiB at random places with nothing else in flight, where no cap, program or garbage collection
 * is met. Pure.
 */
#ifndef BLKI_TEST_DISTRIBUTION_H
#define BLKI_TEST_DISTRIBUTION_H

#include "ublk-sim/profile.h"

#include <stdint.h>

/* Steps of the times of a rotating disk: one is 24 us of hdd-7200. */
#define DISTRIBUTION_STEPS	1024u

/**
 * struct distribution - how one kind of I/O is distributed
 * @table: without mechanics the profile's own table, and the rest is not used; else NULL
 * @least_ns: shortest time
 * @step_ns: from one step to the next
 * @share: of the I/Os that take at most that long, by step
 */
struct distribution {
	const struct sim_quantiles *table;
	double least_ns;
	double step_ns;
	double share[DISTRIBUTION_STEPS + 1];
};

/**
 * distribution_init - that of a profile
 * @distribution: filled
 * @profile: must stay
 * @op: SIM_OP_READ or SIM_OP_WRITE
 *
 * A rotating disk's is integrated numerically: the distance of two random places has the density
 * 2 (1 - d), the angle is uniform.
 *
 * Context: pure.
 */
void distribution_init(struct distribution *distribution, const struct sim_profile *profile,
		       enum sim_op op);

/**
 * distribution_share - the share of I/Os that take at most a time
 * @distribution: a distribution
 * @ns: the time
 *
 * Context: pure.
 * Return: 0 … 1.
 */
double distribution_share(const struct distribution *distribution, double ns);

/**
 * distribution_quantile - the time that a share of the I/Os stays below
 * @distribution: a distribution
 * @share: 0 … 1
 *
 * Context: pure.
 * Return: ns.
 */
double distribution_quantile(const struct distribution *distribution, double share);

/**
 * distribution_distance - the largest distance of a sample's shares from the distribution's
 * @distribution: a distribution
 * @ns: @nr times; sorted here
 * @nr: > 0
 *
 * Context: pure.
 * Source: the two-sided statistic D of N. Smirnov, Annals of Mathematical Statistics 19(2), 1948.
 * Return: D, 0 … 1.
 */
double distribution_distance(const struct distribution *distribution, uint64_t *ns, uint32_t nr);

#endif /* BLKI_TEST_DISTRIBUTION_H */
