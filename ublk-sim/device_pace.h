/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pace of a device: what its host can deliver, and whether a profile may be asked of it.
 *
 * A profile whose shortest I/O is shorter than what the host takes for any is refused, or
 * accepted by force and then marked in the status; it is never delivered half and called whole.
 */
#ifndef UBLK_SIM_DEVICE_PACE_H
#define UBLK_SIM_DEVICE_PACE_H

#include "device.h"

/** enum sim_users - who else may be using a disk that is measured */
enum sim_users {
	SIM_USERS_NONE, /* it is new: reads and writes are measured */
	SIM_USERS_MAYBE, /* nothing is written; writes are taken to be as long as reads */
};

/**
 * sim_device_measure - how long an I/O takes here without service time, and is that short enough
 * @device: its disk can be opened and is quiet
 * @profile: that it shall deliver
 * @users: whether writes may be measured
 * @force: do not judge
 * @err: the sentence on failure
 *
 * Context: may sleep; some hundred I/Os of the disk, which stays as it is.
 * Return: 0; -EOPNOTSUPP when the host is too slow; -errno.
 */
int sim_device_measure(struct sim_device *device, const struct sim_profile *profile,
		       enum sim_users users, bool force, struct sim_error *err);

/**
 * sim_device_set_profile - another service model
 * @device: serving
 * @name: of the profile or a path to one, not ""; NULL: no model
 * @force: also a profile that this host is too slow for
 * @err: the sentence on failure, which changes nothing
 *
 * What the host can deliver is measured first.
 *
 * Context: may sleep.
 * Return: 0; -EOPNOTSUPP when the host is too slow; -errno.
 */
int sim_device_set_profile(struct sim_device *device, const char *name, bool force,
			   struct sim_error *err);

#endif
