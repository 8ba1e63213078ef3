// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SQLite against the simulated cache, without a kernel between (sqlite_volume.h): 500 power cuts by
 * every policy at random points of a run in WAL mode with synchronous=FULL lose no row whose commit
 * was answered; the same cuts on a disk whose flush lies lose some, or the cuts would prove nothing.
 * sim-crash/030 and 040 in tests/system do the same with a real file system and the block device.
 */
#include "sqlite_volume.h"

#include "ublk-sim/rng.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NR_CUTS		500u
#define NR_ROWS		60
/* Calls of the VFS that change the disk in a run of NR_ROWS, measured. */
#define NR_CHANGES	486u
/* Of NR_CUTS on a disk that lies; measured: 475. */
#define NR_DAMAGED_MIN	450u

static sqlite3 *database_open(void)
{
	sqlite3 *db = NULL;

	if (sqlite3_open_v2("db", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, VOLUME_VFS) ==
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
	struct sim_rng rng;
	struct sim_cut cut;
	int nr_answered;
	bool whole;

	volume_start(volume, lying);
	sim_rng_seed(&rng, seed);
	volume->changes_left = 2 + (unsigned int)sim_rng_below(&rng, NR_CHANGES);
	nr_answered = rows_insert();
	assert_int_equal(sim_cache_cut(volume->cache, policies[seed % 5], seed, &cut), 0);
	*nr_dropped += cut.nr_dropped + cut.nr_torn;
	volume_power_on(volume);
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
	assert_int_equal(volume_register(volume), SQLITE_OK);
	for (seed = 0; seed < NR_CUTS; seed++)
		nr_damaged += !cut_survived(volume, seed, lying, nr_dropped);
	volume_unregister();
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
