/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A result for people: a table on a terminal, and report.md.
 *
 * result -> this -> stream. Pure but for the stream that is given.
 */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include <stdio.h>

#include "result.h"

/**
 * bench_report_table - the table: cost, difference to raw, ratio to dm-linear, spread,
 * resolvable
 */
void bench_report_table(const struct bench_result *result, FILE *out);

/**
 * bench_report_shares - of disks with a profile: latency, what each arm adds, and the share of that
 *
 * Prints nothing when no cell is of such a disk.
 */
void bench_report_shares(const struct bench_result *result, FILE *out);

/** bench_report_failures - one line for every check that failed */
void bench_report_failures(const struct bench_result *result, FILE *out);

/**
 * bench_report_markdown - the whole report
 * @result: complete
 * @attach: parsed hyperfine export of attach and detach, or NULL when they were not timed
 * @out: where
 */
void bench_report_markdown(const struct bench_result *result, struct json_object *attach,
			   FILE *out);

/** bench_report_head - title, verdict and failed checks, as every report begins */
void bench_report_head(const struct bench_result *result, FILE *out);

/** bench_report_tail - environment and the command that makes the report again */
void bench_report_tail(const struct bench_result *result, FILE *out);

#endif /* BENCH_REPORT_H */
