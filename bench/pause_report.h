/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A result of attach-pause for people.
 *
 * result -> this -> terminal and report.md. Pure but for the stream that is given.
 */
#ifndef BENCH_PAUSE_REPORT_H
#define BENCH_PAUSE_REPORT_H

#include <stdio.h>

#include "result.h"

/** bench_pause_table - one row per arm and step: gap, interval, n, without, difference, call */
void bench_pause_table(const struct bench_result *result, FILE *out);

/** bench_pause_report - the whole report as Markdown */
void bench_pause_report(const struct bench_result *result, FILE *out);

#endif /* BENCH_PAUSE_REPORT_H */
