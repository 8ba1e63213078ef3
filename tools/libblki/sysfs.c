// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads block device numbers, names and stacking out of sysfs.
 *
 * Serves devref.c and loop.c. It knows three layouts: class/block/NAME/dev, dev/block/MAJOR:MINOR/
 * with dm/name, slaves/, loop/backing_file and, of our own, blki/origin, and that a partition's directory lies inside its
 * disk's. It judges nothing: whether a stack is a loop is decided in loop.c.
 */
#include "tools/libblki/sysfs.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static void replace_char(char *s, char from, char to)
{
	for (; *s; s++)
		if (*s == from)
			*s = to;
}

/* First line of a small file, without its newline. */
static int read_line(const char *path, char *line, size_t line_bytes)
{
	FILE *f = fopen(path, "re");
	char *got;

	if (!f)
		return -errno;
	got = fgets(line, (int)line_bytes, f);
	fclose(f);
	if (!got)
		return -ENOENT;
	line[strcspn(line, "\n")] = '\0';
	return 0;
}

static int read_dev(const char *path, dev_t *dev)
{
	unsigned int major_nr, minor_nr;
	char line[32];
	int ret = read_line(path, line, sizeof(line));

	if (ret)
		return ret;
	if (sscanf(line, "%u:%u", &major_nr, &minor_nr) != 2)
		return -ENOENT;
	*dev = makedev(major_nr, minor_nr);
	return 0;
}

int sysfs_dev_of_name(const char *root, const char *name, dev_t *dev)
{
	char kernel_name[NAME_MAX + 1], path[PATH_MAX];

	if (strlen(name) > NAME_MAX || !*name || !strcmp(name, ".") || !strcmp(name, ".."))
		return -ENOENT;
	strcpy(kernel_name, name);
	replace_char(kernel_name, '/', '!');
	snprintf(path, sizeof(path), "%s/class/block/%s/dev", root, kernel_name);
	return read_dev(path, dev) ? -ENOENT : 0;
}

static int hex_value(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* libdevmapper writes a byte that udev would not take as \xHH; compare what the user meant. */
static bool dm_name_equal(const char *mangled, const char *name)
{
	if (!strcmp(mangled, name))
		return true;
	while (*mangled) {
		char c = *mangled;
		int step = 1;

		if (c == '\\' && mangled[1] == 'x' && hex_value(mangled[2]) >= 0 &&
		    hex_value(mangled[3]) >= 0) {
			c = (char)(hex_value(mangled[2]) << 4 | hex_value(mangled[3]));
			step = 4;
		}
		if (c != *name)
			return false;
		mangled += step;
		name++;
	}
	return !*name;
}

int sysfs_dev_of_dm(const char *root, const char *name, dev_t *dev)
{
	char path[PATH_MAX], line[256];
	struct dirent *entry;
	int ret = -ENOENT;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/block", root);
	dir = opendir(path);
	if (!dir)
		return -ENOENT;
	while (ret && (entry = readdir(dir))) {
		if (strncmp(entry->d_name, "dm-", 3))
			continue;
		snprintf(path, sizeof(path), "%s/block/%s/dm/name", root, entry->d_name);
		if (read_line(path, line, sizeof(line)) || !dm_name_equal(line, name))
			continue;
		snprintf(path, sizeof(path), "%s/block/%s/dev", root, entry->d_name);
		ret = read_dev(path, dev) ? -ENOENT : 0;
	}
	closedir(dir);
	return ret;
}

int sysfs_name(const char *root, dev_t dev, char *name, size_t name_bytes)
{
	char path[PATH_MAX], target[PATH_MAX];
	const char *base;
	ssize_t nr;

	snprintf(path, sizeof(path), "%s/dev/block/%u:%u", root, major(dev), minor(dev));
	nr = readlink(path, target, sizeof(target) - 1);
	if (nr < 0)
		return -ENOENT;
	target[nr] = '\0';
	base = strrchr(target, '/');
	base = base ? base + 1 : target;
	if (strlen(base) >= name_bytes)
		return -ENAMETOOLONG;
	strcpy(name, base);
	replace_char(name, '!', '/');
	return 0;
}

int sysfs_dm_name(const char *root, dev_t dev, char *name, size_t name_bytes)
{
	char path[PATH_MAX];

	name[0] = '\0';
	snprintf(path, sizeof(path), "%s/dev/block/%u:%u/dm/name", root, major(dev), minor(dev));
	return read_line(path, name, name_bytes) ? -ENOENT : 0;
}

/* The directory of the disk of @dev: its own, or the one above a partition's. */
static void disk_directory(const char *root, dev_t dev, char *path, size_t path_bytes)
{
	snprintf(path, path_bytes, "%s/dev/block/%u:%u/partition", root, major(dev), minor(dev));
	snprintf(path, path_bytes, "%s/dev/block/%u:%u%s", root, major(dev), minor(dev),
		 access(path, F_OK) ? "" : "/..");
}

/*
 * A loop device stands on the device of its backing file's file system, or on the file if it is
 * one.
 */
static int lower_of_loop(const char *disk, dev_t *dev)
{
	char path[PATH_MAX + 32], file[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), "%s/loop/backing_file", disk);
	if (read_line(path, file, sizeof(file)) || stat(file, &st))
		return -ENOENT;
	*dev = S_ISBLK(st.st_mode) ? st.st_rdev : st.st_dev;
	return 0;
}

int sysfs_alias_origin(const char *root, dev_t dev, dev_t *origin)
{
	char path[PATH_MAX], name[NAME_MAX + 1];

	snprintf(path, sizeof(path), "%s/dev/block/%u:%u/blki/origin", root, major(dev),
		 minor(dev));
	if (read_line(path, name, sizeof(name)))
		return -ENOENT;
	return sysfs_dev_of_name(root, name, origin);
}

bool sysfs_is_zoned(const char *root, dev_t dev)
{
	char disk[PATH_MAX], path[PATH_MAX + 16], model[32];

	disk_directory(root, dev, disk, sizeof(disk));
	snprintf(path, sizeof(path), "%s/queue/zoned", disk);
	return !read_line(path, model, sizeof(model)) && strcmp(model, "none");
}

/* Request-based: a device-mapper device with hardware queues */
static bool is_request_based(const char *holders, const char *name)
{
	char path[PATH_MAX + 2 * NAME_MAX + 16];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s/dm", holders, name);
	if (stat(path, &st))
		return false;
	snprintf(path, sizeof(path), "%s/%s/mq", holders, name);
	return !stat(path, &st);
}

int sysfs_request_upper(const char *root, dev_t dev, char *name, size_t name_bytes)
{
	char disk[PATH_MAX], holders[PATH_MAX + NAME_MAX];
	struct dirent *entry;
	int ret = -ENOENT;
	DIR *dir;

	disk_directory(root, dev, disk, sizeof(disk));
	snprintf(holders, sizeof(holders), "%s/holders", disk);
	dir = opendir(holders);
	while (dir && ret == -ENOENT && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || !is_request_based(holders, entry->d_name))
			continue;
		ret = strlen(entry->d_name) < name_bytes ? 0 : -ENAMETOOLONG;
		snprintf(name, name_bytes, "%s", entry->d_name);
	}
	if (dir)
		closedir(dir);
	return ret;
}

int sysfs_lower(const char *root, dev_t dev, dev_t lower[SYSFS_LOWER_MAX])
{
	char disk[PATH_MAX], path[PATH_MAX + NAME_MAX + 16];
	struct dirent *entry;
	int nr = 0;
	DIR *dir;

	disk_directory(root, dev, disk, sizeof(disk));
	if (!lower_of_loop(disk, &lower[0]))
		nr = 1;
	snprintf(path, sizeof(path), "%s/slaves", disk);
	dir = opendir(path);
	while (dir && nr >= 0 && (entry = readdir(dir))) {
		dev_t slave;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/slaves/%s/dev", disk, entry->d_name);
		if (read_dev(path, &slave))
			continue;
		if (nr == SYSFS_LOWER_MAX)
			nr = -E2BIG;
		else
			lower[nr++] = slave;
	}
	if (dir)
		closedir(dir);
	return nr;
}
