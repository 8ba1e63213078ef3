/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The queue threads of a device as a whole: made, started, woken, ended. For device.c.
 */
#ifndef UBLK_SIM_DEVICE_QUEUES_H
#define UBLK_SIM_DEVICE_QUEUES_H

#include "device.h"

/**
 * sim_device_queues_start - make the queues, start their threads, wait until each serves
 * @device: added, its char device open, its state file there
 * @err: the sentence on failure
 *
 * On failure sim_device_queues_end() is to be called all the same.
 *
 * Context: may sleep.
 * Return: 0 or -errno.
 */
int sim_device_queues_start(struct sim_device *device, struct sim_error *err);

/**
 * sim_device_queues_end - take the disk away from whoever uses it, end the threads, free all
 * @device: sim_device_queues_start() was called
 * @power: SIM_POWER_LEAVING: what is held back and what the page cache still has is served first;
 *	SIM_POWER_OFF: all of it fails
 *
 * Context: may sleep until the I/O in flight is answered.
 */
void sim_device_queues_end(struct sim_device *device, enum sim_power power);

/**
 * sim_device_queues_poke - have every queue look at the disk again
 * @device: serving
 *
 * Context: may sleep.
 */
void sim_device_queues_poke(const struct sim_device *device);

#endif
