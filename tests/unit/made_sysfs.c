// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes the parts of sysfs that tools/libblki/sysfs.c reads, below /tmp.
 */
#include "tests/unit/made_sysfs.h"

#include <ftw.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[64];

const char *made_sysfs_path(const char *fmt, ...)
{
	static char path[2][PATH_MAX];
	static int turn;
	va_list args;
	int nr;

	turn = !turn;
	nr = snprintf(path[turn], sizeof(path[turn]), "%s/", root);
	va_start(args, fmt);
	vsnprintf(path[turn] + nr, sizeof(path[turn]) - (size_t)nr, fmt, args);
	va_end(args);
	return path[turn];
}

void made_sysfs_dirs(const char *path)
{
	char copy[PATH_MAX];

	snprintf(copy, sizeof(copy), "%s", path);
	for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(copy, 0755);
		*slash = '/';
	}
	mkdir(copy, 0755);
}

void made_sysfs_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	if (!f || fprintf(f, "%s\n", text) < 0 || fclose(f))
		abort();
}

void made_sysfs_device(const char *where, const char *number)
{
	const char *name = strrchr(where, '/') ? strrchr(where, '/') + 1 : where;

	made_sysfs_dirs(made_sysfs_path("devices/%s", where));
	made_sysfs_file(made_sysfs_path("devices/%s/dev", where), number);
	if (symlink(made_sysfs_path("devices/%s", where),
		    made_sysfs_path("dev/block/%s", number)) ||
	    symlink(made_sysfs_path("devices/%s", where), made_sysfs_path("class/block/%s", name)))
		abort();
	if (name == where &&
	    symlink(made_sysfs_path("devices/%s", where), made_sysfs_path("block/%s", name)))
		abort();
	if (name == where)
		made_sysfs_dirs(made_sysfs_path("devices/%s/slaves", where));
	else
		made_sysfs_file(made_sysfs_path("devices/%s/partition", where), "1");
}

void made_sysfs_dm(const char *name, const char *number, const char *dm_name)
{
	made_sysfs_device(name, number);
	made_sysfs_dirs(made_sysfs_path("devices/%s/dm", name));
	made_sysfs_file(made_sysfs_path("devices/%s/dm/name", name), dm_name);
}

void made_sysfs_slave(const char *upper, const char *lower_where)
{
	const char *name = strrchr(lower_where, '/') ? strrchr(lower_where, '/') + 1 : lower_where;

	if (symlink(made_sysfs_path("devices/%s", lower_where),
		    made_sysfs_path("devices/%s/slaves/%s", upper, name)))
		abort();
}

const char *made_sysfs_begin(void)
{
	snprintf(root, sizeof(root), "/tmp/blki-sysfs-XXXXXX");
	if (!mkdtemp(root))
		return NULL;
	made_sysfs_dirs(made_sysfs_path("dev/block"));
	made_sysfs_dirs(made_sysfs_path("class/block"));
	made_sysfs_dirs(made_sysfs_path("block"));
	return root;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

int made_sysfs_end(void)
{
	return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
