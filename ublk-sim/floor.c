// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Measuring what this host can deliver; see floor.h.
 */
#include "floor.h"

#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S	1000000000ull
/* Enough for a median that moves by some per cent from run to run; 10 ms on a slow host. */
#define NR_READS	201u
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

int sim_floor_path_ns(const char *node, uint32_t block_bytes, uint64_t size_bytes,
		      uint64_t *path_ns)
{
	const uint64_t nr_blocks = size_bytes / block_bytes;
	uint64_t took_ns[NR_READS];
	void *buffer;
	int ret = 0;
	uint32_t i;
	int fd;

	if (posix_memalign(&buffer, block_bytes, block_bytes))
		return -ENOMEM;
	fd = open(node, O_RDONLY | O_DIRECT | O_CLOEXEC);
	if (fd < 0) {
		ret = -errno;
		free(buffer);
		return ret;
	}
	for (i = 0; i < NR_READS && !ret; i++) {
		const uint64_t from_ns = clock_ns();

		if (pread(fd, buffer, block_bytes, (off_t)(i % nr_blocks * block_bytes)) < 0)
			ret = -errno;
		took_ns[i] = clock_ns() - from_ns;
	}
	close(fd);
	free(buffer);
	if (ret)
		return ret;
	qsort(took_ns, NR_READS, sizeof(took_ns[0]), ns_compare);
	*path_ns = took_ns[NR_READS / 2];
	return 0;
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
