/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The server process: starts a device, tells who waits for it, serves until a signal.
 */
#ifndef UBLK_SIM_SERVE_H
#define UBLK_SIM_SERVE_H

#include "error.h"
#include "options.h"

/**
 * struct sim_ready - what became of a start; goes through the pipe to the waiting process
 * @status: 0 or -errno
 * @pid: the server
 * @id: device number
 * @nr_queues: hardware queues that the kernel gave
 * @err: the sentence when @status is not 0
 */
struct sim_ready {
	int status;
	int pid;
	uint32_t id;
	uint32_t nr_queues;
	struct sim_error err;
};

/**
 * sim_serve_foreground - serve a device until SIGTERM, SIGINT, SIGHUP or its deletion
 * @opts: checked
 * @told: called once, when the device is there or has failed; may end the service with
 *	a value other than 0
 * @arg: handed to @told
 *
 * Context: may sleep; blocks the signals in the whole process.
 * Return: 0 after an orderly end, -errno when the device could not be started or @told.
 */
int sim_serve_foreground(const struct sim_options *opts,
			 int (*told)(const struct sim_ready *ready, void *arg), void *arg);

/**
 * sim_serve_daemon - start a daemon that serves a device
 * @opts: checked
 * @ready: filled, when the device is there or has failed
 *
 * The daemon has a session of its own, / as its folder and no terminal. If the caller
 * dies before it is told, the device goes with it.
 *
 * Context: may sleep.
 * Return: @ready->status.
 */
int sim_serve_daemon(const struct sim_options *opts, struct sim_ready *ready);

#endif
