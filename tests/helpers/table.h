/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The generation table: what every block of an extent must contain, kept in memory of the process only.
 *
 * verify's slots -> this file. For each block it holds the newest generation that was issued and the
 * newest that completed; a read is judged against the completed one at its start and the issued one at its
 * end, which is exact when no write was in flight and "old or new" otherwise. Writes of one block exclude
 * each other, so generations complete in the order in which they were issued. All functions may be called
 * from any thread at any time.
 */
#ifndef BLKI_TEST_TABLE_H
#define BLKI_TEST_TABLE_H

#include <stdbool.h>
#include <stdint.h>

struct table;

/**
 * table_create - a table of blocks that were never written
 * @nr_blocks: blocks of the extent, > 0
 *
 * Return: the table, to be freed with table_free(), or NULL without memory.
 */
struct table *table_create(uint64_t nr_blocks);

/** table_free - free a table; @table may be NULL */
void table_free(struct table *table);

/**
 * table_claim - take the exclusive right to write a range
 * @table: the table
 * @first: first block
 * @nr: blocks, > 0, inside the table
 *
 * Return: true; false when a block of the range is claimed by somebody else, nothing is claimed then.
 */
bool table_claim(struct table *table, uint64_t first, uint64_t nr);

/** table_release - give back a range that table_claim() gave, without having written it */
void table_release(struct table *table, uint64_t first, uint64_t nr);

/**
 * table_issue - begin to write a claimed block
 * @table: the table
 * @block: a block the caller has claimed
 *
 * Return: the generation to write.
 */
uint64_t table_issue(struct table *table, uint64_t block);

/**
 * table_complete - a write of a claimed block came back; the claim stays
 * @table: the table
 * @block: the block
 * @written: whether the write succeeded; otherwise old and new stay acceptable until the next write
 */
void table_complete(struct table *table, uint64_t block, bool written);

/**
 * table_restore - set a block's generations, for a table that was kept elsewhere
 * @table: a table that nobody writes with yet
 * @block: the block
 * @issued: newest generation issued
 * @done: newest generation completed, at most @issued
 */
void table_restore(struct table *table, uint64_t block, uint64_t issued, uint64_t done);

/** table_done - newest generation of @block that completed, 0 when there is none */
uint64_t table_done(const struct table *table, uint64_t block);

/** table_issued - newest generation of @block that was issued, 0 when there is none */
uint64_t table_issued(const struct table *table, uint64_t block);

#endif /* BLKI_TEST_TABLE_H */
