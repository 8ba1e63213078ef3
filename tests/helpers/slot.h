/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One I/O of verify at a time: chosen, made, judged.
 *
 * verify's engines (threads or io_uring) -> slot_next() -> the kernel -> slot_done() -> the counters. A slot
 * owns its buffer and, while a write is out, the claim of its range in the generation table. It does no
 * I/O itself but for the second look at a block that was torn by a write of our own.
 */
#ifndef BLKI_TEST_SLOT_H
#define BLKI_TEST_SLOT_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

#include "table.h"
#include "truth.h"

/**
 * struct extent - what all slots work on; constant while they run, but for the counters
 * @fd: the file or device, O_DIRECT
 * @offset_bytes: first byte of the extent in @fd
 * @nr_blocks: blocks of BLOCK_BYTES
 * @min_blocks: smallest I/O
 * @max_blocks: largest I/O
 * @read_pct: percentage of I/Os that read
 * @flush_pct: percentage of I/Os that are an fdatasync instead
 * @seed: the run
 * @table: generations of the blocks
 * @truth: where @table is kept besides, or NULL
 * @reads: reads that came back
 * @writes: writes that came back
 * @flushes: flushes that came back
 * @bytes: bytes read and written
 * @errors: I/Os that failed or came back short
 * @mismatches: blocks with wrong content
 * @rechecks: blocks that were torn by a write of our own and looked at again
 */
struct extent {
	int fd;
	uint64_t offset_bytes;
	uint64_t nr_blocks;
	uint64_t min_blocks;
	uint64_t max_blocks;
	unsigned int read_pct;
	unsigned int flush_pct;
	uint64_t seed;
	struct table *table;
	struct truth *truth;
	atomic_ullong reads;
	atomic_ullong writes;
	atomic_ullong flushes;
	atomic_ullong bytes;
	atomic_ullong errors;
	atomic_ullong mismatches;
	atomic_ullong rechecks;
};

/** enum slot_op - what a slot does now */
enum slot_op {
	SLOT_READ,
	SLOT_WRITE,
	SLOT_FLUSH,
};

/**
 * struct slot - one I/O
 * @extent: what it works on
 * @random: its own sequence
 * @buffer: room for the largest I/O, aligned to BLOCK_BYTES
 * @done: generation of each block that had completed when the read was chosen
 * @op: what it does now
 * @first: first block
 * @nr: blocks
 */
struct slot {
	struct extent *extent;
	uint64_t random;
	unsigned char *buffer;
	uint64_t *done;
	enum slot_op op;
	uint64_t first;
	uint64_t nr;
};

/**
 * slot_init - make a slot
 * @slot: out: the slot
 * @extent: what it works on
 * @index: a number no other slot of this run has
 *
 * Return: 0; -ENOMEM.
 */
int slot_init(struct slot *slot, struct extent *extent, unsigned int index);

/** slot_uninit - free a slot that has no I/O out */
void slot_uninit(struct slot *slot);

/**
 * slot_next - choose and prepare the next I/O
 * @slot: a slot without I/O
 *
 * The engine then does it: @op on slot_bytes() bytes at slot_offset().
 */
void slot_next(struct slot *slot);

/**
 * slot_write - prepare a write of a given range, which the caller knows to be unclaimed
 * @slot: a slot without I/O
 * @first: first block
 * @nr: blocks, at most the extent's max_blocks
 */
void slot_write(struct slot *slot, uint64_t first, uint64_t nr);

/**
 * slot_read - prepare a read of a given range
 * @slot: a slot without I/O
 * @first: first block
 * @nr: blocks, at most the extent's max_blocks
 */
void slot_read(struct slot *slot, uint64_t first, uint64_t nr);

/** slot_bytes - bytes of the prepared read or write */
uint64_t slot_bytes(const struct slot *slot);

/** slot_offset - where in the extent's fd the prepared read or write goes, bytes */
uint64_t slot_offset(const struct slot *slot);

/**
 * slot_done - judge the I/O that came back
 * @slot: the slot
 * @result: bytes moved, or -errno
 */
void slot_done(struct slot *slot, ssize_t result);

/** slot_run - do the prepared I/O with pread, pwrite or fdatasync, and judge it */
void slot_run(struct slot *slot);

#endif /* BLKI_TEST_SLOT_H */
