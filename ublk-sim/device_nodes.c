// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The nodes of a device; see device_nodes.h. device.c → here; udev, or devtmpfs alone, makes them.
 */
#include "device_nodes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

/* devtmpfs has the node at once; a udev that makes it, or its owner, may take this long. */
#define NODE_WAIT_MS		20000
#define NODE_POLL_NS		2000000

/* Let some time pass; false when @waited_ms has come to its end. */
static bool node_wait(int *waited_ms)
{
	const struct timespec pause = { .tv_nsec = NODE_POLL_NS };

	if (*waited_ms >= NODE_WAIT_MS)
		return false;
	nanosleep(&pause, NULL);
	*waited_ms += NODE_POLL_NS / 1000000;
	return true;
}

/* Open @path as soon as it is a node of @type with number @dev. -errno of the last try. */
static int node_open(const char *path, mode_t type, dev_t dev, int flags)
{
	int waited_ms = 0;
	struct stat st;
	int err;
	int fd;

	do {
		fd = open(path, flags | O_CLOEXEC);
		err = fd < 0 ? -errno : 0;
		if (!err && !fstat(fd, &st) && (st.st_mode & S_IFMT) == type &&
		    st.st_rdev == dev)
			return fd;
		if (fd >= 0) {
			close(fd);
			err = -ENXIO;
		}
	} while (node_wait(&waited_ms));
	return err;
}

static int node_missing(const struct sim_device *device, const char *path, int code,
			struct sim_error *err)
{
	return sim_error_set(err, code, "%s cannot be opened: %s; %s", path, strerror(-code),
			     device->unprivileged ?
				     "have root look with 'udevadm test' why 59-ublk-sim.rules does not give it to this user" :
				     "mount devtmpfs on /dev");
}

int sim_device_await_owner(const struct sim_device *device, struct sim_error *err)
{
	const uint32_t id = device->info.dev_id;
	char path[SIM_CHAR_PATH_CHARS];
	int waited_ms = 0;

	sim_char_path(path, id);
	do {
		if (!faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS))
			return 0;
	} while (node_wait(&waited_ms));
	return sim_error_set(err, -EACCES,
			     "device %u was made, but udev does not give %s to this user; have root delete it with 'ublk-sim del --force %u' and install 59-ublk-sim.rules",
			     id, path, id);
}

int sim_device_open_char(struct sim_device *device, struct sim_error *err)
{
	struct sim_ublk_devt devt = { 0 };
	char path[SIM_CHAR_PATH_CHARS];
	int ret;

	sim_char_path(path, device->info.dev_id);
	ret = sim_ctrl_get_devt(&device->ctrl, device->info.dev_id, &devt);
	/* O_NONBLOCK: io_uring then copies at once instead of handing it to a worker thread. */
	if (!ret)
		ret = node_open(path, S_IFCHR, makedev(devt.char_major, devt.char_minor),
				O_RDWR | O_NONBLOCK);
	if (ret < 0)
		return node_missing(device, path, ret, err);
	device->char_fd = ret;
	return 0;
}

int sim_device_see_disk(struct sim_device *device, struct sim_error *err)
{
	struct sim_ublk_devt devt = { 0 };
	char path[32];
	int ret;

	snprintf(path, sizeof(path), "/dev/ublkb%u", device->info.dev_id);
	ret = sim_ctrl_get_devt(&device->ctrl, device->info.dev_id, &devt);
	if (!ret)
		ret = node_open(path, S_IFBLK, makedev(devt.disk_major, devt.disk_minor),
				O_RDONLY | O_NONBLOCK);
	if (ret < 0)
		return node_missing(device, path, ret, err);
	close(ret);
	return 0;
}
