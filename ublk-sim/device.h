/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of one simulated disk in the process that serves it: made, served, gone.
 */
#ifndef UBLK_SIM_DEVICE_H
#define UBLK_SIM_DEVICE_H

#include "ctrl.h"
#include "disk.h"
#include "error.h"
#include "options.h"
#include "queue.h"
#include "state.h"
#include "target.h"

#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * struct sim_device - a disk that is served by this process
 * @opts: what was asked for; the caller's
 * @ctrl: its control channel
 * @target: where its data are
 * @disk: how it behaves
 * @state: its state file, locked
 * @info: what the kernel gave: number, queues, depth, flags
 * @params: geometry and limits
 * @io_bytes: longest request
 * @queues: @info.nr_hw_queues of them; NULL while the power is cut
 * @nr_threads: queue threads that run
 * @ready: posted by each queue thread when its set-up is over
 * @char_fd: /dev/ublkcN
 * @done_fd: eventfd; counts queue threads that have ended; -1 while the power is cut
 * @unprivileged: it is made as an unprivileged user's
 * @page_copy: its data move by page copy
 * @is_added: the driver has the device
 */
struct sim_device {
	const struct sim_options *opts;
	struct sim_ctrl ctrl;
	struct sim_target target;
	struct sim_disk disk;
	struct sim_state state;
	struct ublksrv_ctrl_dev_info info;
	struct sim_ublk_params params;
	uint32_t io_bytes;
	struct sim_queue *queues;
	uint16_t nr_threads;
	sem_t ready;
	int char_fd;
	int done_fd;
	bool unprivileged;
	bool page_copy;
	bool is_added;
};

/**
 * sim_device_start - make the disk and serve it
 * @device: filled
 * @opts: checked; must stay until sim_device_stop()
 * @err: the sentence on failure
 *
 * Returns when /dev/ublkbN can be opened. On failure nothing is left behind.
 *
 * Context: may sleep; signals blocked, the queue threads inherit that.
 * Return: 0 or -errno.
 */
int sim_device_start(struct sim_device *device, const struct sim_options *opts,
		     struct sim_error *err);

/**
 * sim_device_recover - serve a disk whose server was killed
 * @device: filled
 * @opts: of the killed server, @id among them; must stay until sim_device_stop()
 * @err: the sentence on failure
 *
 * The disk was there all the time, its I/O waited. On failure it still waits.
 *
 * Context: as sim_device_start().
 * Return: 0 or -errno.
 */
int sim_device_recover(struct sim_device *device, const struct sim_options *opts,
		       struct sim_error *err);

/**
 * sim_device_stop - stop the disk, end the threads, delete the device
 * @device: started, whatever has happened to it since
 *
 * I/O in flight is answered; a mounted file system sees the disk go.
 *
 * Context: may sleep.
 */
void sim_device_stop(struct sim_device *device);

/**
 * sim_device_cut - the power fails
 * @device: serving
 * @policy: what is kept of what was not durable
 * @seed: of the choice
 * @cut: filled
 * @err: the sentence on failure; the disk is off all the same
 *
 * Everything in flight fails, the disk goes as if it was pulled, then it is decided what is on
 * it. The target stays. sim_device_return() brings the disk back.
 *
 * Context: may sleep.
 * Return: 0 or -errno of the target.
 */
int sim_device_cut(struct sim_device *device, enum sim_cut_policy policy, uint64_t seed,
		   struct sim_cut *cut, struct sim_error *err);

/**
 * sim_device_return - the power is back: make the disk again under the same number
 * @device: cut
 * @err: the sentence on failure
 *
 * Context: may sleep.
 * Return: 0; -EAGAIN while somebody holds the old disk open; -errno.
 */
int sim_device_return(struct sim_device *device, struct sim_error *err);

/**
 * sim_device_is_cut - is the power off
 * @device: started
 *
 * Return: whether sim_device_return() is due.
 */
static inline bool sim_device_is_cut(const struct sim_device *device)
{
	return !device->queues;
}

#endif
