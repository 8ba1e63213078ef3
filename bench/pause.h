/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The scenario attach-pause: how long a live device stands still for an attach and a detach.
 *
 * options -> this -> result -> pause_report. Windows of the arm raw, in which nothing is attached,
 * are the A/A comparison.
 */
#ifndef BENCH_PAUSE_H
#define BENCH_PAUSE_H

#include "scenario.h"

/** BENCH_PAUSE_DEVICE - name of the device in a result: a null_blk that takes its time */
#define BENCH_PAUSE_DEVICE "null_blk-1ms"

/** BENCH_PAUSE_DISK_NS - latency of an I/O: the processor is idle most of the time */
#define BENCH_PAUSE_DISK_NS 1000000

/** BENCH_PAUSE_TRIALS - windows of each kind and arm in a repetition */
#define BENCH_PAUSE_TRIALS 5

/** BENCH_PAUSE_UNIT - unit of the cells */
#define BENCH_PAUSE_UNIT "ns"

/**
 * Names in place of a load. Of the first two a sample is the longest gap between two completions of
 * a window in which the arm was attached, or detached; of the other two how long that call took.
 */
#define BENCH_PAUSE_ATTACH "attach"
#define BENCH_PAUSE_DETACH "detach"
#define BENCH_PAUSE_ATTACH_CALL "attach-call"
#define BENCH_PAUSE_DETACH_CALL "detach-call"

/**
 * bench_pause_scenario - run it
 * @run: filled in, result initialised; gets cells, checks and comparisons
 *
 * Context: minutes; makes and removes a disk, modules. Return: 0 when everything was measured,
 * whatever the checks say; or -errno, a sentence was printed.
 */
int bench_pause_scenario(struct bench_run *run);

#endif /* BENCH_PAUSE_H */
