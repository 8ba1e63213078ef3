/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this process may do, and what this host does for users who are not root.
 *
 * Root, by which CAP_SYS_ADMIN is meant, has what it wants. Everybody else gets from the driver a
 * device of an unprivileged user, and needs two things of the host: a /dev/ublk-control that may be
 * opened, and a udev rule that gives /dev/ublkcN and /dev/ublkbN to who made them. Without the rule
 * a device could be made and not even be deleted again, so the rule is looked for first.
 */
#ifndef UBLK_SIM_ACCESS_H
#define UBLK_SIM_ACCESS_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>

#define SIM_ACCESS_CONTROL	"/dev/ublk-control"

/**
 * struct sim_access - what a host does for users who are not root
 * @control: anybody may open the control node
 * @udev: a udevd runs
 * @rule: path of a rule that knows of ublkcN, "" for none
 */
struct sim_access {
	bool control;
	bool udev;
	char rule[256];
};

/**
 * sim_access_is_privileged - may this thread make devices as root does
 *
 * Context: any.
 * Return: whether it has CAP_SYS_ADMIN, as the driver asks.
 */
bool sim_access_is_privileged(void);

/**
 * sim_access_find_rule - look for a rule that names ublkcN
 * @dirs: folders with rules, NULL behind the last; missing ones are skipped
 * @path: filled with the first file that has it, or ""
 * @room: of @path, bytes
 *
 * Any rule that does, ours or not: what it does with the nodes is seen when a device is made.
 *
 * Context: reads files.
 * Return: whether there is one.
 */
bool sim_access_find_rule(const char *const *dirs, char *path, size_t room);

/**
 * sim_access_look - look at this host
 * @access: filled
 *
 * Context: reads files.
 */
void sim_access_look(struct sim_access *access);

/**
 * sim_access_lacks - why users who are not root can make no device here
 * @access: looked at
 *
 * Context: pure.
 * Return: the cause and the remedy, or NULL when they can, as far as that can be seen.
 */
const char *sim_access_lacks(const struct sim_access *access);

#endif
