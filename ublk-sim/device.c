// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Making and unmaking a disk; see device.h.
 *
 * serve.c → here → ctrl.c (the driver), state.c (what others see), queue.c (one thread per
 * queue). The order matters: the number is the driver's to give, so the device is added
 * first; the disk may only appear when every queue serves, because its partitions are
 * read while it starts; and the state file goes before the number is free again.
 */
#include "device.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

/* The driver's own default; a multiple of every page size. */
#define IO_BYTES_MAX		(512u << 10)
/* A disk of today works in pages, whatever its logical block. */
#define PHYSICAL_SHIFT		12
/* 4 GiB less a page: the most that a 32-bit byte count can say, in whole pages. */
#define DISCARD_SECTORS_MAX	(UINT32_MAX / 4096 * 8)
/* 16 MiB: may be a memset, which must not hold the queue for long. */
#define ZEROES_SECTORS_MAX	(32u << 10)
/* devtmpfs has the node at once; a udev that makes it may take this long. */
#define NODE_WAIT_MS		5000
#define NODE_POLL_NS		2000000
#define DEL_WAIT_S		5
#define QUEUE_STACK_BYTES	(256u << 10)

static uint8_t shift_of(uint32_t power_of_two)
{
	return (uint8_t)__builtin_ctz(power_of_two);
}

static void params_fill(struct sim_ublk_params *params, const struct sim_options *opts)
{
	*params = (struct sim_ublk_params){
		.len = sizeof(*params),
		.types = UBLK_PARAM_TYPE_BASIC | UBLK_PARAM_TYPE_DISCARD,
		.basic = {
			.attrs = UBLK_ATTR_VOLATILE_CACHE | UBLK_ATTR_FUA,
			.logical_bs_shift = shift_of(opts->block_bytes),
			.physical_bs_shift = PHYSICAL_SHIFT,
			.io_opt_shift = PHYSICAL_SHIFT,
			.io_min_shift = PHYSICAL_SHIFT,
			.max_sectors = IO_BYTES_MAX >> SIM_SECTOR_SHIFT,
			.dev_sectors = opts->size_bytes >> SIM_SECTOR_SHIFT,
		},
		.discard = {
			.discard_granularity = opts->block_bytes,
			.max_discard_sectors = DISCARD_SECTORS_MAX,
			.max_write_zeroes_sectors = ZEROES_SECTORS_MAX,
			.max_discard_segments = 1,
		},
	};
}

/* Open @path as soon as it is a node of @type with number @dev. -errno of the last try. */
static int node_open(const char *path, mode_t type, dev_t dev, int flags)
{
	const struct timespec pause = { .tv_nsec = NODE_POLL_NS };
	int waited_ms = 0;
	struct stat st;
	int err;
	int fd;

	for (;;) {
		fd = open(path, flags | O_CLOEXEC);
		err = fd < 0 ? -errno : 0;
		if (!err && !fstat(fd, &st) && (st.st_mode & S_IFMT) == type &&
		    st.st_rdev == dev)
			return fd;
		if (fd >= 0) {
			close(fd);
			err = -ENXIO;
		}
		if (waited_ms >= NODE_WAIT_MS)
			return err;
		nanosleep(&pause, NULL);
		waited_ms += NODE_POLL_NS / 1000000;
	}
}

static int device_add(struct sim_device *device, const struct sim_options *opts,
		      struct sim_error *err)
{
	const uint64_t needed = UBLK_F_USER_COPY | UBLK_F_CMD_IOCTL_ENCODE;
	int ret;

	if ((device->ctrl.features & needed) != needed)
		return sim_error_set(err, -EOPNOTSUPP,
				     "the ublk driver of this kernel has no user copy (features 0x%llx); Linux 6.5 or newer is needed",
				     (unsigned long long)device->ctrl.features);
	device->info = (struct ublksrv_ctrl_dev_info){
		.nr_hw_queues = (__u16)opts->nr_queues,
		.queue_depth = (__u16)opts->depth,
		.max_io_buf_bytes = IO_BYTES_MAX,
		.dev_id = opts->id,
		.flags = needed,
	};
	ret = sim_ctrl_add(&device->ctrl, &device->info);
	if (ret == -EEXIST)
		return sim_error_set(err, ret,
				     "device number %u is in use; choose another with -n or delete it with 'ublk-sim del %u'",
				     opts->id, opts->id);
	if (ret)
		return sim_error_set(err, ret,
				     "the driver makes no device with %u queues of depth %u: %s; give fewer or look at the kernel log (dmesg)",
				     opts->nr_queues, opts->depth, strerror(-ret));
	return 0;
}

static int device_set_params(struct sim_device *device, const struct sim_options *opts,
			     struct sim_error *err)
{
	int ret;

	params_fill(&device->params, opts);
	ret = sim_ctrl_set_params(&device->ctrl, device->info.dev_id, &device->params);
	if (ret)
		return sim_error_set(err, ret,
				     "the driver refuses a size of %llu bytes in blocks of %u: %s; give another size (-s) or block (-b)",
				     (unsigned long long)opts->size_bytes, opts->block_bytes,
				     strerror(-ret));
	return 0;
}

static int device_open_char(struct sim_device *device, struct sim_error *err)
{
	struct sim_ublk_devt devt = { 0 };
	char path[32];
	int ret;

	snprintf(path, sizeof(path), "/dev/ublkc%u", device->info.dev_id);
	ret = sim_ctrl_get_devt(&device->ctrl, device->info.dev_id, &devt);
	/* O_NONBLOCK: io_uring then copies at once instead of handing it to a worker thread. */
	if (!ret)
		ret = node_open(path, S_IFCHR, makedev(devt.char_major, devt.char_minor),
				O_RDWR | O_NONBLOCK);
	if (ret < 0)
		return sim_error_set(err, ret,
				     "%s cannot be opened: %s; mount devtmpfs on /dev", path,
				     strerror(-ret));
	device->char_fd = ret;
	return 0;
}

static int device_create_state(struct sim_device *device, const struct sim_options *opts,
			       struct sim_error *err)
{
	struct sim_state_header header = {
		.size_bytes = opts->size_bytes,
		.id = device->info.dev_id,
		.pid = getpid(),
		.nr_queues = device->info.nr_hw_queues,
		.depth = device->info.queue_depth,
		.block_bytes = opts->block_bytes,
	};

	snprintf(header.target, sizeof(header.target), "%s", device->target.ops->name);
	return sim_state_create(&device->state, SIM_STATE_DIR, &header, err);
}

/* Fill queue @i; its thread does the rest. */
static int queue_prepare(struct sim_device *device, uint16_t i, bool pin, struct sim_error *err)
{
	struct sim_queue *queue = &device->queues[i];
	int ret;

	queue->target = &device->target;
	queue->counters = &device->state.counters[i];
	queue->id = i;
	queue->depth = device->info.queue_depth;
	queue->char_fd = device->char_fd;
	queue->done_fd = device->done_fd;
	queue->ready = &device->ready;
	queue->pin = pin;
	if (!pin)
		return 0;
	ret = sim_ctrl_affinity(&device->ctrl, device->info.dev_id, i, &queue->cpus);
	if (ret)
		return sim_error_set(err, ret,
				     "the driver does not tell the CPUs of queue %u: %s; leave --pin out",
				     i, strerror(-ret));
	return 0;
}

/*
 * Start the threads and wait until each has fetched its tags or has failed. Counts in
 * @device->nr_threads what queues_end() has to join.
 */
static int queues_start(struct sim_device *device, bool pin, struct sim_error *err)
{
	const uint16_t nr_queues = device->info.nr_hw_queues;
	pthread_attr_t attr;
	int ret = 0;
	uint16_t i;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, QUEUE_STACK_BYTES);
	for (i = 0; i < nr_queues && !ret; i++) {
		ret = queue_prepare(device, i, pin, err);
		if (ret)
			break;
		ret = -pthread_create(&device->queues[i].thread, &attr, sim_queue_run,
				      &device->queues[i]);
		if (ret)
			sim_error_set(err, ret,
				      "thread %u of %u cannot be started: %s; give fewer queues (-q)",
				      i, nr_queues, strerror(-ret));
		else
			device->nr_threads++;
	}
	pthread_attr_destroy(&attr);
	for (i = 0; i < device->nr_threads; i++)
		while (sem_wait(&device->ready))
			;
	for (i = 0; i < device->nr_threads && !ret; i++) {
		ret = device->queues[i].status;
		if (ret)
			*err = device->queues[i].err;
	}
	return ret;
}

/* Take the disk away from whoever uses it; the threads then run out of tags and end. */
static void queues_end(struct sim_device *device)
{
	sim_ctrl_stop(&device->ctrl, device->info.dev_id);
	while (device->nr_threads)
		pthread_join(device->queues[--device->nr_threads].thread, NULL);
}

/* Start the disk and see its node. */
static int disk_start(struct sim_device *device, struct sim_error *err)
{
	struct sim_ublk_devt devt = { 0 };
	char path[32];
	int ret;

	snprintf(path, sizeof(path), "/dev/ublkb%u", device->info.dev_id);
	ret = sim_ctrl_start(&device->ctrl, device->info.dev_id, getpid());
	if (ret)
		return sim_error_set(err, ret,
				     "the driver does not start %s: %s; look at the kernel log (dmesg)",
				     path, strerror(-ret));
	ret = sim_ctrl_get_devt(&device->ctrl, device->info.dev_id, &devt);
	if (!ret)
		ret = node_open(path, S_IFBLK, makedev(devt.disk_major, devt.disk_minor),
				O_RDONLY | O_NONBLOCK);
	if (ret < 0)
		return sim_error_set(err, ret, "%s cannot be opened: %s; mount devtmpfs on /dev",
				     path, strerror(-ret));
	close(ret);
	return 0;
}

static int device_alloc(struct sim_device *device, struct sim_error *err)
{
	device->queues = calloc(device->info.nr_hw_queues, sizeof(*device->queues));
	device->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	sem_init(&device->ready, 0, 0);
	if (device->queues && device->done_fd >= 0)
		return 0;
	return sim_error_set(err, -ENOMEM, "there is no memory for %u queues; give fewer (-q)",
			     device->info.nr_hw_queues);
}

static void device_free(struct sim_device *device)
{
	if (device->done_fd >= 0)
		close(device->done_fd);
	free(device->queues);
	sem_destroy(&device->ready);
}

/* Everything between "the number is ours" and "the disk is there"; undoes itself. */
static int device_bring_up(struct sim_device *device, const struct sim_options *opts,
			   struct sim_error *err)
{
	int ret;

	ret = device_set_params(device, opts, err);
	if (ret)
		return ret;
	ret = device_open_char(device, err);
	if (ret)
		return ret;
	ret = device_create_state(device, opts, err);
	if (ret)
		goto err_close_char;
	ret = device_alloc(device, err);
	if (ret)
		goto err_free;
	ret = queues_start(device, opts->pin, err);
	if (ret)
		goto err_end_queues;
	ret = disk_start(device, err);
	if (ret)
		goto err_end_queues;
	return 0;

err_end_queues:
	queues_end(device);
err_free:
	device_free(device);
	sim_state_remove(&device->state);
err_close_char:
	close(device->char_fd);
	return ret;
}

int sim_device_start(struct sim_device *device, const struct sim_options *opts,
		     struct sim_error *err)
{
	int ret;

	memset(device, 0, sizeof(*device));
	device->target.ops = sim_target_find(opts->target);
	device->target.size_bytes = opts->size_bytes;
	if (!device->target.ops)
		return sim_error_set(err, -EINVAL, "target '%s' does not exist; give null or ram",
				     opts->target);
	ret = sim_ctrl_open(&device->ctrl, err);
	if (ret)
		return ret;
	ret = device->target.ops->open(&device->target, err);
	if (ret)
		goto err_close_ctrl;
	ret = device_add(device, opts, err);
	if (ret)
		goto err_close_target;
	ret = device_bring_up(device, opts, err);
	if (ret)
		goto err_del;
	return 0;

err_del:
	sim_ctrl_del(&device->ctrl, device->info.dev_id, DEL_WAIT_S);
err_close_target:
	device->target.ops->close(&device->target);
err_close_ctrl:
	sim_ctrl_close(&device->ctrl);
	return ret;
}

void sim_device_stop(struct sim_device *device)
{
	queues_end(device);
	device_free(device);
	sim_state_remove(&device->state);
	close(device->char_fd);
	sim_ctrl_del(&device->ctrl, device->info.dev_id, DEL_WAIT_S);
	device->target.ops->close(&device->target);
	sim_ctrl_close(&device->ctrl);
}
