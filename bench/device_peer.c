// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A disk served by ublksrv.
 *
 * devices -> this -> ublk(8) of ublksrv. Its output is not parsed: the device number is chosen
 * here, and the server is whoever has the character device of that number open.
 */
#include "device_peer.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sys.h"

/* A number that ublk-sim, which takes the lowest free one, does not reach. */
#define PEER_ID "63"

/* Queue depth, as of our own ublk disks. */
#define PEER_DEPTH "128"

#define PEER_PROGRAM "ublk"

bool bench_peer_installed(void)
{
	const char *path = getenv("PATH");
	char file[512];

	while (path && *path) {
		size_t len = strcspn(path, ":");

		snprintf(file, sizeof(file), "%.*s/" PEER_PROGRAM, (int)len, path);
		if (!access(file, X_OK))
			return true;
		path += len + (path[len] == ':');
	}
	return false;
}

static bool has_open(const char *pid, const char *node)
{
	char dir_path[300], path[600], target[64];
	struct dirent *entry;
	bool found = false;
	ssize_t n;
	DIR *dir;

	snprintf(dir_path, sizeof(dir_path), "/proc/%s/fd", pid);
	dir = opendir(dir_path);
	while (dir && !found && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/%s", dir_path, entry->d_name);
		n = readlink(path, target, sizeof(target) - 1);
		if (n > 0) {
			target[n] = '\0';
			found = !strcmp(target, node);
		}
	}
	if (dir)
		closedir(dir);
	return found;
}

static int server_of(const char *node)
{
	struct dirent *entry;
	DIR *dir = opendir("/proc");
	int pid = 0;

	while (dir && !pid && (entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]) && has_open(entry->d_name, node))
			pid = atoi(entry->d_name);
	if (dir)
		closedir(dir);
	return pid;
}

int bench_peer_up(struct bench_disk *disk, const struct bench_disk_options *options)
{
	const char *const load[] = { "modprobe", "ublk_drv", NULL };
	const char *const argv[] = { PEER_PROGRAM, "add", "-t", "null", "-q", "1", "-d",
				     PEER_DEPTH, "-n", PEER_ID, NULL };
	int err;

	(void)options;
	if (!bench_peer_installed()) {
		bench_error("peer-ublksrv: there is no program \"" PEER_PROGRAM "\" in PATH; "
			    "install ublksrv, or choose other devices");
		return -ENOENT;
	}
	if (sys_run(NULL, 0, load))
		return -ENODEV;
	err = sys_run(NULL, 0, argv);
	if (err)
		return err;
	snprintf(disk->name, sizeof(disk->name), "ublkb" PEER_ID);
	disk->has_stat = true;
	disk->server_pid = server_of("/dev/ublkc" PEER_ID);
	if (disk->server_pid)
		return 0;
	bench_error("peer-ublksrv: no process has /dev/ublkc" PEER_ID " open; its server ended");
	bench_peer_down(disk);
	return -EPROTO;
}

int bench_peer_down(struct bench_disk *disk)
{
	const char *const argv[] = { PEER_PROGRAM, "del", "-n", PEER_ID, NULL };

	(void)disk;
	return sys_run(NULL, 0, argv);
}
