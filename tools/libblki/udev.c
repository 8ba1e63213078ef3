// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Asks for udevd and what it did; see udev.h. alias.c, dm.c -> [this] -> libudev -> udevd's database.
 */
#include "tools/libblki/udev.h"

#include <errno.h>
#include <libudev.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Far above a busy boot, far below a user's patience with a dead udevd. */
#define UDEV_WAIT_MS	20000
#define UDEV_POLL_MS	5

/* What tools/udev/blki.rules sets on an alias. */
#define ALIAS_PROPERTY	"BLKI_ALIAS"

int64_t udev_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool udev_wait_more(int64_t *deadline_ms)
{
	const struct timespec pause = { .tv_nsec = UDEV_POLL_MS * 1000000L };

	if (!*deadline_ms)
		*deadline_ms = udev_now_ms() + UDEV_WAIT_MS;
	nanosleep(&pause, NULL);
	return udev_now_ms() < *deadline_ms;
}

bool udev_runs(const char *root)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/run/udev/control", root);
	return !access(path, F_OK);
}

bool udev_rules_missing(const char *root)
{
	static const char *const directories[] = {
		"/etc/udev/rules.d", "/run/udev/rules.d", "/usr/local/lib/udev/rules.d",
		"/usr/lib/udev/rules.d", "/lib/udev/rules.d",
	};
	static const char *const names[] = { "11-blki.rules", "56-blki.rules" };
	char path[PATH_MAX];

	if (!udev_runs(root))
		return false;
	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++)
		for (size_t j = 0; j < sizeof(names) / sizeof(names[0]); j++) {
			snprintf(path, sizeof(path), "%s%s/%s", root, directories[i], names[j]);
			if (!access(path, F_OK))
				return false;
		}
	return true;
}

/* One look into the database. Return: 0 kept, -ENOTSUP not kept, -EAGAIN not worked off yet. */
static int alias_look(struct udev *udev, dev_t alias, int64_t since_ms)
{
	struct udev_device *device = udev_device_new_from_devnum(udev, 'b', alias);
	const int64_t age_ms = udev_now_ms() - since_ms;
	int ret = -EAGAIN;

	if (!device)
		return ret;
	if (udev_device_get_is_initialized(device) &&
	    udev_device_get_usec_since_initialized(device) / 1000 <= (unsigned long long)age_ms)
		ret = udev_device_get_property_value(device, ALIAS_PROPERTY) ? 0 : -ENOTSUP;
	udev_device_unref(device);
	return ret;
}

int udev_alias_kept(dev_t alias, int64_t since_ms)
{
	struct udev *udev = udev_new();
	int64_t deadline_ms = 0;
	int ret = -EAGAIN;

	if (!udev)
		return -ENOMEM;
	while (ret == -EAGAIN) {
		if (!udev_runs(""))
			ret = 0;
		else
			ret = alias_look(udev, alias, since_ms);
		if (ret == -EAGAIN && !udev_wait_more(&deadline_ms))
			ret = -ETIMEDOUT;
	}
	udev_unref(udev);
	return ret;
}
