/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The crash states of a recorded run: what could be on the medium had the power failed.
 *
 * cache.c → record (writes and flushes in the order in which they were answered) → plan (which
 * states there are, numbered from 0) → one state at a time, written to a medium that holds what
 * it held when the record began. docs/ublk-crash.md defines the states and the bounds.
 *
 * Writes between two flushes are an epoch. A state is a prefix of the record, and a set of later
 * writes of the same epoch that overtook the first one missing:
 *   prefix   the first i writes, i from 0 to all
 *   reorder  the first i, and 1 … reorder of the later ones, not the next
 *   drop     the first i and all from i + 2 to m: one write missing. Those with up to "reorder"
 *            writes behind the gap are reorders already and not counted twice
 *   torn     the first i, and of the next one the first u atomic units, not all (a discard is
 *            not torn)
 * A FUA write is durable once it is answered: no state has a later write and not it. With a
 * lying disk the whole record is one epoch and FUA means nothing.
 */
#ifndef UBLK_SIM_CRASH_H
#define UBLK_SIM_CRASH_H

#include "error.h"
#include "media.h"

#include <stdbool.h>
#include <stdint.h>

/* Writes that may overtake: the number of states grows with this power of the epoch's length. */
#define SIM_CRASH_REORDER_MAX	4u

struct sim_record;
struct sim_crash;

/**
 * sim_record_create - an empty record
 * @limit_bytes: data that it takes at most
 *
 * Context: allocates.
 * Return: the record, to be given to sim_record_destroy(); NULL when memory is short.
 */
struct sim_record *sim_record_create(uint64_t limit_bytes);

/**
 * sim_record_destroy - free a record
 * @record: a record, or NULL
 *
 * Context: no one may use @record any more.
 */
void sim_record_destroy(struct sim_record *record);

/**
 * sim_record_write - note a write
 * @record: the record
 * @offset_bytes: start
 * @data: copied; NULL: zeroes (discard, write-zeroes)
 * @length_bytes: length, > 0
 * @fua: it was durable when answered
 *
 * A write beyond the limit, and each one after it, is not noted and makes the record overflow.
 *
 * Context: one thread at a time (the cache's lock); allocates.
 */
void sim_record_write(struct sim_record *record, uint64_t offset_bytes, const void *data,
		      uint64_t length_bytes, bool fua);

/**
 * sim_record_flush - note a flush: what follows is a new epoch
 * @record: the record
 *
 * Context: as sim_record_write().
 */
void sim_record_flush(struct sim_record *record);

/**
 * struct sim_record_totals - the size of a record
 * @nr_writes: writes noted
 * @nr_epochs: epochs with writes in them
 * @bytes: data kept
 * @overflowed: the limit was met: the record ends before the run does
 */
struct sim_record_totals {
	uint64_t nr_writes;
	uint64_t nr_epochs;
	uint64_t bytes;
	bool overflowed;
};

/**
 * sim_record_totals - read the size
 * @record: the record
 * @totals: filled
 *
 * Context: as sim_record_write().
 */
void sim_record_totals(const struct sim_record *record, struct sim_record_totals *totals);

/**
 * struct sim_crash_bounds - which states to enumerate
 * @reorder: writes that may overtake, 0 … SIM_CRASH_REORDER_MAX
 * @drops: also all single drops
 * @torn: also torn writes
 * @lying: flushes and FUA did nothing
 * @atomic_bytes: unit of tearing, >= 512
 */
struct sim_crash_bounds {
	uint32_t reorder;
	bool drops;
	bool torn;
	bool lying;
	uint32_t atomic_bytes;
};

/** enum sim_crash_kind - see the list above */
enum sim_crash_kind {
	SIM_CRASH_PREFIX,
	SIM_CRASH_REORDER,
	SIM_CRASH_DROP,
	SIM_CRASH_TORN,
	SIM_CRASH_KINDS,
};

/**
 * struct sim_crash_state - one state
 * @kind: why it is possible
 * @prefix: writes from the start of the record that are on the medium
 * @nr_extra: REORDER: later ones that are too
 * @extra: REORDER: their numbers, rising
 * @last: DROP: number of the last write on the medium; all from @prefix + 1 on are
 * @units: TORN: atomic units of write number @prefix that are on the medium
 */
struct sim_crash_state {
	enum sim_crash_kind kind;
	uint64_t prefix;
	uint32_t nr_extra;
	uint64_t extra[SIM_CRASH_REORDER_MAX];
	uint64_t last;
	uint64_t units;
};

/**
 * sim_crash_create - count the states of a record
 * @record: not owned, must not change while the plan is used
 * @bounds: which states
 * @crash: set to the plan, to be given to sim_crash_destroy()
 * @err: the sentence on failure
 *
 * Context: allocates.
 * Return: 0, -EINVAL for bad bounds, -ERANGE for more than 2^20 writes or 2^64 states, -ENOMEM.
 */
int sim_crash_create(const struct sim_record *record, const struct sim_crash_bounds *bounds,
		     struct sim_crash **crash, struct sim_error *err);

/**
 * sim_crash_destroy - free a plan
 * @crash: a plan, or NULL
 */
void sim_crash_destroy(struct sim_crash *crash);

/**
 * sim_crash_total - how many states
 * @crash: the plan
 * @by_kind: filled with SIM_CRASH_KINDS counts, unless NULL
 *
 * Context: pure.
 * Return: the sum.
 */
uint64_t sim_crash_total(const struct sim_crash *crash, uint64_t *by_kind);

/**
 * sim_crash_get - describe a state
 * @crash: the plan
 * @index: from 0, < sim_crash_total(); neighbours differ little: by prefix, then by kind
 * @state: filled
 *
 * Context: pure.
 * Return: 0, or -EINVAL behind the last.
 */
int sim_crash_get(const struct sim_crash *crash, uint64_t index, struct sim_crash_state *state);

/**
 * sim_crash_write - write a state to a medium
 * @crash: the plan
 * @state: from sim_crash_get()
 * @media: holds what the disk held when the record began
 *
 * Context: calls the medium, in the order of the record.
 * Return: 0, or the first -errno of the medium.
 */
int sim_crash_write(const struct sim_crash *crash, const struct sim_crash_state *state,
		    const struct sim_media *media);

/**
 * sim_crash_kind_name - a kind in words: prefix, reorder, drop, torn
 * @kind: below SIM_CRASH_KINDS
 *
 * Return: its name.
 */
const char *sim_crash_kind_name(enum sim_crash_kind kind);

#endif
