// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The generation table of table.h.
 *
 * Two counters and a claim per block, all atomics: the claim is the lock of the counters' writers, readers
 * take none. A reader loads done before it sends its read and issued after the read came back; the
 * sequentially consistent order of the atomics makes that window enclose every write that could have been
 * seen.
 */
#include "table.h"

#include <stdatomic.h>
#include <stdlib.h>

/**
 * struct entry - one block
 * @issued: newest generation issued; written by the claimant
 * @done: newest generation completed; written by the claimant
 * @claimed: the right to write the block
 */
struct entry {
	atomic_uint issued;
	atomic_uint done;
	atomic_flag claimed;
};

struct table {
	uint64_t nr_blocks;
	struct entry entries[];
};

struct table *table_create(uint64_t nr_blocks)
{
	struct table *table;

	table = malloc(sizeof(*table) + nr_blocks * sizeof(table->entries[0]));
	if (!table)
		return NULL;
	table->nr_blocks = nr_blocks;
	for (uint64_t i = 0; i < nr_blocks; i++) {
		atomic_init(&table->entries[i].issued, 0);
		atomic_init(&table->entries[i].done, 0);
		atomic_flag_clear(&table->entries[i].claimed);
	}
	return table;
}

void table_free(struct table *table)
{
	free(table);
}

void table_release(struct table *table, uint64_t first, uint64_t nr)
{
	for (uint64_t i = first; i < first + nr; i++)
		atomic_flag_clear(&table->entries[i].claimed);
}

bool table_claim(struct table *table, uint64_t first, uint64_t nr)
{
	for (uint64_t i = first; i < first + nr; i++) {
		if (atomic_flag_test_and_set(&table->entries[i].claimed)) {
			table_release(table, first, i - first);
			return false;
		}
	}
	return true;
}

uint64_t table_issue(struct table *table, uint64_t block)
{
	return atomic_fetch_add(&table->entries[block].issued, 1) + 1;
}

void table_complete(struct table *table, uint64_t block, bool written)
{
	struct entry *entry = &table->entries[block];

	if (written)
		atomic_store(&entry->done, atomic_load(&entry->issued));
}

void table_restore(struct table *table, uint64_t block, uint64_t issued, uint64_t done)
{
	atomic_store(&table->entries[block].issued, (unsigned int)issued);
	atomic_store(&table->entries[block].done, (unsigned int)done);
}

uint64_t table_done(const struct table *table, uint64_t block)
{
	return atomic_load(&table->entries[block].done);
}

uint64_t table_issued(const struct table *table, uint64_t block)
{
	return atomic_load(&table->entries[block].issued);
}
