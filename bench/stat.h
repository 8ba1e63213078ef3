/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statistics of one cell and of a difference between cells. The reasons are in docs/statistics.md.
 *
 * load -> samples -> this -> result. Pure: arrays in, numbers out, no I/O, no clock, no
 * allocation that outlives a call.
 */
#ifndef BENCH_STAT_H
#define BENCH_STAT_H

#include <stddef.h>

/** BENCH_MAX_REPS - kept repetitions of a cell; the table of range constants ends there */
#define BENCH_MAX_REPS 10

/**
 * struct bench_summary - what one cell's samples say
 * @median: of all samples
 * @mean: of all samples; unlike the median it contains timer ticks and other rare work
 * @spread: largest minus smallest median of a repetition: the A/A difference of this cell
 * @sigma: estimated standard deviation of a repetition's median
 * @nr_reps: repetitions
 * @rep_median: median of each repetition, [0, @nr_reps)
 */
struct bench_summary {
	double median;
	double mean;
	double spread;
	double sigma;
	unsigned int nr_reps;
	double rep_median[BENCH_MAX_REPS];
};

/**
 * bench_median - middle of a set, or the mean of its two middle values
 * @values: @nr values, unsorted; left as they are
 * @nr: at least 1
 *
 * Return: the median; NAN when @nr is 0 or memory ran out.
 */
double bench_median(const double *values, size_t nr);

/**
 * bench_median_interval - where the median of what the values were drawn from lies
 * @values: @nr independent values, unsorted; left as they are
 * @nr: their number
 * @low: out: lower end
 * @high: out: upper end
 *
 * The order statistics between which the median lies with at least 95 %, whatever the distribution.
 *
 * Return: 0; -ERANGE fewer than 6 values can not enclose it so; -ENOMEM.
 * Source: G. J. Hahn, W. Q. Meeker, "Statistical Intervals" (1991), section 5.2: distribution-free
 * intervals by the binomial distribution.
 */
int bench_median_interval(const double *values, size_t nr, double *low, double *high);

/**
 * bench_range_d2 - expected range of a normal sample in standard deviations
 * @nr: sample size
 *
 * Return: d2, or 0 outside [2, BENCH_MAX_REPS].
 * Source: L. H. C. Tippett, "On the extreme individuals and the range of samples taken from a
 * normal population", Biometrika 17 (1925), 364-387; tabulated as d2 in every text on control
 * charts.
 */
double bench_range_d2(unsigned int nr);

/**
 * bench_summarize - median, spread and sigma of a cell
 * @samples: repetitions one after the other, each of @nr / @nr_reps values
 * @nr: samples, a multiple of @nr_reps
 * @nr_reps: kept repetitions, in [1, BENCH_MAX_REPS]
 * @out: the answer
 *
 * Return: 0; -EINVAL the arguments do not fit together; -ENOMEM.
 */
int bench_summarize(const double *samples, size_t nr, unsigned int nr_reps,
		    struct bench_summary *out);

/**
 * bench_resolvable - the smallest true difference that a comparison can be relied on to show
 * @sigma: standard deviations of a repetition's median, one of each cell in the comparison
 * @nr: cells in the comparison
 * @nr_reps: repetitions of each cell
 *
 * The minimum detectable effect at 5 % two-sided error and 80 % power, from the A/A spread of
 * repetitions; never below the resolution of one instruction.
 *
 * Return: the effect in the unit of the cells; INFINITY when @nr_reps < 2.
 * Source: H. S. Bloom, "Minimum detectable effects", Evaluation Review 19 (1995), 547-556.
 */
double bench_resolvable(const double *sigma, size_t nr, unsigned int nr_reps);

#endif /* BENCH_STAT_H */
