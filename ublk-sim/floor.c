// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Measuring what this host can deliver; see floor.h.
 */
#include "floor.h"

#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S	1000000000ull
/* Enough for a median that moves by some per cent from run to run; 10 ms on a slow host. */
#define NR_IOS		201u
#define NR_WAITS	201u
/* Long against the cost of the call, short against the patience of whoever waits. */
#define WAIT_NS		100000u

static uint64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static int ns_compare(const void *a, const void *b)
{
	const uint64_t left = *(const uint64_t *)a;
	const uint64_t right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

int sim_floor_open(struct sim_floor_disk *disk, const char *node, uint32_t block_bytes,
		   uint64_t size_bytes, bool may_write)
{
	int ret;

	*disk = (struct sim_floor_disk){
		.block_bytes = block_bytes,
		.nr_blocks = size_bytes / block_bytes,
	};
	if (posix_memalign(&disk->block, block_bytes, block_bytes))
		return -ENOMEM;
	disk->fd = open(node, (may_write ? O_RDWR : O_RDONLY) | O_DIRECT | O_CLOEXEC);
	if (disk->fd < 0) {
		ret = -errno;
		free(disk->block);
		return ret;
	}
	return 0;
}

void sim_floor_close(struct sim_floor_disk *disk)
{
	close(disk->fd);
	free(disk->block);
}

/* One block: reads go over the disk, a write gives the first block what it holds. */
static ssize_t io_do(const struct sim_floor_disk *disk, bool is_write, uint32_t i)
{
	if (is_write)
		return pwrite(disk->fd, disk->block, disk->block_bytes, 0);
	return pread(disk->fd, disk->block, disk->block_bytes,
		     (off_t)(i % disk->nr_blocks * disk->block_bytes));
}

/* The times of some I/Os, one after the other; 0 or -errno. Calls nothing that a fork of a thread may not. */
static int ios_time(const struct sim_floor_disk *disk, bool is_write, uint64_t *took_ns)
{
	uint64_t from_ns;
	uint32_t i;

	for (i = 0; i < NR_IOS; i++) {
		from_ns = clock_ns();
		if (io_do(disk, is_write, i) < 0)
			return -errno;
		took_ns[i] = clock_ns() - from_ns;
	}
	return 0;
}

/*
 * By a process of its own, in a session of its own, as the programs are that will use the disk: a switch
 * between two processes, and between two groups of the scheduler (each session is one), takes longer
 * than one between two threads: 2.4 us by the instruction clock.
 */
static int stranger_times(const struct sim_floor_disk *disk, bool is_write, uint64_t *took_ns)
{
	const pid_t server = getpid();
	const pid_t pid = fork();
	int status;

	if (pid < 0)
		return -errno;
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != server)
			_exit(ECANCELED);
		setsid();
		_exit(-ios_time(disk, is_write, took_ns));
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (!WIFEXITED(status))
		return -EINTR;
	return -WEXITSTATUS(status);
}

int sim_floor_latency_ns(struct sim_floor_disk *disk, bool is_write, uint64_t *median_ns)
{
	const size_t bytes = NR_IOS * sizeof(uint64_t);
	uint64_t *took_ns;
	int ret;

	if (is_write && io_do(disk, false, 0) < 0)
		return -errno;
	took_ns = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (took_ns == MAP_FAILED)
		return -errno;
	ret = stranger_times(disk, is_write, took_ns);
	if (!ret) {
		qsort(took_ns, NR_IOS, sizeof(took_ns[0]), ns_compare);
		*median_ns = took_ns[NR_IOS / 2];
	}
	munmap(took_ns, bytes);
	return ret;
}

int sim_floor_timer_ns(struct sim_floor_timer *timer)
{
	struct __kernel_timespec wait = { .tv_nsec = WAIT_NS };
	uint64_t late_ns[NR_WAITS];
	struct io_uring_cqe *cqe;
	struct io_uring ring;
	uint32_t i;
	int ret;

	ret = io_uring_queue_init(4, &ring,
				  IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN);
	if (ret)
		return ret;
	prctl(PR_SET_TIMERSLACK, 1ul);
	for (i = 0; i < NR_WAITS; i++) {
		const uint64_t until_ns = clock_ns() + WAIT_NS;
		uint64_t now_ns;

		(void)io_uring_submit_and_wait_timeout(&ring, &cqe, 1, &wait, NULL);
		now_ns = clock_ns();
		late_ns[i] = now_ns > until_ns ? now_ns - until_ns : 0;
	}
	io_uring_queue_exit(&ring);
	qsort(late_ns, NR_WAITS, sizeof(late_ns[0]), ns_compare);
	timer->median_ns = late_ns[NR_WAITS / 2];
	timer->p99_ns = late_ns[NR_WAITS * 99 / 100];
	return 0;
}
