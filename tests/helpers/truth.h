/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every block must hold, kept on another disk: the generation table of verify, beside the
 * guest.
 *
 * verify's slots -> this file -> a region of the truth disk, O_DIRECT, so never in the guest's
 * page cache. The host keeps that disk's content when the guest dies, and another guest judges
 * what the first one left behind. A write is noted before it is sent; that it came back is noted
 * with the next write near it, and by truth_settle(): so a block may hold any generation from the
 * last one noted as done to the last one noted as issued.
 *
 * Format: a header block, then one little-endian 64-bit word per block of the extent, issued in
 * the upper half, done in the lower.
 */
#ifndef BLKI_TEST_TRUTH_H
#define BLKI_TEST_TRUTH_H

#include <stdint.h>

#include "table.h"

struct truth;

/**
 * struct truth_place - where a table is kept and whose it is
 * @path: the truth disk
 * @offset_bytes: start of the region on it, a multiple of BLOCK_BYTES
 * @nr_blocks: blocks of the extent
 * @seed: the run
 */
struct truth_place {
	const char *path;
	uint64_t offset_bytes;
	uint64_t nr_blocks;
	uint64_t seed;
};

/** truth_bytes - what a region takes on the truth disk, for @nr_blocks blocks of extent */
uint64_t truth_bytes(uint64_t nr_blocks);

/**
 * truth_create - begin a region: nothing was written yet
 * @place: where
 * @table: what is kept there; outlives the truth
 * @truth: out: for truth_close()
 *
 * Return: 0; -ENOSPC the disk is too small; -ENOMEM; -errno of open or write.
 */
int truth_create(const struct truth_place *place, const struct table *table, struct truth **truth);

/**
 * truth_load - fill a table from its region
 * @place: where; @nr_blocks and @seed are out: as the region says
 * @table: out: the table, for table_free()
 *
 * Return: 0; -EBADMSG there is no truth; -ENOMEM; -errno of open or read.
 */
int truth_load(struct truth_place *place, struct table **table);

/**
 * truth_note - write the words of a range as the table has them
 * @truth: the region
 * @first: first block
 * @nr: blocks, > 0
 *
 * Context: any thread, may sleep. Return: 0 or -errno of the write.
 */
int truth_note(struct truth *truth, uint64_t first, uint64_t nr);

/** truth_settle - note the whole table; Return: 0 or -errno of the write */
int truth_settle(struct truth *truth);

/** truth_close - free it; NULL is allowed */
void truth_close(struct truth *truth);

#endif /* BLKI_TEST_TRUTH_H */
