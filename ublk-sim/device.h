/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of one simulated disk in the process that serves it: made, served, gone.
 */
#ifndef UBLK_SIM_DEVICE_H
#define UBLK_SIM_DEVICE_H

#include "ctrl.h"
#include "error.h"
#include "options.h"
#include "queue.h"
#include "state.h"
#include "target.h"

#include <semaphore.h>
#include <stdint.h>

/**
 * struct sim_device - a disk that is served by this process
 * @ctrl: its control channel
 * @target: what it does with I/Os
 * @state: its state file, locked
 * @info: what the kernel gave: number, queues, depth, flags
 * @params: geometry and limits
 * @queues: @info.nr_hw_queues of them
 * @nr_threads: queue threads that were started
 * @ready: posted by each queue thread when its set-up is over
 * @char_fd: /dev/ublkcN
 * @done_fd: eventfd; counts queue threads that have ended
 */
struct sim_device {
	struct sim_ctrl ctrl;
	struct sim_target target;
	struct sim_state state;
	struct ublksrv_ctrl_dev_info info;
	struct sim_ublk_params params;
	struct sim_queue *queues;
	uint16_t nr_threads;
	sem_t ready;
	int char_fd;
	int done_fd;
};

/**
 * sim_device_start - make the disk and serve it
 * @device: filled
 * @opts: checked
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
 * sim_device_stop - stop the disk, end the threads, delete the device
 * @device: started, whatever has happened to it since
 *
 * I/O in flight is answered; a mounted file system sees the disk go.
 *
 * Context: may sleep.
 */
void sim_device_stop(struct sim_device *device);

#endif
