// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Run times of all tasks, out of /proc/PID/task/TID/schedstat.
 *
 * scenario -> this -> proof. Another task that runs while a load is measured would be counted
 * as the load's; here it is seen. Tasks that end between two looks are missed.
 */
#include "quiet.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sys.h"

/**
 * struct bench_task - one thread
 * @pid: its process
 * @tid: the thread
 * @run_ns: time it has had on a processor
 */
struct bench_task {
	int pid;
	int tid;
	uint64_t run_ns;
};

static int add_task(struct bench_quiet *quiet, int pid, int tid)
{
	struct bench_task *tasks;
	char text[128];
	uint64_t run_ns;

	if (sys_read(text, sizeof(text), "/proc/%d/task/%d/schedstat", pid, tid) ||
	    sscanf(text, "%" SCNu64, &run_ns) != 1)
		return 0;
	tasks = reallocarray(quiet->tasks, quiet->nr + 1, sizeof(*tasks));
	if (!tasks)
		return -ENOMEM;
	quiet->tasks = tasks;
	tasks[quiet->nr++] = (struct bench_task){ .pid = pid, .tid = tid, .run_ns = run_ns };
	return 0;
}

static int add_process(struct bench_quiet *quiet, int pid)
{
	struct dirent *entry;
	char path[64];
	int err = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && !err && (entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]))
			err = add_task(quiet, pid, atoi(entry->d_name));
	if (dir)
		closedir(dir);
	return err;
}

int bench_quiet_take(struct bench_quiet *quiet)
{
	struct dirent *entry;
	struct timespec now;
	int err = 0;
	DIR *dir;

	memset(quiet, 0, sizeof(*quiet));
	dir = opendir("/proc");
	if (!dir)
		return -errno;
	while (!err && (entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]))
			err = add_process(quiet, atoi(entry->d_name));
	closedir(dir);
	clock_gettime(CLOCK_MONOTONIC, &now);
	quiet->at_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	return err;
}

void bench_quiet_free(struct bench_quiet *quiet)
{
	free(quiet->tasks);
	memset(quiet, 0, sizeof(*quiet));
}

static uint64_t run_before(const struct bench_quiet *before, const struct bench_task *task)
{
	size_t i;

	for (i = 0; i < before->nr; i++)
		if (before->tasks[i].pid == task->pid && before->tasks[i].tid == task->tid)
			return before->tasks[i].run_ns;
	return 0;
}

uint64_t bench_quiet_between(const struct bench_quiet *before, const struct bench_quiet *after,
			     int server_pid, char *busiest, size_t size)
{
	uint64_t sum = 0, most = 0;
	size_t i;

	busiest[0] = '\0';
	for (i = 0; i < after->nr; i++) {
		const struct bench_task *task = &after->tasks[i];
		uint64_t run = task->run_ns - run_before(before, task);

		if (task->pid == getpid() || task->pid == server_pid)
			continue;
		sum += run;
		if (run <= most)
			continue;
		most = run;
		if (sys_read(busiest, size, "/proc/%d/comm", task->pid))
			snprintf(busiest, size, "pid %d", task->pid);
	}
	return sum;
}
