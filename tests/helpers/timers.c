// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * timers: what it costs a thread with an io_uring to wait until a time, by each of three ways.
 *
 *	timers [N]        one JSON object per way: {"way":…,"cost_ns":…,"late_ns":…}
 *
 * "cost_ns" is the median of N waits that are over when they begin: arming, the call and the return. "late_ns"
 * is how much later than asked for a wait of 100 us ends, at the median. Under the instruction clock both are
 * instructions. The ways are the time-out of io_uring_enter(2) itself, an absolute IORING_OP_TIMEOUT, and
 * a timerfd that is set and read in the ring. ublk-sim/layer.c uses the first.
 */
#include <errno.h>
#include <liburing.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S	1000000000ull
/* Odd, so that the median is one of them. */
#define NR_DEFAULT	1001u
#define NR_MAX		100000u
/* Long against the cost of a wait, so that each of them sleeps. */
#define WAIT_NS		100000u

/**
 * struct waiter - a thread's ring
 * @ring: set up as a queue of ublk-sim sets up its own
 * @timer_fd: a timerfd on CLOCK_MONOTONIC
 * @expirations: where it is read to
 */
struct waiter {
	struct io_uring ring;
	int timer_fd;
	uint64_t expirations;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* The call that waits for completions ends at the time. */
static int wait_by_enter(struct waiter *waiter, uint64_t until_ns)
{
	const uint64_t from_ns = now_ns();
	const uint64_t left_ns = until_ns > from_ns ? until_ns - from_ns : 0;
	struct __kernel_timespec wait = {
		.tv_sec = (long long)(left_ns / NS_PER_S),
		.tv_nsec = (long long)(left_ns % NS_PER_S),
	};
	struct io_uring_cqe *cqe;
	const int ret = io_uring_submit_and_wait_timeout(&waiter->ring, &cqe, 1, &wait, NULL);

	return ret == -ETIME ? 0 : ret;
}

/* Submit what is prepared and take the one completion that it has. */
static int wait_for_one(struct waiter *waiter)
{
	struct io_uring_cqe *cqe;
	int ret = io_uring_submit_and_wait(&waiter->ring, 1);

	if (ret < 0)
		return ret;
	ret = io_uring_peek_cqe(&waiter->ring, &cqe);
	if (!ret)
		io_uring_cqe_seen(&waiter->ring, cqe);
	return ret;
}

static int wait_by_entry(struct waiter *waiter, uint64_t until_ns)
{
	struct __kernel_timespec until = {
		.tv_sec = (long long)(until_ns / NS_PER_S),
		.tv_nsec = (long long)(until_ns % NS_PER_S),
	};

	io_uring_prep_timeout(io_uring_get_sqe(&waiter->ring), &until, 0, IORING_TIMEOUT_ABS);
	return wait_for_one(waiter);
}

static int wait_by_timerfd(struct waiter *waiter, uint64_t until_ns)
{
	const struct itimerspec until = {
		.it_value = { (time_t)(until_ns / NS_PER_S), (long)(until_ns % NS_PER_S) },
	};

	if (timerfd_settime(waiter->timer_fd, TFD_TIMER_ABSTIME, &until, NULL))
		return -errno;
	io_uring_prep_read(io_uring_get_sqe(&waiter->ring), waiter->timer_fd, &waiter->expirations,
			   sizeof(waiter->expirations), 0);
	return wait_for_one(waiter);
}

static const struct {
	const char *name;
	int (*wait)(struct waiter *waiter, uint64_t until_ns);
} ways[] = {
	{ "enter", wait_by_enter },
	{ "entry", wait_by_entry },
	{ "timerfd", wait_by_timerfd },
};

static int compare(const void *a, const void *b)
{
	const uint64_t left = *(const uint64_t *)a;
	const uint64_t right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

/* The median of what @nr waits take beyond @wait_ns; UINT64_MAX when one fails. */
static uint64_t beyond_ns(struct waiter *waiter, size_t way, uint64_t wait_ns, uint64_t *took_ns,
			  uint32_t nr)
{
	uint32_t i;

	for (i = 0; i < nr; i++) {
		const uint64_t until_ns = now_ns() + wait_ns;
		uint64_t end_ns;

		if (ways[way].wait(waiter, until_ns))
			return UINT64_MAX;
		end_ns = now_ns();
		took_ns[i] = end_ns > until_ns ? end_ns - until_ns : 0;
	}
	qsort(took_ns, nr, sizeof(*took_ns), compare);
	return took_ns[nr / 2];
}

int main(int argc, char **argv)
{
	const uint32_t nr = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : NR_DEFAULT;
	struct waiter waiter = { 0 };
	uint64_t *took_ns;
	size_t way;

	took_ns = nr && nr <= NR_MAX ? calloc(nr, sizeof(*took_ns)) : NULL;
	if (!took_ns) {
		fprintf(stderr, "usage: timers [N], N from 1 to %u\n", NR_MAX);
		return 2;
	}
	waiter.timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	if (waiter.timer_fd < 0 ||
	    io_uring_queue_init(8, &waiter.ring, IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN)) {
		fprintf(stderr, "timers: no timer or no io_uring: %s; Linux 6.1 or newer is needed\n",
			strerror(errno));
		return 2;
	}
	prctl(PR_SET_TIMERSLACK, 1ul);
	for (way = 0; way < sizeof(ways) / sizeof(ways[0]); way++) {
		const uint64_t cost_ns = beyond_ns(&waiter, way, 0, took_ns, nr);
		const uint64_t late_ns = beyond_ns(&waiter, way, WAIT_NS, took_ns, nr);

		if (cost_ns == UINT64_MAX || late_ns == UINT64_MAX) {
			fprintf(stderr, "timers: %s does not wait; look at the kernel log (dmesg)\n",
				ways[way].name);
			return 1;
		}
		printf("{\"way\":\"%s\",\"cost_ns\":%llu,\"late_ns\":%llu}\n", ways[way].name,
		       (unsigned long long)cost_ns, (unsigned long long)late_ns);
	}
	io_uring_queue_exit(&waiter.ring);
	close(waiter.timer_fd);
	free(took_ns);
	return 0;
}
