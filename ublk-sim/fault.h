/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Media faults: which blocks fail, when, and how.
 *
 * On a read: medium → cache → here (sim_fault_read) → the request. On a write: the request →
 * here (sim_fault_write) → cache or medium. A decision about a block depends on the seed, the
 * block's number, how often the block was touched before, and the rule, on nothing else: no
 * thread's timing, no other block. Touches are counted from the creation of the plan, one for
 * each read or write that contains the block, and only for blocks that some rule names.
 *
 * A plan does not change; `set` makes a new one, whose counts start anew.
 */
#ifndef UBLK_SIM_FAULT_H
#define UBLK_SIM_FAULT_H

#include "error.h"
#include "media.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Rules are tried one after another for each block; a script of more is a mistake. */
#define SIM_FAULT_RULES_MAX	256u
/* Touches are counted in 30 bits and stay there. */
#define SIM_FAULT_TOUCH_MAX	((1u << 30) - 1)

/** enum sim_fault_kind - what a rule does to a block */
enum sim_fault_kind {
	SIM_FAULT_BAD,		/* goes bad when read: reads fail with EIO until it is written */
	SIM_FAULT_FLIP,		/* one bit of it is inverted, in what is read or written */
	SIM_FAULT_LOST,		/* a write of it is answered and not stored */
	SIM_FAULT_MISDIRECT,	/* a write of it lands on another block */
	SIM_FAULT_TORN,		/* a write is stored up to the middle of it and not further */
	SIM_FAULT_HANG,		/* the I/O is done and its answer held back until released */
	SIM_FAULT_KINDS,
};

/** enum sim_fault_ops - which I/O a rule looks at */
enum sim_fault_ops {
	SIM_FAULT_READS = 1,
	SIM_FAULT_WRITES = 2,
};

/**
 * struct sim_fault_rule - one line of a script
 * @kind: what happens
 * @ops: enum sim_fault_ops, or-ed
 * @lba_first: first block
 * @lba_last: last block, >= @lba_first; UINT64_MAX: the last of the disk
 * @touch_first: first touch of a block at which the rule may act, from 1
 * @touch_last: last one; SIM_FAULT_TOUCH_MAX: for ever
 * @probability: how likely it acts on a touch, above 0 … 1
 */
struct sim_fault_rule {
	enum sim_fault_kind kind;
	uint32_t ops;
	uint64_t lba_first;
	uint64_t lba_last;
	uint32_t touch_first;
	uint32_t touch_last;
	double probability;
};

/**
 * sim_fault_rule_parse - read "KIND[:KEY=VALUE,…]", for example "flip:lba=8-15,touch=3-,p=0.5"
 * @text: NUL-terminated. KIND: bad, flip, lost, misdirect, torn, hang. Keys: lba (N, N-M or
 *	all), touch (N, N-M or N-), p (above 0 to 1), op (read, write, both; flip and hang only)
 * @rule: filled; untouched on failure
 * @err: the sentence on failure
 *
 * Context: pure.
 * Return: 0, or -EINVAL.
 */
int sim_fault_rule_parse(const char *text, struct sim_fault_rule *rule, struct sim_error *err);

/**
 * sim_fault_kind_name - a kind as rules spell it
 * @kind: below SIM_FAULT_KINDS
 *
 * Return: its name.
 */
const char *sim_fault_kind_name(enum sim_fault_kind kind);

struct sim_fault;

/**
 * struct sim_fault_config - what a plan is made of
 * @rules: nr_rules of them, copied
 * @nr_rules: 0 … SIM_FAULT_RULES_MAX
 * @block_bytes: the disk's logical block
 * @size_bytes: its capacity, a multiple of @block_bytes
 * @seed: of all decisions
 */
struct sim_fault_config {
	const struct sim_fault_rule *rules;
	size_t nr_rules;
	uint32_t block_bytes;
	uint64_t size_bytes;
	uint64_t seed;
};

/**
 * sim_fault_create - a plan with all counts at 0
 * @config: the rules and the disk
 * @fault: set to the plan, to be given to sim_fault_destroy()
 * @err: the sentence on failure
 *
 * Context: allocates; 4 bytes per block of address space, memory only for touched blocks.
 * Return: 0, -EINVAL for a rule beyond the disk or too many, -ENOMEM.
 */
int sim_fault_create(const struct sim_fault_config *config, struct sim_fault **fault,
		     struct sim_error *err);

/**
 * sim_fault_destroy - free a plan
 * @fault: a plan, or NULL
 *
 * Context: no thread may use @fault any more.
 */
void sim_fault_destroy(struct sim_fault *fault);

/**
 * sim_fault_watches - does a rule name any block of a range
 * @fault: the plan
 * @offset_bytes: start, a multiple of the block
 * @length_bytes: length, a multiple of the block
 *
 * When not, an I/O on the range needs none of the functions below: nothing would be counted.
 *
 * Context: any thread; no lock.
 * Return: whether.
 */
bool sim_fault_watches(const struct sim_fault *fault, uint64_t offset_bytes,
		       uint64_t length_bytes);

/**
 * sim_fault_read - touch the blocks of a read and spoil what it returns
 * @fault: the plan
 * @offset_bytes: start, a multiple of the block
 * @data: what the read would return; bits are flipped in place
 * @length_bytes: length, a multiple of the block
 * @hang: set to whether the answer is to be held back
 *
 * Context: any thread; takes the plan's lock.
 * Return: 0, or -EIO when a block is bad (all blocks are touched all the same).
 */
int sim_fault_read(struct sim_fault *fault, uint64_t offset_bytes, void *data,
		   uint64_t length_bytes, bool *hang);

/**
 * sim_fault_write - touch the blocks of a write and store what the faults leave of it
 * @fault: the plan
 * @offset_bytes: start, a multiple of the block
 * @data: what is written; bits are flipped in place
 * @length_bytes: length, a multiple of the block
 * @media: gets the pieces to store, in ascending order of their place in @data, by ->write
 *	only; pieces stay inside the disk
 * @hang: set to whether the answer is to be held back
 *
 * A written block is no longer bad, be it stored or lost: the disk believes it is. A half block of
 * a torn write is 512-byte aligned; a block of 512 bytes that is torn is not stored.
 *
 * Context: any thread; takes the plan's lock, not while @media is called.
 * Return: 0, or the first -errno of @media.
 */
int sim_fault_write(struct sim_fault *fault, uint64_t offset_bytes, void *data,
		    uint64_t length_bytes, const struct sim_media *media, bool *hang);

/**
 * sim_fault_heal - blocks were discarded or zeroed: they are no longer bad
 * @fault: the plan
 * @offset_bytes: start, a multiple of the block
 * @length_bytes: length, a multiple of the block
 *
 * Not a touch.
 *
 * Context: any thread; takes the plan's lock.
 */
void sim_fault_heal(struct sim_fault *fault, uint64_t offset_bytes, uint64_t length_bytes);

/**
 * struct sim_fault_totals - what a plan has done
 * @nr: decisions to act, by kind; for BAD the reads of blocks that failed
 * @hash: of all decisions to act, and how (which bit, where to), whatever their order: equal for
 *	equal runs
 */
struct sim_fault_totals {
	uint64_t nr[SIM_FAULT_KINDS];
	uint64_t hash;
};

/**
 * sim_fault_totals - read the totals
 * @fault: the plan
 * @totals: filled
 *
 * Context: any thread; takes the plan's lock.
 */
void sim_fault_totals(struct sim_fault *fault, struct sim_fault_totals *totals);

#endif
