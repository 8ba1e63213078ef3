/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What udevd does with a device that this library makes: whether it runs, whether it would look into an
 * alias, and waiting for it. Without udevd nobody looks and nothing waits. Private to tools/.
 */
#ifndef BLKI_LIB_UDEV_H
#define BLKI_LIB_UDEV_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * udev_runs - is there a udevd
 * @root: "" for this machine, or where a made-up one lies
 *
 * Return: whether its control socket is there; libudev asks the same.
 */
bool udev_runs(const char *root);

/**
 * udev_rules_missing - would udev look into an alias
 * @root: "" for this machine, or where a made-up one lies
 *
 * Return: whether udevd runs and the rules for aliases are in none of its directories.
 */
bool udev_rules_missing(const char *root);

/**
 * udev_wait_more - a pause in a loop that waits for udevd
 * @deadline_ms: 0 before the first round; then when to give up, CLOCK_MONOTONIC
 *
 * Sleeps for some milliseconds.
 * Return: false when udevd has had 20 s.
 */
bool udev_wait_more(int64_t *deadline_ms);

/**
 * udev_alias_kept - has udevd worked off a new alias by the rules for aliases
 * @alias: its number
 * @since_ms: CLOCK_MONOTONIC, when it was not there yet; what udev knows from before is of another device
 *
 * That the rules are installed does not say that udevd reads them: it looks for new ones when an event comes and
 * three seconds have passed, and 'udevadm control --reload' is lost when udevd's thread is late: it
 * then ignores the message, and the command succeeds ("Invalid sender uid 65534", systemd 252).
 *
 * Return: 0, also when there is no udevd any more; -ENOTSUP it used no such rules; -ETIMEDOUT it has done nothing
 * for 20 s; -ENOMEM.
 */
int udev_alias_kept(dev_t alias, int64_t since_ms);

/**
 * udev_now_ms - the clock of this header
 *
 * Return: CLOCK_MONOTONIC, ms.
 */
int64_t udev_now_ms(void);

#endif /* BLKI_LIB_UDEV_H */
