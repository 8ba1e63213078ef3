// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * service-times: how well a disk of ublk-sim keeps the times of its profile.
 *
 *	service-times NODE read|write N PROFILE TRIP_NS PAUSE_US      one JSON object
 *
 * N I/Os of 4 KiB at random places, one at a time, on a disk with one queue that
 * nobody else uses; before each a pause of PAUSE_US to half as much again, so that nothing periodic is always
 * met at the same point, or none. Of each I/O three times are known: what the model asked for and how much later the
 * server answered, from the counters in the disk's state file, and what this program saw. From these:
 *
 *	d_requested  Kolmogorov-Smirnov distance from PROFILE of what the model asked for
 *	d_server     of what the server delivered: until its answer, counted from the trip before the arrival
 *	d_program    of what the program saw
 *	d_untaken    of what the program would have seen, had the trip (TRIP_NS, of the disk's status) not
 *	             been taken off
 *	*_error_*    delivered minus requested, as the server and as the program sees it, quantiles
 *
 * PROFILE may be another one than the disk's: then the distances have to be large.
 */
#include "distribution.h"

#include "ublk-sim/builtin.h"
#include "ublk-sim/rng.h"
#include "ublk-sim/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S	1000000000ull
#define IO_BYTES	4096u
#define NR_MAX		1000000u
#define PLACES_SEED	2u
#define PAUSE_US_MAX	100000u

/**
 * struct sample - the times of the I/Os, ns
 * @nr: I/Os
 * @program: from before the call to behind it
 * @requested: by the model
 * @late: how much later than due the server answered
 * @sorted: room for as many
 */
struct sample {
	uint32_t nr;
	uint64_t *program;
	uint64_t *requested;
	uint64_t *late;
	uint64_t *sorted;
};

/**
 * struct disk - the disk under test
 * @fd: its node
 * @op: what is done to it
 * @timing: the server's counters of that
 * @nr_blocks: its capacity in I/Os
 * @pause_us: shortest pause before an I/O; 0: none
 * @buffer: of one I/O
 */
struct disk {
	int fd;
	enum sim_op op;
	const struct sim_timing *timing;
	uint64_t nr_blocks;
	unsigned long pause_us;
	void *buffer;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static int compare_signed(const void *a, const void *b)
{
	const int64_t left = *(const int64_t *)a;
	const int64_t right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

static uint64_t counted(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

/* One I/O, and what the server's counters say of it: it counts before it answers. */
static int io_time(const struct disk *disk, uint64_t block, struct sample *sample, uint32_t i)
{
	const off_t at = (off_t)(block * IO_BYTES);
	const uint64_t nr = counted(&disk->timing->nr);
	const uint64_t requested_ns = counted(&disk->timing->requested_ns);
	const uint64_t late_ns = counted(&disk->timing->late_ns);
	const uint64_t from_ns = now_ns();
	ssize_t done;

	if (disk->op == SIM_OP_READ)
		done = pread(disk->fd, disk->buffer, IO_BYTES, at);
	else
		done = pwrite(disk->fd, disk->buffer, IO_BYTES, at);
	sample->program[i] = now_ns() - from_ns;
	if (done != IO_BYTES)
		return done < 0 ? -errno : -EIO;
	if (counted(&disk->timing->nr) != nr + 1)
		return -EBUSY;
	sample->requested[i] = counted(&disk->timing->requested_ns) - requested_ns;
	sample->late[i] = counted(&disk->timing->late_ns) - late_ns;
	return 0;
}

static int sample_take(const struct disk *disk, struct sample *sample)
{
	struct timespec pause = { 0 };
	struct sim_rng rng;
	uint32_t i;
	int ret = 0;

	sim_rng_seed(&rng, PLACES_SEED);
	for (i = 0; i < sample->nr && !ret; i++) {
		if (disk->pause_us) {
			pause.tv_nsec = (long)(disk->pause_us * 1000 +
					       sim_rng_below(&rng, disk->pause_us * 500));
			nanosleep(&pause, NULL);
		}
		ret = io_time(disk, sim_rng_below(&rng, disk->nr_blocks), sample, i);
	}
	return ret;
}

/* Quantiles of @error_ns, which is sorted here. */
static void print_error(const char *who, int64_t *error_ns, uint32_t nr)
{
	qsort(error_ns, nr, sizeof(*error_ns), compare_signed);
	printf(",\"%s_error_p1_ns\":%lld,\"%s_error_p50_ns\":%lld,\"%s_error_p99_ns\":%lld,\"%s_error_max_ns\":%lld",
	       who, (long long)error_ns[nr / 100], who, (long long)error_ns[nr / 2], who,
	       (long long)error_ns[(uint64_t)nr * 99 / 100], who, (long long)error_ns[nr - 1]);
}

/* Distance of the sums of @a and @b, and of @more in each. */
static void print_distance(const char *what, const struct distribution *distribution,
			   const uint64_t *a, const uint64_t *b, uint64_t more, struct sample *sample)
{
	uint32_t i;

	for (i = 0; i < sample->nr; i++)
		sample->sorted[i] = a[i] + (b ? b[i] : 0) + more;
	printf(",\"d_%s\":%.4f", what,
	       distribution_distance(distribution, sample->sorted, sample->nr));
}

static void print_sample(struct sample *sample, const struct distribution *distribution,
			 uint64_t trip_ns)
{
	int64_t *error_ns = (int64_t *)sample->sorted;
	uint32_t i;

	printf("{\"ios\":%u", sample->nr);
	print_distance("requested", distribution, sample->requested, NULL, 0, sample);
	print_distance("server", distribution, sample->requested, sample->late, 0, sample);
	print_distance("program", distribution, sample->program, NULL, 0, sample);
	print_distance("untaken", distribution, sample->program, NULL, trip_ns, sample);
	for (i = 0; i < sample->nr; i++)
		error_ns[i] = (int64_t)sample->late[i];
	print_error("server", error_ns, sample->nr);
	for (i = 0; i < sample->nr; i++)
		error_ns[i] = (int64_t)(sample->program[i] - sample->requested[i]);
	print_error("program", error_ns, sample->nr);
	puts("}");
}

static int disk_open(struct disk *disk, struct sim_state *state, const char *node, const char *op)
{
	unsigned int id;
	int ret;

	*disk = (struct disk){ .op = strcmp(op, "write") ? SIM_OP_READ : SIM_OP_WRITE };
	if (sscanf(node, "/dev/ublkb%u", &id) != 1)
		return -ENODEV;
	ret = sim_state_open(state, sim_state_dir(), id);
	if (ret)
		return ret;
	disk->timing = &state->counters[0].timing[disk->op];
	disk->nr_blocks = state->header->size_bytes / IO_BYTES;
	if (posix_memalign(&disk->buffer, IO_BYTES, IO_BYTES))
		return -ENOMEM;
	memset(disk->buffer, 0, IO_BYTES);
	disk->fd = open(node, O_RDWR | O_DIRECT | O_CLOEXEC);
	return disk->fd < 0 ? -errno : 0;
}

static int sample_alloc(struct sample *sample, unsigned long nr)
{
	if (!nr || nr > NR_MAX)
		return -EINVAL;
	sample->nr = (uint32_t)nr;
	sample->program = calloc(nr, sizeof(uint64_t));
	sample->requested = calloc(nr, sizeof(uint64_t));
	sample->late = calloc(nr, sizeof(uint64_t));
	sample->sorted = calloc(nr, sizeof(uint64_t));
	return sample->program && sample->requested && sample->late && sample->sorted ? 0 : -ENOMEM;
}

int main(int argc, char **argv)
{
	struct distribution distribution;
	struct sim_profile profile;
	struct sim_state state;
	struct sample sample;
	struct sim_error err;
	struct disk disk;
	int ret;

	if (argc != 7 || strtoul(argv[6], NULL, 10) > PAUSE_US_MAX ||
	    sample_alloc(&sample, strtoul(argv[3], NULL, 10))) {
		fprintf(stderr, "usage: service-times NODE read|write N PROFILE TRIP_NS PAUSE_US, N from 1 to %u, PAUSE_US to %u\n",
			NR_MAX, PAUSE_US_MAX);
		return 2;
	}
	if (sim_builtin_load(argv[4], &profile, &err)) {
		fprintf(stderr, "service-times: %s\n", err.text);
		return 2;
	}
	ret = disk_open(&disk, &state, argv[1], argv[2]);
	disk.pause_us = strtoul(argv[6], NULL, 10);
	if (!ret)
		ret = sample_take(&disk, &sample);
	if (ret) {
		fprintf(stderr, "service-times: %s: %s; it must be a disk of ublk-sim with a profile that nobody else uses\n",
			argv[1], strerror(-ret));
		return 1;
	}
	distribution_init(&distribution, &profile, disk.op);
	print_sample(&sample, &distribution, strtoull(argv[5], NULL, 10));
	return 0;
}
