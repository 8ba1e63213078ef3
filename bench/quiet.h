/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much of the processor other tasks had while a load ran.
 *
 * Around the loads of an arm -> this -> proof.
 */
#ifndef BENCH_QUIET_H
#define BENCH_QUIET_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct bench_quiet - run times of all tasks at one moment
 * @at_ns: the moment, CLOCK_MONOTONIC
 * @tasks: array of @nr; owned
 * @nr: tasks
 */
struct bench_quiet {
	uint64_t at_ns;
	struct bench_task *tasks;
	size_t nr;
};

/** bench_quiet_take - read every task's run time; Return: 0 or -errno */
int bench_quiet_take(struct bench_quiet *quiet);

/** bench_quiet_free - release what was read */
void bench_quiet_free(struct bench_quiet *quiet);

/**
 * bench_quiet_between - time on the processor of everybody else
 * @before: first moment
 * @after: second moment
 * @server_pid: a process that belongs to the measurement, or 0; this process does anyway
 * @busiest: out: name of the task that had most
 * @size: bytes at @busiest
 *
 * Return: nanoseconds.
 */
uint64_t bench_quiet_between(const struct bench_quiet *before, const struct bench_quiet *after,
			     int server_pid, char *busiest, size_t size);

#endif /* BENCH_QUIET_H */
