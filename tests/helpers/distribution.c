// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Distribution of service times and distance from it; see distribution.h.
 */
#include "distribution.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

/* Points of the integral over the distance, and over the overhead, which hardly matters. */
#define DISTANCES	200
#define OVERHEADS	5
/* Halvings of an interval of at most 2^34 ns, to below a nanosecond. */
#define HALVINGS	40

/* The share of random I/Os on a rotating disk that take at most @ns. */
static double mechanics_share(const struct sim_profile *profile, enum sim_op op, double ns)
{
	const double track_ns = (double)profile->seek_track_ns;
	const double beyond_ns = (double)profile->seek_full_ns - track_ns;
	double sum = 0;
	int i;
	int k;

	for (i = 0; i < DISTANCES; i++) {
		const double distance = (i + 0.5) / DISTANCES;
		const double left_ns = ns - track_ns - beyond_ns * sqrt(distance);

		for (k = 0; k < OVERHEADS; k++) {
			const double overhead_ns = (double)sim_quantiles_at(
				&profile->ops[op].base, (k + 0.5) / OVERHEADS);
			const double turned =
				(left_ns - overhead_ns) / (double)profile->rotation_ns;

			sum += 2 * (1 - distance) * fmin(1, fmax(0, turned));
		}
	}
	return sum / (DISTANCES * OVERHEADS);
}

void distribution_init(struct distribution *distribution, const struct sim_profile *profile,
		       enum sim_op op)
{
	const struct sim_quantiles *base = &profile->ops[op].base;
	double most_ns;
	uint32_t i;

	distribution->table = profile->rotation_ns ? NULL : base;
	if (distribution->table)
		return;
	distribution->least_ns = (double)(base->ns[0] + profile->seek_track_ns);
	most_ns = (double)(base->ns[base->nr - 1] + profile->seek_full_ns + profile->rotation_ns);
	distribution->step_ns = (most_ns - distribution->least_ns) / DISTRIBUTION_STEPS;
	for (i = 0; i <= DISTRIBUTION_STEPS; i++)
		distribution->share[i] = mechanics_share(
			profile, op, distribution->least_ns + i * distribution->step_ns);
}

double distribution_share(const struct distribution *distribution, double ns)
{
	double at;
	uint32_t i;

	if (distribution->table)
		return sim_quantiles_share(distribution->table, ns);
	at = (ns - distribution->least_ns) / distribution->step_ns;
	if (at <= 0)
		return 0;
	if (at >= DISTRIBUTION_STEPS)
		return 1;
	i = (uint32_t)at;
	return distribution->share[i] +
	       (at - i) * (distribution->share[i + 1] - distribution->share[i]);
}

double distribution_quantile(const struct distribution *distribution, double share)
{
	double low_ns = 0;
	double high_ns = (double)SIM_SERVICE_NS_MAX;
	int i;

	for (i = 0; i < HALVINGS; i++) {
		const double middle_ns = (low_ns + high_ns) / 2;

		if (distribution_share(distribution, middle_ns) < share)
			low_ns = middle_ns;
		else
			high_ns = middle_ns;
	}
	return high_ns;
}

static int compare_ns(const void *a, const void *b)
{
	const uint64_t left = *(const uint64_t *)a;
	const uint64_t right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

double distribution_distance(const struct distribution *distribution, uint64_t *ns, uint32_t nr)
{
	double most = 0;
	uint32_t i;

	qsort(ns, nr, sizeof(*ns), compare_ns);
	for (i = 0; i < nr; i++) {
		const double share = distribution_share(distribution, (double)ns[i]);

		most = fmax(most, fmax(share - (double)i / nr, (double)(i + 1) / nr - share));
	}
	return most;
}
