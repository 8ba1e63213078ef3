/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The nodes of a device in /dev: when they are there, and whose they are. For device.c.
 */
#ifndef UBLK_SIM_DEVICE_NODES_H
#define UBLK_SIM_DEVICE_NODES_H

#include "device.h"

/**
 * sim_device_await_owner - wait until udev has given /dev/ublkcN to this user
 * @device: just added, an unprivileged user's
 * @err: the sentence on failure
 *
 * Before that the driver takes no command for the device from this user, not even its deletion.
 *
 * Context: may sleep.
 * Return: 0 or -EACCES.
 */
int sim_device_await_owner(const struct sim_device *device, struct sim_error *err);

/**
 * sim_device_open_char - open /dev/ublkcN as @device->char_fd
 * @device: added
 * @err: the sentence on failure
 *
 * Context: may sleep.
 * Return: 0 or -errno.
 */
int sim_device_open_char(struct sim_device *device, struct sim_error *err);

/**
 * sim_device_see_disk - wait until /dev/ublkbN can be opened
 * @device: started
 * @err: the sentence on failure
 *
 * Context: may sleep.
 * Return: 0 or -errno.
 */
int sim_device_see_disk(struct sim_device *device, struct sim_error *err);

#endif
