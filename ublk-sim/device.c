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

#include "access.h"
#include "device_nodes.h"
#include "device_pace.h"
#include "device_queues.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

/* The driver's own default; a multiple of every page size. */
#define IO_BYTES_MAX		(512u << 10)
/* Below this a disk is slow for no reason of its own. */
#define IO_BYTES_MIN		(64u << 10)
/* An eighth of a small machine's memory: 128 tags of the longest request. */
#define PINNED_BYTES_MAX	(64u << 20)
/* A disk of today works in pages, whatever its logical block. */
#define PHYSICAL_SHIFT		12
/* 4 GiB less a page: the most that a 32-bit byte count can say, in whole pages. */
#define DISCARD_SECTORS_MAX	(UINT32_MAX / 4096 * 8)
/* 16 MiB: may be a memset, which must not hold the queue for long. */
#define ZEROES_SECTORS_MAX	(32u << 10)
#define DEL_WAIT_S		5
/* The kernel ends the I/O of a killed server before it lets another one in. */
#define RECOVERY_WAIT_MS	60000
#define RECOVERY_POLL_NS	2000000

static uint8_t shift_of(uint32_t power_of_two)
{
	return (uint8_t)__builtin_ctz(power_of_two);
}

/* All buffers of a device are pinned: they get smaller when there are many. */
static uint32_t io_bytes_of(const struct sim_target_ops *ops, const struct sim_options *opts)
{
	const uint64_t nr_buffers = (uint64_t)opts->nr_queues * opts->depth;
	uint32_t io_bytes = IO_BYTES_MAX;

	while (ops->buffered && io_bytes > IO_BYTES_MIN && io_bytes * nr_buffers > PINNED_BYTES_MAX)
		io_bytes /= 2;
	return io_bytes;
}

static void params_fill(struct sim_device *device)
{
	const uint32_t block_bytes = device->opts->block_bytes;

	device->params = (struct sim_ublk_params){
		.len = sizeof(device->params),
		.types = UBLK_PARAM_TYPE_BASIC | UBLK_PARAM_TYPE_DISCARD,
		.basic = {
			.attrs = UBLK_ATTR_VOLATILE_CACHE | UBLK_ATTR_FUA,
			.logical_bs_shift = shift_of(block_bytes),
			.physical_bs_shift = PHYSICAL_SHIFT,
			.io_opt_shift = PHYSICAL_SHIFT,
			.io_min_shift = PHYSICAL_SHIFT,
			.max_sectors = device->io_bytes >> SIM_SECTOR_SHIFT,
			.dev_sectors = device->target.size_bytes >> SIM_SECTOR_SHIFT,
		},
		.discard = {
			.discard_granularity = block_bytes,
			.max_discard_sectors = DISCARD_SECTORS_MAX,
			.max_write_zeroes_sectors = ZEROES_SECTORS_MAX,
			.max_discard_segments = 1,
		},
	};
}

static uint64_t recovery_flags(const struct sim_options *opts)
{
	switch (opts->recovery) {
	case SIM_RECOVERY_FAIL:
		return UBLK_F_USER_RECOVERY;
	case SIM_RECOVERY_REISSUE:
		return UBLK_F_USER_RECOVERY | UBLK_F_USER_RECOVERY_REISSUE;
	default:
		return 0;
	}
}

static int features_check(const struct sim_device *device, struct sim_error *err)
{
	const unsigned long long features = device->ctrl.features;
	const uint64_t needed = UBLK_F_CMD_IOCTL_ENCODE |
				(device->page_copy ? 0 : UBLK_F_USER_COPY);
	const uint64_t recovery = recovery_flags(device->opts);

	if ((features & needed) != needed)
		return sim_error_set(err, -EOPNOTSUPP,
				     "the ublk driver of this kernel has no user copy (features 0x%llx); Linux 6.5 or newer is needed",
				     features);
	if ((features & recovery) != recovery)
		return sim_error_set(err, -EOPNOTSUPP,
				     "the ublk driver of this kernel recovers no devices (features 0x%llx); leave --recovery out",
				     features);
	if (device->unprivileged && !(features & UBLK_F_UNPRIVILEGED_DEV))
		return sim_error_set(err, -EPERM,
				     "the ublk driver of this kernel takes devices of root only (features 0x%llx); run it as root",
				     features);
	return 0;
}

/* What only root may have, and what everybody else needs of this host. */
static int privilege_check(const struct sim_device *device, struct sim_error *err)
{
	const struct sim_options *opts = device->opts;
	struct sim_access access;

	if (!device->unprivileged)
		return 0;
	if (opts->recovery != SIM_RECOVERY_NONE)
		return sim_error_set(err, -EPERM,
				     "the kernel recovers no device of a user who is not root; leave --recovery out or run it as root");
	if (opts->copy == SIM_COPY_USER)
		return sim_error_set(err, -EPERM,
				     "the kernel allows user copy to root only; leave --copy out or run it as root");
	sim_access_look(&access);
	if (!access.udev || !access.rule[0])
		return sim_error_set(err, -EPERM, "users who are not root can make no device here: %s",
				     sim_access_lacks(&access));
	return 0;
}

static int add_refused(const struct sim_device *device, int code, struct sim_error *err)
{
	const struct sim_options *opts = device->opts;

	if (code == -EEXIST)
		return sim_error_set(err, code,
				     "device number %u is in use; choose another with -n or delete it with 'ublk-sim del %u'",
				     device->info.dev_id, device->info.dev_id);
	if (code == -EACCES && device->unprivileged)
		return sim_error_set(err, code,
				     "users who are not root have as many devices as they may; delete some, or have root raise /sys/module/ublk_drv/parameters/ublks_max");
	return sim_error_set(err, code,
			     "the driver makes no device with %u queues of depth %u: %s; give fewer or look at the kernel log (dmesg)",
			     opts->nr_queues, opts->depth, strerror(-code));
}

static int device_add(struct sim_device *device, struct sim_error *err)
{
	const struct sim_options *opts = device->opts;
	int ret;

	ret = features_check(device, err);
	if (!ret)
		ret = privilege_check(device, err);
	if (ret)
		return ret;
	device->info = (struct ublksrv_ctrl_dev_info){
		.nr_hw_queues = (__u16)opts->nr_queues,
		.queue_depth = (__u16)opts->depth,
		.max_io_buf_bytes = device->io_bytes,
		/* After a power cut it is to be the same number. */
		.dev_id = device->state.header ? device->state.header->id : opts->id,
		.flags = UBLK_F_CMD_IOCTL_ENCODE | recovery_flags(opts) |
			 (device->page_copy ? 0 : UBLK_F_USER_COPY) |
			 (device->unprivileged ? UBLK_F_UNPRIVILEGED_DEV : 0),
	};
	ret = sim_ctrl_add(&device->ctrl, &device->info);
	if (ret)
		return add_refused(device, ret, err);
	ret = device->unprivileged ? sim_device_await_owner(device, err) : 0;
	/* Who does not own the node cannot delete the device either; the sentence says so. */
	if (ret)
		sim_ctrl_del(&device->ctrl, device->info.dev_id, DEL_WAIT_S);
	return ret;
}

static int device_set_params(struct sim_device *device, struct sim_error *err)
{
	const struct sim_options *opts = device->opts;
	int ret;

	params_fill(device);
	ret = sim_ctrl_set_params(&device->ctrl, device->info.dev_id, &device->params);
	if (ret)
		return sim_error_set(err, ret,
				     "the driver refuses a size of %llu bytes in blocks of %u: %s; give another size (-s) or block (-b)",
				     (unsigned long long)device->target.size_bytes, opts->block_bytes,
				     strerror(-ret));
	return 0;
}

static int device_create_state(struct sim_device *device, struct sim_error *err)
{
	struct sim_state_header header = {
		.size_bytes = device->target.size_bytes,
		.id = device->info.dev_id,
		.pid = getpid(),
		.nr_queues = device->info.nr_hw_queues,
		.depth = device->info.queue_depth,
		.block_bytes = device->opts->block_bytes,
	};

	snprintf(header.target, sizeof(header.target), "%s", device->target.ops->name);
	return sim_state_create(&device->state, sim_state_dir(), &header, err);
}

/* Start the disk and see its node. */
static int disk_start(struct sim_device *device, struct sim_error *err)
{
	const int ret = sim_ctrl_start(&device->ctrl, device->info.dev_id, getpid());

	if (ret)
		return sim_error_set(err, ret,
				     "the driver does not start /dev/ublkb%u: %s; look at the kernel log (dmesg)",
				     device->info.dev_id, strerror(-ret));
	return sim_device_see_disk(device, err);
}

/* The threads, the channel to the driver's half, the state file: all that serves; undoes itself. */
static int device_serve(struct sim_device *device, struct sim_error *err)
{
	int ret;

	ret = sim_device_open_char(device, err);
	if (ret)
		return ret;
	/* After a power cut the state file is still there, and still locked. */
	if (!device->state.header)
		ret = device_create_state(device, err);
	if (ret)
		goto err_close_char;
	ret = sim_device_queues_start(device, err);
	if (ret)
		goto err_end_queues;
	return 0;

err_end_queues:
	sim_device_queues_end(device, SIM_POWER_LEAVING);
err_close_char:
	close(device->char_fd);
	return ret;
}

static void device_unserve(struct sim_device *device, enum sim_power power)
{
	sim_device_queues_end(device, power);
	close(device->char_fd);
}

/* The driver's half and the disk; undoes itself. */
static int device_attach(struct sim_device *device, struct sim_error *err)
{
	int ret;

	ret = device_add(device, err);
	if (ret)
		return ret;
	ret = device_set_params(device, err);
	if (ret)
		goto err_del;
	ret = device_serve(device, err);
	if (ret)
		goto err_del;
	ret = disk_start(device, err);
	if (ret)
		goto err_unserve;
	device->is_added = true;
	return 0;

err_unserve:
	device_unserve(device, SIM_POWER_LEAVING);
err_del:
	/* The file goes before the number is free, so that a successor never meets it. */
	if (device->state.header && device->state.header->phase == SIM_PHASE_ON)
		sim_state_remove(&device->state);
	sim_ctrl_del(&device->ctrl, device->info.dev_id, DEL_WAIT_S);
	return ret;
}

/* What does not need the driver; undoes itself. */
static int device_open(struct sim_device *device, const struct sim_options *opts,
		       struct sim_error *err)
{
	int ret;

	memset(device, 0, sizeof(*device));
	device->opts = opts;
	device->char_fd = -1;
	device->done_fd = -1;
	device->state.fd = -1;
	device->target.fd = -1;
	device->unprivileged = !sim_access_is_privileged();
	device->page_copy = device->unprivileged || opts->copy == SIM_COPY_PAGE;
	device->target.ops = sim_target_find(opts->target);
	if (!device->target.ops)
		return sim_error_set(err, -EINVAL, "target '%s' does not exist; give %s",
				     opts->target, sim_target_names());
	ret = sim_ctrl_open(&device->ctrl, err);
	if (ret)
		return ret;
	ret = device->target.ops->open(&device->target, opts, err);
	if (ret)
		goto err_close_ctrl;
	device->io_bytes = io_bytes_of(device->target.ops, opts);
	ret = sim_disk_init(&device->disk, &device->target, opts, err);
	if (ret)
		goto err_close_target;
	return 0;

err_close_target:
	device->target.ops->close(&device->target);
err_close_ctrl:
	sim_ctrl_close(&device->ctrl);
	return ret;
}

static void device_close(struct sim_device *device)
{
	if (device->state.header)
		sim_state_remove(&device->state);
	sim_disk_uninit(&device->disk);
	device->target.ops->close(&device->target);
	sim_ctrl_close(&device->ctrl);
}

/* The disk is there and answers at once: measure, judge, and let it be itself. */
static int device_wake(struct sim_device *device, struct sim_error *err)
{
	int ret = 0;

	if (device->disk.model)
		ret = sim_device_measure(device, &device->disk.profile, SIM_USERS_NONE,
					 device->opts->force, err);
	if (!ret)
		sim_disk_set_quiet(&device->disk, false);
	return ret;
}

int sim_device_start(struct sim_device *device, const struct sim_options *opts,
		     struct sim_error *err)
{
	int ret;

	ret = device_open(device, opts, err);
	if (ret)
		return ret;
	ret = device_attach(device, err);
	if (ret) {
		device_close(device);
		return ret;
	}
	ret = device_wake(device, err);
	if (ret)
		sim_device_stop(device);
	return ret;
}

/* The kernel first has to see that the old server is gone. */
static int recovery_begin(struct sim_device *device, struct sim_error *err)
{
	const struct timespec pause = { .tv_nsec = RECOVERY_POLL_NS };
	const uint32_t id = device->opts->id;
	int waited_ms = 0;
	int ret;

	for (;;) {
		ret = sim_ctrl_start_recovery(&device->ctrl, id);
		if (ret != -EBUSY || waited_ms >= RECOVERY_WAIT_MS)
			break;
		nanosleep(&pause, NULL);
		waited_ms += RECOVERY_POLL_NS / 1000000;
	}
	if (!ret)
		ret = sim_ctrl_info(&device->ctrl, id, &device->info);
	if (ret == -ENODEV)
		return sim_error_set(err, ret,
				     "device %u does not exist any more; make it anew with 'ublk-sim add'",
				     id);
	if (ret)
		return sim_error_set(err, ret,
				     "device %u cannot be recovered: %s; it must have been made with --recovery, and its server must be dead",
				     id, strerror(-ret));
	return 0;
}

int sim_device_recover(struct sim_device *device, const struct sim_options *opts,
		       struct sim_error *err)
{
	int ret;

	ret = device_open(device, opts, err);
	if (ret)
		return ret;
	ret = recovery_begin(device, err);
	if (ret)
		goto err_close;
	ret = device_serve(device, err);
	if (ret)
		goto err_close;
	ret = sim_ctrl_end_recovery(&device->ctrl, device->info.dev_id, getpid());
	if (ret) {
		sim_error_set(err, ret,
			      "the driver does not hand device %u over: %s; look at the kernel log (dmesg)",
			      device->info.dev_id, strerror(-ret));
		goto err_unserve;
	}
	device->is_added = true;
	/* Its users wait: a profile that the host cannot deliver is no reason to fail them. */
	if (device->disk.model)
		(void)sim_device_measure(device, &device->disk.profile, SIM_USERS_MAYBE, true, err);
	sim_disk_set_quiet(&device->disk, false);
	return 0;

err_unserve:
	device_unserve(device, SIM_POWER_LEAVING);
err_close:
	device_close(device);
	return ret;
}

void sim_device_stop(struct sim_device *device)
{
	if (device->is_added) {
		device_unserve(device, SIM_POWER_LEAVING);
		sim_state_remove(&device->state);
		sim_ctrl_del(&device->ctrl, device->info.dev_id, DEL_WAIT_S);
	}
	device_close(device);
}

/* Whoever holds the old disk open keeps its number; nobody waits for that here. */
static void device_forget(struct sim_device *device)
{
	const uint32_t id = device->info.dev_id;
	struct sim_error err;

	if (sim_ctrl_del_async(&device->ctrl, id) != -EOPNOTSUPP ||
	    sim_ctrl_del(&device->ctrl, id, DEL_WAIT_S) != -ETIME)
		return;
	/* The channel is spent. */
	sim_ctrl_close(&device->ctrl);
	if (sim_ctrl_open(&device->ctrl, &err))
		syslog(LOG_ERR, "device %u: %s", id, err.text);
}

int sim_device_cut(struct sim_device *device, enum sim_cut_policy policy, uint64_t seed,
		   struct sim_cut *cut, struct sim_error *err)
{
	int ret;

	__atomic_store_n(&device->state.header->phase, SIM_PHASE_OFF, __ATOMIC_RELAXED);
	device_unserve(device, SIM_POWER_OFF);
	device->is_added = false;
	ret = sim_disk_cut(&device->disk, policy, seed, cut, err);
	device_forget(device);
	return ret;
}

int sim_device_return(struct sim_device *device, struct sim_error *err)
{
	int ret;

	sim_disk_set_quiet(&device->disk, true);
	sim_disk_set_power(&device->disk, SIM_POWER_ON);
	ret = device_attach(device, err);
	if (ret == -EEXIST)
		return -EAGAIN;
	if (ret)
		return ret;
	sim_disk_set_quiet(&device->disk, false);
	__atomic_store_n(&device->state.header->phase, SIM_PHASE_ON, __ATOMIC_RELAXED);
	return 0;
}
