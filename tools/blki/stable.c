// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Looks up PARTUUIDs, device-mapper names and links below /dev/disk/by-id.
 *
 * cmd_save.c, cmd_restore.c -> [this] -> sysfs, /dev/disk, libblkid. The partition table is read
 * last, because that reads the whole disk, which status reports as I/O past an interposed
 * partition. A name of a better kind is never replaced by one of a worse kind: a disk that is
 * missing must not become another one.
 */
#include "tools/blki/stable.h"

#include <blkid.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "tools/libblki/sysfs.h"

static int read_number(const char *path, uint64_t *number)
{
	unsigned long long value;
	FILE *f = fopen(path, "re");
	int nr;

	if (!f)
		return -errno;
	nr = fscanf(f, "%llu", &value);
	fclose(f);
	if (nr != 1)
		return -ENOENT;
	*number = value;
	return 0;
}

static int size_of(const struct stable_source *source, dev_t dev, uint64_t *sectors)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/dev/block/%u:%u/size", source->sysfs, major(dev),
		 minor(dev));
	return read_number(path, sectors);
}

static bool is_partition(const struct stable_source *source, dev_t dev)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/dev/block/%u:%u/partition", source->sysfs, major(dev),
		 minor(dev));
	return !access(path, F_OK);
}

/* Linux tells the PARTUUID itself since 6.13. */
static int partuuid_of_uevent(const struct stable_source *source, dev_t dev, char *text,
			      size_t text_bytes)
{
	char path[PATH_MAX], line[SAVE_NAME_BYTES + 32];
	int ret = -ENOENT;
	FILE *f;

	snprintf(path, sizeof(path), "%s/dev/block/%u:%u/uevent", source->sysfs, major(dev),
		 minor(dev));
	f = fopen(path, "re");
	while (f && ret && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "PARTUUID=", 9) || strlen(line + 9) >= text_bytes)
			continue;
		strcpy(text, line + 9);
		ret = 0;
	}
	if (f)
		fclose(f);
	return ret;
}

static bool is_node_of(const char *path, dev_t dev)
{
	struct stat st;

	return !stat(path, &st) && S_ISBLK(st.st_mode) && st.st_rdev == dev;
}

/* The first name, in their order, of a link of DIR that leads to the device. */
static int link_to(const struct stable_source *source, const char *dir_name, dev_t dev, char *text,
		   size_t text_bytes)
{
	char dir_path[PATH_MAX], path[PATH_MAX];
	struct dirent *entry;
	int ret = -ENOENT;
	DIR *dir;

	snprintf(dir_path, sizeof(dir_path), "%s/disk/%s", source->dev, dir_name);
	dir = opendir(dir_path);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || strlen(entry->d_name) >= text_bytes ||
		    snprintf(path, sizeof(path), "%s/%s", dir_path, entry->d_name) >= PATH_MAX)
			continue;
		if (!is_node_of(path, dev) || (!ret && strcmp(text, entry->d_name) < 0))
			continue;
		strcpy(text, entry->d_name);
		ret = 0;
	}
	if (dir)
		closedir(dir);
	return ret;
}

/* @table_read: out: the disk itself had to be asked */
static int partuuid_of(const struct stable_source *source, dev_t dev, char *text, size_t text_bytes,
		       bool *table_read)
{
	int ret;

	*table_read = false;
	if (!is_partition(source, dev))
		return -ENOENT;
	ret = partuuid_of_uevent(source, dev, text, text_bytes);
	if (ret)
		ret = link_to(source, "by-partuuid", dev, text, text_bytes);
	if (ret && source->probe_partuuid) {
		*table_read = true;
		ret = source->probe_partuuid(dev, text, text_bytes);
	}
	return ret;
}

int stable_names(const struct stable_source *source, dev_t dev, struct save_ref *ref)
{
	dev_t origin;

	memset(ref, 0, sizeof(*ref));
	if (sysfs_name(source->sysfs, dev, ref->name, sizeof(ref->name)))
		return -ENOENT;
	if (!sysfs_alias_origin(source->sysfs, dev, &origin)) {
		if (stable_names(source, origin, ref))
			return -ENOENT;
		ref->alias = true;
		return 0;
	}
	if (size_of(source, dev, &ref->sectors))
		ref->sectors = 0;
	sysfs_dm_name(source->sysfs, dev, ref->dm, sizeof(ref->dm));
	if (ref->dm[0])
		return 0;
	if (partuuid_of(source, dev, ref->partuuid, sizeof(ref->partuuid), &ref->table_read))
		ref->partuuid[0] = '\0';
	if (link_to(source, "by-id", dev, ref->by_id, sizeof(ref->by_id)))
		ref->by_id[0] = '\0';
	return 0;
}

static int not_there(const struct save_ref *ref, char why[STABLE_WHY_BYTES])
{
	char text[SAVE_NAME_BYTES + 32];

	save_ref_text(ref, text, sizeof(text));
	snprintf(why, STABLE_WHY_BYTES,
		 "%s: there is no such device now; connect or make it, or take it "
		 "out of the file",
		 text);
	return -ENOENT;
}

/* A copy of a disk has the same PARTUUIDs: then nobody can say which one is meant. */
static int find_partuuid(const struct stable_source *source, const struct save_ref *ref, dev_t *dev,
			 char why[STABLE_WHY_BYTES])
{
	char path[PATH_MAX], text[SAVE_NAME_BYTES];
	struct dirent *entry;
	size_t nr_found = 0;
	bool table_read;
	dev_t found;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/class/block", source->sysfs);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (sysfs_dev_of_name(source->sysfs, entry->d_name, &found) ||
		    partuuid_of(source, found, text, sizeof(text), &table_read) ||
		    strcasecmp(text, ref->partuuid))
			continue;
		*dev = found;
		nr_found++;
	}
	if (dir)
		closedir(dir);
	if (nr_found > 1) {
		snprintf(why, STABLE_WHY_BYTES,
			 "PARTUUID=%s: %zu partitions have it; disconnect the copy "
			 "of the disk",
			 ref->partuuid, nr_found);
		return -ENOTUNIQ;
	}
	return nr_found ? 0 : not_there(ref, why);
}

static int find_by_id(const struct stable_source *source, const struct save_ref *ref, dev_t *dev,
		      char why[STABLE_WHY_BYTES])
{
	char path[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), "%s/disk/by-id/%s", source->dev, ref->by_id);
	if (stat(path, &st) || !S_ISBLK(st.st_mode))
		return not_there(ref, why);
	*dev = st.st_rdev;
	return 0;
}

int stable_find(const struct stable_source *source, const struct save_ref *ref, dev_t *dev,
		char why[STABLE_WHY_BYTES])
{
	uint64_t sectors = 0;
	int ret;

	if (ref->partuuid[0])
		ret = find_partuuid(source, ref, dev, why);
	else if (ref->dm[0])
		ret = sysfs_dev_of_dm(source->sysfs, ref->dm, dev) ? not_there(ref, why) : 0;
	else if (ref->by_id[0])
		ret = find_by_id(source, ref, dev, why);
	else
		ret = sysfs_dev_of_name(source->sysfs, ref->name, dev) ? not_there(ref, why) : 0;
	if (ret)
		return ret;
	if (ref->sectors && !size_of(source, *dev, &sectors) && sectors != ref->sectors) {
		char text[SAVE_NAME_BYTES + 32];

		save_ref_text(ref, text, sizeof(text));
		snprintf(why, STABLE_WHY_BYTES,
			 "%s: has %llu sectors, %llu were saved, so it is another "
			 "device or was resized; save again",
			 text, (unsigned long long)sectors, (unsigned long long)ref->sectors);
		return -EINVAL;
	}
	return 0;
}

/* Reads the partition table of the disk that a partition is on. */
static int probe_partuuid(dev_t dev, char *text, size_t text_bytes)
{
	blkid_partition partition = NULL;
	blkid_probe probe = NULL;
	blkid_partlist list;
	const char *uuid = NULL;
	dev_t disk;
	char *path;

	if (blkid_devno_to_wholedisk(dev, NULL, 0, &disk))
		return -ENOENT;
	path = blkid_devno_to_devname(disk);
	if (path)
		probe = blkid_new_probe_from_filename(path);
	free(path);
	list = probe ? blkid_probe_get_partitions(probe) : NULL;
	if (list)
		partition = blkid_partlist_devno_to_partition(list, dev);
	if (partition)
		uuid = blkid_partition_get_uuid(partition);
	if (uuid && strlen(uuid) < text_bytes)
		strcpy(text, uuid);
	else
		uuid = NULL;
	blkid_free_probe(probe);
	return uuid ? 0 : -ENOENT;
}

const struct stable_source stable_system = { "/sys", "/dev", probe_partuuid };
