// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SQLite against the simulated cache, without a kernel between: 500 power cuts by every policy at
 * random points of a run in WAL mode with synchronous=FULL lose no row whose commit was answered;
 * the same cuts on a disk whose flush lies lose some, or the cuts would prove nothing.
 *
 *     SQLite → a VFS (here) → sim_cache → an array
 *
 * The VFS is the plainest file system: three files at fixed places. A file's size becomes durable by
 * a sync, behind the data. When the power is off every call fails. sim-crash/030 and 040 in
 * tests/system do the same with a real file system and the block device.
 */
#include "ublk-sim/cache.h"
#include "ublk-sim/rng.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BLOCK_BYTES	512u
#define DISK_BYTES	(8u << 20)
/* A file's place: a block with its size, then its data. */
#define FILE_BYTES	(DISK_BYTES / 4)
#define NR_CUTS		500u
#define NR_ROWS		60
/* Calls of the VFS that change the disk in a run of NR_ROWS, measured. */
#define NR_CHANGES	486u
/* Of NR_CUTS on a disk that lies; measured: 475. */
#define NR_DAMAGED_MIN	450u

/* The database, its write-ahead log, and the rollback journal of the time before there is a log. */
enum volume_part {
	PART_DATABASE,
	PART_LOG,
	PART_JOURNAL,
	PARTS,
};

/**
 * struct volume - a disk with three files and a power switch
 * @medium: what is durable
 * @cache: what is not
 * @changes_left: the power goes off when it comes to 0
 * @size_bytes: sizes as SQLite sees them; the durable ones are on the disk
 */
struct volume {
	unsigned char medium[DISK_BYTES];
	struct sim_cache *cache;
	unsigned int changes_left;
	int64_t size_bytes[PARTS];
};

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
	.zName = "volume",
	.xOpen = volume_open,
	.xDelete = volume_delete,
	.xAccess = volume_access,
	.xFullPathname = volume_path,
	.xRandomness = volume_random,
	.xSleep = volume_sleep,
	.xCurrentTime = volume_time,
};

static sqlite3 *database_open(void)
{
	sqlite3 *db = NULL;

	if (sqlite3_open_v2("db", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "volume") ==
		    SQLITE_OK &&
	    sqlite3_exec(db,
			 "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL;"
			 "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=12;",
			 NULL, NULL, NULL) == SQLITE_OK)
		return db;
	sqlite3_close(db);
	return NULL;
}

/* Insert rows until all are there or the power goes. How many were answered; -1: not even a table. */
static int rows_insert(void)
{
	sqlite3 *db = database_open();
	char sql[96];
	int row = -1;

	if (db && sqlite3_exec(db, "CREATE TABLE rows(id INTEGER PRIMARY KEY, fill BLOB)", NULL,
			       NULL, NULL) == SQLITE_OK)
		for (row = 0; row < NR_ROWS; row++) {
			snprintf(sql, sizeof(sql), "INSERT INTO rows VALUES(%d, zeroblob(%d))",
				 row + 1, row * 37 % 900);
			if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
				break;
		}
	sqlite3_close(db);
	return row;
}

/* The one number or text that a statement returns; NULL when it fails. */
static const char *answer(sqlite3 *db, const char *sql, char text[64])
{
	sqlite3_stmt *statement;
	const char *found = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
		return NULL;
	if (sqlite3_step(statement) == SQLITE_ROW) {
		snprintf(text, 64, "%s", (const char *)sqlite3_column_text(statement, 0));
		found = text;
	}
	sqlite3_finalize(statement);
	return found;
}

/* Is every answered row there, without a gap, in a database that is whole? */
static bool rows_whole(int nr_answered)
{
	sqlite3 *db = database_open();
	const char *found;
	char text[64];
	bool whole;

	if (!db)
		return false;
	found = answer(db, "PRAGMA integrity_check", text);
	whole = found && !strcmp(found, "ok");
	if (whole && nr_answered >= 0) {
		found = answer(db, "SELECT count(*) FROM rows", text);
		whole = found && atoi(found) >= nr_answered && atoi(found) <= nr_answered + 1;
		if (whole) {
			const int count = atoi(found);

			found = answer(db, "SELECT ifnull(max(id), 0) FROM rows", text);
			whole = found && atoi(found) == count;
		}
	}
	sqlite3_close(db);
	return whole;
}

/* One run, one cut, one look. @nr_dropped counts writes that the cut dropped or tore. */
static bool cut_survived(struct volume *volume, uint64_t seed, bool lying, uint64_t *nr_dropped)
{
	static const enum sim_cut_policy policies[] = {
		SIM_CUT_ALL, SIM_CUT_RANDOM, SIM_CUT_RANDOM, SIM_CUT_PREFIX, SIM_CUT_TORN,
	};
	const struct sim_cache_config config = {
		.size_bytes = DISK_BYTES,
		.limit_bytes = DISK_BYTES,
		.block_bytes = BLOCK_BYTES,
		.atomic_bytes = BLOCK_BYTES,
		.lying = lying,
	};
	const struct sim_media media = { medium_write, medium_zero, medium_read, volume };
	struct sim_error err;
	struct sim_rng rng;
	struct sim_cut cut;
	unsigned int i;
	int nr_answered;
	bool whole;

	memset(volume, 0, sizeof(*volume));
	assert_int_equal(sim_cache_create(&config, &media, &volume->cache, &err), 0);
	sim_rng_seed(&rng, seed);
	volume->changes_left = 2 + (unsigned int)sim_rng_below(&rng, NR_CHANGES);
	nr_answered = rows_insert();
	assert_int_equal(sim_cache_cut(volume->cache, policies[seed % 5], seed, &cut), 0);
	*nr_dropped += cut.nr_dropped + cut.nr_torn;
	/* Power on: sizes are what is durable, and calls work again. */
	for (i = 0; i < PARTS; i++)
		memcpy(&volume->size_bytes[i], volume->medium + file_start(i),
		       sizeof(volume->size_bytes[i]));
	volume->changes_left = UINT32_MAX;
	whole = rows_whole(nr_answered);
	sim_cache_destroy(volume->cache);
	return whole;
}

static unsigned int cuts_that_damage(bool lying, uint64_t *nr_dropped)
{
	struct volume *volume = malloc(sizeof(*volume));
	unsigned int nr_damaged = 0;
	uint64_t seed;

	assert_non_null(volume);
	vfs.pAppData = volume;
	assert_int_equal(sqlite3_vfs_register(&vfs, 0), SQLITE_OK);
	for (seed = 0; seed < NR_CUTS; seed++)
		nr_damaged += !cut_survived(volume, seed, lying, nr_dropped);
	sqlite3_vfs_unregister(&vfs);
	free(volume);
	print_message("flush %s: %u of %u cuts (seeds 0 to %u) damage, %llu writes dropped\n",
		      lying ? "lies" : "honoured", nr_damaged, NR_CUTS, NR_CUTS - 1,
		      (unsigned long long)*nr_dropped);
	return nr_damaged;
}

static void no_cut_loses_a_committed_row(void **state)
{
	uint64_t nr_dropped = 0;

	(void)state;
	assert_int_equal(cuts_that_damage(false, &nr_dropped), 0);
	assert_true(nr_dropped > 0);
}

static void cuts_of_a_lying_disk_lose_rows(void **state)
{
	uint64_t nr_dropped = 0;

	(void)state;
	assert_true(cuts_that_damage(true, &nr_dropped) >= NR_DAMAGED_MIN);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_cut_loses_a_committed_row),
		cmocka_unit_test(cuts_of_a_lying_disk_lose_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
