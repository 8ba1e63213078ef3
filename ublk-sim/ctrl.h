/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control channel: commands to /dev/ublk-control that make, start, stop and delete a
 * device. One io_uring of its own with 128-byte entries; one command at a time.
 */
#ifndef UBLK_SIM_CTRL_H
#define UBLK_SIM_CTRL_H

#include "ctrl_frame.h"
#include "error.h"
#include "ublk_compat.h"

#include <liburing.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * struct sim_ctrl - an open control channel
 * @ring: carries the commands
 * @fd: /dev/ublk-control
 * @features: UBLK_F_* that the running kernel knows
 * @unprivileged: the device that is spoken of is an unprivileged user's; set by sim_ctrl_add() and
 *	sim_ctrl_info(), one of which comes before any other command
 * @frame: of the last command, which may still be with the driver
 */
struct sim_ctrl {
	struct io_uring ring;
	int fd;
	uint64_t features;
	bool unprivileged;
	struct sim_ctrl_frame frame;
};

/**
 * sim_ctrl_open - open the channel and ask for the features
 * @ctrl: filled
 * @err: the sentence on failure: not allowed, no driver, a kernel too old, io_uring off
 *
 * Context: may sleep.
 * Return: 0 or -errno.
 */
int sim_ctrl_open(struct sim_ctrl *ctrl, struct sim_error *err);

/**
 * sim_ctrl_close - close the channel
 * @ctrl: open
 *
 * A command that has not come back (see sim_ctrl_del()) is cancelled.
 *
 * Context: may sleep.
 */
void sim_ctrl_close(struct sim_ctrl *ctrl);

/**
 * sim_ctrl_add - make the device: its number and /dev/ublkcN, no disk yet
 * @ctrl: open
 * @info: queues, depth, flags and number (or UINT32_MAX) asked for; what the kernel gave
 *
 * Context: may sleep.
 * Return: 0; -EEXIST when the number is taken; -EACCES when unprivileged users have as many as
 * they may; -errno.
 */
int sim_ctrl_add(struct sim_ctrl *ctrl, struct ublksrv_ctrl_dev_info *info);

/**
 * sim_ctrl_set_params - geometry and limits
 * @ctrl: open
 * @id: device number
 * @params: @len and @types set
 *
 * Context: may sleep; before the device is started.
 * Return: 0 or -errno.
 */
int sim_ctrl_set_params(struct sim_ctrl *ctrl, uint32_t id, const struct sim_ublk_params *params);

/**
 * sim_ctrl_get_devt - the numbers of the device's nodes
 * @ctrl: open
 * @id: device number
 * @devt: filled
 *
 * Context: may sleep.
 * Return: 0 or -errno.
 */
int sim_ctrl_get_devt(struct sim_ctrl *ctrl, uint32_t id, struct sim_ublk_devt *devt);

/**
 * sim_ctrl_affinity - the CPUs that a hardware queue serves
 * @ctrl: open
 * @id: device number
 * @queue: queue number
 * @cpus: filled
 *
 * Context: may sleep.
 * Return: 0 or -errno.
 */
int sim_ctrl_affinity(struct sim_ctrl *ctrl, uint32_t id, uint32_t queue, cpu_set_t *cpus);

/**
 * sim_ctrl_start - make the disk appear
 * @ctrl: open
 * @id: device number, every queue of which has fetched all its tags
 * @pid: the server
 *
 * Partitions are read meanwhile, so the queue threads must be serving.
 *
 * Context: may sleep.
 * Return: 0 or -errno.
 */
int sim_ctrl_start(struct sim_ctrl *ctrl, uint32_t id, int pid);

/**
 * sim_ctrl_start_recovery - take over a device whose server died
 * @ctrl: open
 * @id: device number
 *
 * Context: may sleep.
 * Return: 0; -EBUSY while the kernel has not finished with the old server; -EINVAL when the
 * device cannot be recovered; -ENODEV when there is none; -errno.
 */
int sim_ctrl_start_recovery(struct sim_ctrl *ctrl, uint32_t id);

/**
 * sim_ctrl_end_recovery - let the I/O flow again
 * @ctrl: open
 * @id: device number, every queue of which has fetched all its tags
 * @pid: the new server
 *
 * Context: may sleep.
 * Return: 0 or -errno.
 */
int sim_ctrl_end_recovery(struct sim_ctrl *ctrl, uint32_t id, int pid);

/**
 * sim_ctrl_stop - make the disk vanish and hand every tag back to the queue threads
 * @ctrl: open
 * @id: device number
 *
 * Context: may sleep until the I/O in flight is answered. Harmless when stopped.
 * Return: 0 or -errno.
 */
int sim_ctrl_stop(struct sim_ctrl *ctrl, uint32_t id);

/**
 * sim_ctrl_del - delete the device
 * @ctrl: open
 * @id: device number
 * @wait_s: how long to wait until its number is free, in seconds
 *
 * Somebody who keeps the dead disk open (a mount) keeps the number; the kernel then finishes
 * the deletion at the last close.
 *
 * Context: may sleep. After -ETIME only sim_ctrl_close() may follow.
 * Return: 0; -ENODEV when there is none; -ETIME when it is still open; -errno.
 */
int sim_ctrl_del(struct sim_ctrl *ctrl, uint32_t id, unsigned int wait_s);

/**
 * sim_ctrl_del_async - delete the device and do not wait until its number is free
 * @ctrl: open
 * @id: device number
 *
 * Context: may sleep, but not for those who have it open.
 * Return: 0; -ENODEV when there is none; -EOPNOTSUPP before Linux 6.9 and for the device of an
 * unprivileged user; -errno.
 */
int sim_ctrl_del_async(struct sim_ctrl *ctrl, uint32_t id);

/**
 * sim_ctrl_info - what the kernel knows of a device
 * @ctrl: open
 * @id: device number
 * @info: filled
 *
 * Context: may sleep.
 * Return: 0; -ENODEV when there is none; -ENOENT when it is an unprivileged user's, is being deleted and
 * has no node any more;
 * -EACCES and -EPERM when it is another user's; -errno.
 */
int sim_ctrl_info(struct sim_ctrl *ctrl, uint32_t id, struct ublksrv_ctrl_dev_info *info);

#endif
