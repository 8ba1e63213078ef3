// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SQLite's files on a simulated cache; see sqlite_volume.h.
 */
#include "sqlite_volume.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BLOCK_BYTES	512u
/* A file's place: a block with its size, then its data. */
#define FILE_BYTES	(DISK_BYTES / 4)

/**
 * struct volume_file - an open file
 * @base: SQLite's part
 * @volume: where it is
 * @index: enum volume_part
 */
struct volume_file {
	sqlite3_file base;
	struct volume *volume;
	unsigned int index;
};

static int medium_write(void *context, uint64_t offset_bytes, const void *data,
			uint64_t length_bytes)
{
	struct volume *volume = context;

	memcpy(volume->medium + offset_bytes, data, length_bytes);
	return 0;
}

static int medium_zero(void *context, uint64_t offset_bytes, uint64_t length_bytes)
{
	struct volume *volume = context;

	memset(volume->medium + offset_bytes, 0, length_bytes);
	return 0;
}

/* One more change; false when the power is off. */
static bool powered(struct volume *volume)
{
	if (volume->changes_left)
		volume->changes_left--;
	return volume->changes_left > 0;
}

static int medium_read(void *context, uint64_t offset_bytes, void *data, uint64_t length_bytes)
{
	const struct volume *volume = context;

	memcpy(data, volume->medium + offset_bytes, length_bytes);
	return 0;
}

static int blocks_read(struct volume *volume, uint64_t at, void *data, uint64_t length_bytes)
{
	return sim_cache_read(volume->cache, at, data, length_bytes) ? SQLITE_IOERR : SQLITE_OK;
}

/* The blocks around a range of bytes, with the range replaced. */
static int bytes_write(struct volume *volume, uint64_t at, const void *data, uint64_t length_bytes)
{
	const uint64_t first = at / BLOCK_BYTES * BLOCK_BYTES;
	const uint64_t end = (at + length_bytes + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
	unsigned char *blocks = malloc(end - first);
	int ret;

	if (!blocks)
		return SQLITE_NOMEM;
	ret = blocks_read(volume, first, blocks, end - first);
	memcpy(blocks + (at - first), data, length_bytes);
	if (ret == SQLITE_OK &&
	    sim_cache_write(volume->cache, first, blocks, (uint32_t)(end - first), false))
		ret = SQLITE_IOERR;
	free(blocks);
	return ret;
}

static uint64_t file_start(unsigned int index)
{
	return (uint64_t)index * FILE_BYTES;
}

/* Data first, then the size, both by flush: what a journalled file system does in order. */
static int file_sync(struct volume *volume, unsigned int index)
{
	unsigned char block[BLOCK_BYTES] = { 0 };

	if (sim_cache_flush(volume->cache))
		return SQLITE_IOERR_FSYNC;
	memcpy(block, &volume->size_bytes[index], sizeof(volume->size_bytes[index]));
	if (sim_cache_write(volume->cache, file_start(index), block, sizeof(block), true))
		return SQLITE_IOERR_FSYNC;
	return SQLITE_OK;
}

static int vf_close(sqlite3_file *file)
{
	(void)file;
	return SQLITE_OK;
}

static int vf_read(sqlite3_file *file, void *data, int length, sqlite3_int64 offset)
{
	struct volume_file *vf = (struct volume_file *)file;
	const int64_t size = vf->volume->size_bytes[vf->index];
	const uint64_t at = file_start(vf->index) + BLOCK_BYTES + (uint64_t)offset;
	const uint64_t first = at / BLOCK_BYTES * BLOCK_BYTES;
	const uint64_t end = (at + (uint64_t)length + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
	const int64_t there = size > offset ? size - offset : 0;
	unsigned char *blocks;
	int ret;

	if (end > file_start(vf->index) + FILE_BYTES)
		return SQLITE_IOERR_READ;
	blocks = malloc(end - first);
	if (!blocks)
		return SQLITE_NOMEM;
	ret = blocks_read(vf->volume, first, blocks, end - first);
	memcpy(data, blocks + (at - first), (size_t)length);
	free(blocks);
	if (ret != SQLITE_OK || there >= length)
		return ret;
	memset((unsigned char *)data + there, 0, (size_t)(length - there));
	return SQLITE_IOERR_SHORT_READ;
}

static int vf_write(sqlite3_file *file, const void *data, int length, sqlite3_int64 offset)
{
	struct volume_file *vf = (struct volume_file *)file;
	int64_t *size = &vf->volume->size_bytes[vf->index];

	if (!powered(vf->volume) || offset + length > (int64_t)(FILE_BYTES - BLOCK_BYTES))
		return SQLITE_IOERR_WRITE;
	if (offset + length > *size)
		*size = offset + length;
	return bytes_write(vf->volume, file_start(vf->index) + BLOCK_BYTES + (uint64_t)offset,
			   data, (uint64_t)length);
}

static int vf_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	struct volume_file *vf = (struct volume_file *)file;

	if (!powered(vf->volume))
		return SQLITE_IOERR_TRUNCATE;
	vf->volume->size_bytes[vf->index] = size;
	return SQLITE_OK;
}

static int vf_sync(sqlite3_file *file, int flags)
{
	struct volume_file *vf = (struct volume_file *)file;

	(void)flags;
	return powered(vf->volume) ? file_sync(vf->volume, vf->index) : SQLITE_IOERR_FSYNC;
}

static int vf_size(sqlite3_file *file, sqlite3_int64 *size)
{
	struct volume_file *vf = (struct volume_file *)file;

	*size = vf->volume->size_bytes[vf->index];
	return SQLITE_OK;
}

static int vf_lock(sqlite3_file *file, int level)
{
	(void)file;
	(void)level;
	return SQLITE_OK;
}

static int vf_reserved(sqlite3_file *file, int *reserved)
{
	(void)file;
	*reserved = 0;
	return SQLITE_OK;
}

static int vf_control(sqlite3_file *file, int op, void *argument)
{
	(void)file;
	(void)op;
	(void)argument;
	return SQLITE_NOTFOUND;
}

static int vf_sector(sqlite3_file *file)
{
	(void)file;
	return BLOCK_BYTES;
}

static int vf_traits(sqlite3_file *file)
{
	(void)file;
	return 0;
}

static const sqlite3_io_methods methods = {
	.iVersion = 1,
	.xClose = vf_close,
	.xRead = vf_read,
	.xWrite = vf_write,
	.xTruncate = vf_truncate,
	.xSync = vf_sync,
	.xFileSize = vf_size,
	.xLock = vf_lock,
	.xUnlock = vf_lock,
	.xCheckReservedLock = vf_reserved,
	.xFileControl = vf_control,
	.xSectorSize = vf_sector,
	.xDeviceCharacteristics = vf_traits,
};

static enum volume_part index_of(const char *name)
{
	if (name && strstr(name, "-wal"))
		return PART_LOG;
	return name && strstr(name, "-journal") ? PART_JOURNAL : PART_DATABASE;
}

static int volume_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
		       int *out_flags)
{
	struct volume_file *vf = (struct volume_file *)file;

	vf->base.pMethods = &methods;
	vf->volume = vfs->pAppData;
	vf->index = index_of(name);
	if (out_flags)
		*out_flags = flags;
	return SQLITE_OK;
}

static int volume_delete(sqlite3_vfs *vfs, const char *name, int sync_dir)
{
	struct volume *volume = vfs->pAppData;

	(void)sync_dir;
	if (!powered(volume))
		return SQLITE_IOERR_DELETE;
	volume->size_bytes[index_of(name)] = 0;
	return file_sync(volume, index_of(name));
}

static int volume_access(sqlite3_vfs *vfs, const char *name, int flags, int *result)
{
	const struct volume *volume = vfs->pAppData;

	(void)flags;
	*result = volume->size_bytes[index_of(name)] > 0;
	return SQLITE_OK;
}

static int volume_path(sqlite3_vfs *vfs, const char *name, int size, char *path)
{
	(void)vfs;
	snprintf(path, (size_t)size, "%s", name);
	return SQLITE_OK;
}

static int volume_random(sqlite3_vfs *vfs, int length, char *bytes)
{
	(void)vfs;
	memset(bytes, 7, (size_t)length);
	return length;
}

static int volume_sleep(sqlite3_vfs *vfs, int us)
{
	(void)vfs;
	return us;
}

static int volume_time(sqlite3_vfs *vfs, double *days)
{
	(void)vfs;
	*days = 2460000;
	return SQLITE_OK;
}

static sqlite3_vfs vfs = {
	.iVersion = 1,
	.szOsFile = sizeof(struct volume_file),
	.mxPathname = 64,
	.zName = VOLUME_VFS,
	.xOpen = volume_open,
	.xDelete = volume_delete,
	.xAccess = volume_access,
	.xFullPathname = volume_path,
	.xRandomness = volume_random,
	.xSleep = volume_sleep,
	.xCurrentTime = volume_time,
};

void volume_start(struct volume *volume, bool lying)
{
	const struct sim_cache_config config = {
		.size_bytes = DISK_BYTES,
		.limit_bytes = DISK_BYTES,
		.block_bytes = BLOCK_BYTES,
		.atomic_bytes = BLOCK_BYTES,
		.lying = lying,
	};
	const struct sim_media media = { medium_write, medium_zero, medium_read, volume };
	struct sim_error err;

	memset(volume, 0, sizeof(*volume));
	volume->changes_left = UINT32_MAX;
	assert_int_equal(sim_cache_create(&config, &media, &volume->cache, &err), 0);
}

void volume_power_on(struct volume *volume)
{
	unsigned int i;

	for (i = 0; i < PARTS; i++)
		memcpy(&volume->size_bytes[i], volume->medium + file_start(i),
		       sizeof(volume->size_bytes[i]));
	volume->changes_left = UINT32_MAX;
}

int volume_register(struct volume *volume)
{
	vfs.pAppData = volume;
	return sqlite3_vfs_register(&vfs, 0);
}

void volume_unregister(void)
{
	sqlite3_vfs_unregister(&vfs);
}
