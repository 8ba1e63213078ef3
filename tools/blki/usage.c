// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads /proc/self/mountinfo, /proc/swaps and the holders in sysfs.
 *
 * cmd_status.c -> [this]. A mount is found by its device number, or by its source where the file
 * system has a number of its own (btrfs).
 */
#include "tools/blki/usage.h"

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static void add(struct usage *usage, const char *how, const char *type, const char *where)
{
	struct usage_item *item = &usage->items[usage->nr];

	if (usage->nr == USAGE_MAX) {
		usage->nr_more++;
		return;
	}
	usage->nr++;
	item->how = how;
	snprintf(item->type, sizeof(item->type), "%s", type);
	snprintf(item->where, sizeof(item->where), "%s", where);
}

/* The kernel writes space, tab, newline and backslash as \ooo. */
static void unescape(char *s)
{
	char *to = s;

	while (*s) {
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' && s[2] <= '7' &&
		    s[3] >= '0' && s[3] <= '7') {
			*to++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0'));
			s += 4;
		} else {
			*to++ = *s++;
		}
	}
	*to = '\0';
}

static bool is_node_of(const char *path, dev_t dev)
{
	struct stat st;

	return path[0] == '/' && !stat(path, &st) && S_ISBLK(st.st_mode) && st.st_rdev == dev;
}

/* "ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [FIELD]... - TYPE SOURCE SUPER-OPTIONS" */
static void take_mount(char *line, dev_t dev, struct usage *usage)
{
	char *save = NULL, *dash = strstr(line, " - "), *type, *source, *point = NULL;
	unsigned int major_nr = 0, minor_nr = 0;

	if (!dash)
		return;
	type = strtok_r(dash + 3, " \n", &save);
	source = strtok_r(NULL, " \n", &save);
	*dash = '\0';
	sscanf(line, "%*s %*s %u:%u", &major_nr, &minor_nr);
	for (int i = 0; i < 5; i++)
		point = strtok_r(i ? NULL : line, " ", &save);
	if (!type || !source || !point)
		return;
	unescape(source);
	if (makedev(major_nr, minor_nr) != dev && !is_node_of(source, dev))
		return;
	unescape(point);
	add(usage, "mount", type, point);
}

void usage_mounts(FILE *f, dev_t dev, struct usage *usage)
{
	char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, f) >= 0)
		take_mount(line, dev, usage);
	free(line);
}

void usage_swaps(FILE *f, dev_t dev, struct usage *usage)
{
	char *line = NULL, *path, *save;
	size_t room = 0;

	while (getline(&line, &room, f) >= 0) {
		path = strtok_r(line, " \t\n", &save);
		if (!path)
			continue;
		unescape(path);
		if (is_node_of(path, dev))
			add(usage, "swap", "", "");
	}
	free(line);
}

void usage_holders(const char *sysfs, dev_t dev, struct usage *usage)
{
	struct dirent *entry;
	char path[PATH_MAX];
	DIR *dir;

	snprintf(path, sizeof(path), "%s/dev/block/%u:%u/holders", sysfs, major(dev), minor(dev));
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			add(usage, "holder", "", entry->d_name);
	if (dir)
		closedir(dir);
}

void usage_of(const char *sysfs, dev_t dev, struct usage *usage)
{
	FILE *f = fopen("/proc/self/mountinfo", "re");

	memset(usage, 0, sizeof(*usage));
	if (f) {
		usage_mounts(f, dev, usage);
		fclose(f);
	}
	f = fopen("/proc/swaps", "re");
	if (f) {
		usage_swaps(f, dev, usage);
		fclose(f);
	}
	usage_holders(sysfs, dev, usage);
}
