/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The self-describing 4 KiB block that every test writes: who wrote it, where, and in which generation.
 *
 * verify and pattern -> this file -> O_DIRECT buffers. It owns the on-disk format: a header of five
 * 64-bit words in host byte order, then a body that depends on all of them, so that a block that landed
 * in the wrong place, is stale, torn or foreign is told apart. It does no I/O.
 */
#ifndef BLKI_TEST_BLOCK_H
#define BLKI_TEST_BLOCK_H

#include <stddef.h>
#include <stdint.h>

/** BLOCK_BYTES - size and alignment of a block: the largest logical block size the tests use */
#define BLOCK_BYTES	4096

/** BLOCK_MAGIC - first word of every block, the bytes "!BLKTEST" on a little-endian machine */
#define BLOCK_MAGIC	0x545345544b4c4221ULL

/**
 * struct block_header - what a block says of itself
 * @magic: BLOCK_MAGIC
 * @offset_bytes: where it was meant to land, bytes from the start of the extent's device
 * @generation: how many times this block was written, the first is 1
 * @seed: the run that wrote it
 * @checksum: block_checksum() of the whole block with this word as 0
 */
struct block_header {
	uint64_t magic;
	uint64_t offset_bytes;
	uint64_t generation;
	uint64_t seed;
	uint64_t checksum;
};

/**
 * enum block_fault - what is wrong with a block that was read
 * @BLOCK_OK: it is the block that was asked for
 * @BLOCK_FOREIGN: no block of ours: the magic is missing
 * @BLOCK_TORN: the checksum is wrong: parts of two writes, or damage
 * @BLOCK_MISPLACED: whole, but written for another offset
 * @BLOCK_OTHER_RUN: whole, but written with another seed
 * @BLOCK_STALE: whole, of an older generation than acceptable: a write was lost
 * @BLOCK_AHEAD: whole, of a newer generation than any that was written
 */
enum block_fault {
	BLOCK_OK,
	BLOCK_FOREIGN,
	BLOCK_TORN,
	BLOCK_MISPLACED,
	BLOCK_OTHER_RUN,
	BLOCK_STALE,
	BLOCK_AHEAD,
};

/**
 * struct block_want - what a read block must be
 * @offset_bytes: where it was read
 * @seed: the run
 * @generation_min: oldest acceptable generation
 * @generation_max: newest acceptable generation
 */
struct block_want {
	uint64_t offset_bytes;
	uint64_t seed;
	uint64_t generation_min;
	uint64_t generation_max;
};

/**
 * block_fill - make one block
 * @block: out: BLOCK_BYTES bytes, aligned to 8
 * @offset_bytes: where it will be written
 * @seed: the run
 * @generation: its generation
 *
 * Context: any thread.
 */
void block_fill(void *block, uint64_t offset_bytes, uint64_t seed, uint64_t generation);

/**
 * block_check - judge one block
 * @block: BLOCK_BYTES bytes, aligned to 8
 * @want: what is acceptable
 *
 * Context: any thread.
 * Return: BLOCK_OK or the first thing that is wrong, in the order of enum block_fault.
 */
enum block_fault block_check(const void *block, const struct block_want *want);

/**
 * block_fault_name - a fault in words
 * @fault: the fault
 *
 * Return: a constant string.
 */
const char *block_fault_name(enum block_fault fault);

/**
 * block_random - next number of a seeded sequence
 * @state: in and out: the sequence
 *
 * Source: splitmix64 of Sebastiano Vigna, public domain, https://prng.di.unimi.it/splitmix64.c
 *
 * Return: 64 equally distributed bits.
 */
uint64_t block_random(uint64_t *state);

/**
 * block_parse_bytes - read a size such as 4096, 64K, 1M or 2G
 * @text: the size; K, M and G are powers of 1024
 * @bytes: out: the size
 *
 * Return: 0; -EINVAL it is no size.
 */
int block_parse_bytes(const char *text, uint64_t *bytes);

#endif /* BLKI_TEST_BLOCK_H */
