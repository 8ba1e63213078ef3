// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Statistics of one cell and of a difference between cells.
 *
 * load -> samples -> this -> result. The definitions, and why these, are in
 * docs/statistics.md. It does no I/O and reads no clock, so that everything in it is tested
 * against known answers.
 */
#include "stat.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One instruction (or nanosecond): a smaller difference is not a thing that can be executed. */
#define RESOLUTION_FLOOR 1.0

/* Probability beyond either end of a 95 % interval. */
#define TAIL 0.025

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Return: a sorted copy of @nr > 0 values, to be freed, or NULL without memory. */
static double *sorted_copy(const double *values, size_t nr)
{
	double *sorted = malloc(nr * sizeof(*sorted));

	if (sorted) {
		memcpy(sorted, values, nr * sizeof(*sorted));
		qsort(sorted, nr, sizeof(*sorted), compare_doubles);
	}
	return sorted;
}

double bench_median(const double *values, size_t nr)
{
	double *sorted, median;

	if (!nr)
		return NAN;
	sorted = sorted_copy(values, nr);
	if (!sorted)
		return NAN;
	median = nr % 2 ? sorted[nr / 2] : (sorted[nr / 2 - 1] + sorted[nr / 2]) / 2;
	free(sorted);
	return median;
}

/* Largest k such that fewer than k of @nr values are below the median in at most 2.5 %; or 0. */
static size_t interval_rank(size_t nr)
{
	double term = pow(0.5, (double)nr), sum = 0;
	size_t k;

	for (k = 0; k < nr / 2 && sum + term <= TAIL; k++) {
		sum += term;
		term *= (double)(nr - k) / (double)(k + 1);
	}
	return k;
}

int bench_median_interval(const double *values, size_t nr, double *low, double *high)
{
	size_t k = interval_rank(nr);
	double *sorted;

	if (!k)
		return -ERANGE;
	sorted = sorted_copy(values, nr);
	if (!sorted)
		return -ENOMEM;
	*low = sorted[k - 1];
	*high = sorted[nr - k];
	free(sorted);
	return 0;
}

double bench_range_d2(unsigned int nr)
{
	static const double d2[BENCH_MAX_REPS + 1] = {
		[2] = 1.128, [3] = 1.693, [4] = 2.059, [5] = 2.326, [6] = 2.534,
		[7] = 2.704, [8] = 2.847, [9] = 2.970, [10] = 3.078,
	};

	return nr > BENCH_MAX_REPS ? 0 : d2[nr];
}

int bench_summarize(const double *samples, size_t nr, unsigned int nr_reps,
		    struct bench_summary *out)
{
	size_t per_rep, i;
	double low, high, sum = 0;
	unsigned int r;

	if (!nr || !nr_reps || nr_reps > BENCH_MAX_REPS || nr % nr_reps)
		return -EINVAL;
	memset(out, 0, sizeof(*out));
	per_rep = nr / nr_reps;
	for (i = 0; i < nr; i++)
		sum += samples[i];
	out->mean = sum / (double)nr;
	out->nr_reps = nr_reps;
	out->median = bench_median(samples, nr);
	low = INFINITY;
	high = -INFINITY;
	for (r = 0; r < nr_reps; r++) {
		double m = bench_median(samples + r * per_rep, per_rep);

		out->rep_median[r] = m;
		low = fmin(low, m);
		high = fmax(high, m);
	}
	if (isnan(out->median) || isnan(low))
		return -ENOMEM;
	out->spread = high - low;
	out->sigma = nr_reps > 1 ? out->spread / bench_range_d2(nr_reps) : 0;
	return 0;
}

/* Student's t for 0.975 plus t for 0.80 with 2 (nr_reps - 1) degrees of freedom. */
static double detectable_multiplier(unsigned int nr_reps)
{
	static const double sum[BENCH_MAX_REPS + 1] = {
		[2] = 4.303 + 1.061, [3] = 2.776 + 0.941, [4] = 2.447 + 0.906,
		[5] = 2.306 + 0.889, [6] = 2.228 + 0.879, [7] = 2.179 + 0.873,
		[8] = 2.145 + 0.868, [9] = 2.120 + 0.865, [10] = 2.101 + 0.862,
	};

	return sum[nr_reps];
}

double bench_resolvable(const double *sigma, size_t nr, unsigned int nr_reps)
{
	double variance = 0;
	size_t i;

	if (nr_reps < 2 || nr_reps > BENCH_MAX_REPS)
		return INFINITY;
	for (i = 0; i < nr; i++)
		variance += sigma[i] * sigma[i] / nr_reps;
	return fmax(RESOLUTION_FLOOR, detectable_multiplier(nr_reps) * sqrt(variance));
}
