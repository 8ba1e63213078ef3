/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A volatile write cache: writes that are acknowledged and not durable yet.
 *
 * A write → faults → here → (destaged: limit, flush, FUA) → the medium. A read comes here too, and
 * gets the medium with what is newer over it. The cache keeps every write as it came, in order of
 * arrival, older versions of a block too: at a power cut a disk may hold any of them.
 * A flush makes all of them durable and begins a new epoch. A disk whose flush lies answers and
 * keeps them volatile, FUA writes too.
 *
 * What a cut leaves is described in docs/ublk-crash.md. The crash states of a recorded run are
 * enumerated by crash.h; a record can be attached here, so that its order is the cache's.
 */
#ifndef UBLK_SIM_CACHE_H
#define UBLK_SIM_CACHE_H

#include "error.h"
#include "media.h"

#include <stdbool.h>
#include <stdint.h>

/* Smallest cache: one I/O of 4 KiB. */
#define SIM_CACHE_BYTES_MIN	4096u

/** enum sim_destage - which write leaves first when the cache is full */
enum sim_destage {
	SIM_DESTAGE_FIFO,	/* the oldest */
	SIM_DESTAGE_RANDOM,	/* any, drawn from the seed, behind its elders */
	SIM_DESTAGE_ELEVATOR,	/* the next in ascending address, then from the start again */
	SIM_DESTAGES,
};

/** enum sim_cut_policy - what happens at a power cut to writes that are not durable */
enum sim_cut_policy {
	SIM_CUT_NONE,		/* nothing is dropped: all reach the medium */
	SIM_CUT_ALL,		/* all are dropped */
	SIM_CUT_RANDOM,		/* each is kept or dropped by the toss of a coin */
	SIM_CUT_PREFIX,		/* the first k in order of arrival are kept, k drawn */
	SIM_CUT_TORN,		/* as PREFIX, and of the next one some atomic units, not all */
	SIM_CUT_POLICIES,
};

/**
 * struct sim_cache_config - a cache
 * @size_bytes: capacity of the disk
 * @limit_bytes: bytes of writes kept at most, >= SIM_CACHE_BYTES_MIN
 * @block_bytes: logical block: a power of two from 512 to 4096
 * @atomic_bytes: unit that a cut never tears: a power of two, >= 512, <= 1 MiB
 * @destage: policy when full
 * @lying: flush and FUA are answered and not done
 * @seed: of SIM_DESTAGE_RANDOM
 */
struct sim_cache_config {
	uint64_t size_bytes;
	uint64_t limit_bytes;
	uint32_t block_bytes;
	uint32_t atomic_bytes;
	enum sim_destage destage;
	bool lying;
	uint64_t seed;
};

/**
 * struct sim_cut - what a power cut did
 * @nr_pending: writes that were not durable
 * @nr_kept: of these, whole on the medium
 * @nr_torn: of these, in part on the medium
 * @nr_dropped: of these, gone
 * @hash: of which were kept, and how much: equal for equal cuts of equal runs
 */
struct sim_cut {
	uint64_t nr_pending;
	uint64_t nr_kept;
	uint64_t nr_torn;
	uint64_t nr_dropped;
	uint64_t hash;
};

/**
 * struct sim_cache_totals - the state of a cache
 * @nr_entries: writes kept now
 * @bytes: their length
 * @nr_destaged: writes that went to the medium since the start, not by a cut
 * @nr_flushes: flushes answered
 * @nr_lies: of these, answered and not done
 * @hash: of what became durable and in which order, other than by a cut, whose struct sim_cut has
 *	one of its own: equal for equal seeds and equal calls in equal order
 */
struct sim_cache_totals {
	uint64_t nr_entries;
	uint64_t bytes;
	uint64_t nr_destaged;
	uint64_t nr_flushes;
	uint64_t nr_lies;
	uint64_t hash;
};

struct sim_cache;
struct sim_record;

/**
 * sim_cache_create - an empty cache
 * @config: copied
 * @media: copied; where writes become durable
 * @cache: set to the cache, to be given to sim_cache_destroy()
 * @err: the sentence on failure
 *
 * Context: allocates; 8 bytes per block of address space, memory only where written.
 * Return: 0, -EINVAL, -ENOMEM.
 */
int sim_cache_create(const struct sim_cache_config *config, const struct sim_media *media,
		     struct sim_cache **cache, struct sim_error *err);

/**
 * sim_cache_destroy - free a cache and drop what is in it; flush before to keep it
 * @cache: a cache, or NULL
 *
 * Context: no thread may use @cache any more.
 */
void sim_cache_destroy(struct sim_cache *cache);

/**
 * sim_cache_write - take a write in
 * @cache: the cache
 * @offset_bytes: start, a multiple of the block
 * @data: copied
 * @length_bytes: length, > 0, a multiple of the block
 * @fua: durable before the return
 *
 * Makes room by destaging: fifo takes constant time for it, random and elevator look at every
 * entry. A write longer than the limit goes through to the medium.
 *
 * Context: any thread; takes the cache's lock; allocates; may call the medium.
 * Return: 0, -EINVAL outside of the disk or not aligned, -ENOMEM, -errno of the medium.
 */
int sim_cache_write(struct sim_cache *cache, uint64_t offset_bytes, const void *data,
		    uint32_t length_bytes, bool fua);

/**
 * sim_cache_read - read what the disk holds
 * @cache: the cache
 * @offset_bytes: start, a multiple of the block
 * @data: filled: each block's newest version, from the cache or else from the medium
 * @length_bytes: length, a multiple of the block
 *
 * Sees every write whose sim_cache_write() returned before the call, whoever destages meanwhile,
 * and of a write under way all or nothing.
 *
 * Context: any thread; takes the cache's lock shared, over the medium's ->read too.
 * Return: 0, -EINVAL as sim_cache_write(), -errno of the medium.
 */
int sim_cache_read(struct sim_cache *cache, uint64_t offset_bytes, void *data,
		   uint64_t length_bytes);

/**
 * sim_cache_zero - discard or write zeroes
 * @cache: the cache
 * @offset_bytes: start, a multiple of the block
 * @length_bytes: length, a multiple of the block
 *
 * Durable at once: older writes of the range are destaged, then the medium's ->zero is called. A
 * disk may make anything durable early.
 *
 * Context: any thread; takes the cache's lock; calls the medium.
 * Return: 0, -EINVAL as sim_cache_write(), -errno of the medium.
 */
int sim_cache_zero(struct sim_cache *cache, uint64_t offset_bytes, uint64_t length_bytes);

/**
 * sim_cache_flush - make all writes durable, or say so when lying
 * @cache: the cache
 *
 * Context: any thread; takes the cache's lock; calls the medium.
 * Return: 0, or the first -errno of the medium; what was not stored stays in the cache.
 */
int sim_cache_flush(struct sim_cache *cache);

/**
 * sim_cache_cut - the power fails: decide what reached the medium, and empty the cache
 * @cache: the cache; usable afterwards, as after power-up
 * @policy: what is kept
 * @seed: of the choice
 * @cut: filled
 *
 * Context: any thread; takes the cache's lock; calls the medium. The caller has stopped the I/O.
 * Return: 0, or the first -errno of the medium; the cache is empty all the same.
 */
int sim_cache_cut(struct sim_cache *cache, enum sim_cut_policy policy, uint64_t seed,
		  struct sim_cut *cut);

/**
 * sim_cache_set_record - note all writes and flushes from now on
 * @cache: the cache
 * @record: see crash.h, not owned; NULL to stop
 *
 * Context: any thread; takes the cache's lock.
 */
void sim_cache_set_record(struct sim_cache *cache, struct sim_record *record);

/**
 * sim_cache_set_lying - start or stop to lie
 * @cache: the cache
 * @lying: see struct sim_cache_config
 *
 * Context: any thread; takes the cache's lock.
 */
void sim_cache_set_lying(struct sim_cache *cache, bool lying);

/**
 * sim_cache_totals - read the state
 * @cache: the cache
 * @totals: filled
 *
 * Context: any thread; takes the cache's lock.
 */
void sim_cache_totals(struct sim_cache *cache, struct sim_cache_totals *totals);

/**
 * sim_cut_policy_find - a policy by its name: none, all, random, prefix, torn
 * @name: as typed
 *
 * Return: enum sim_cut_policy, or -EINVAL.
 */
int sim_cut_policy_find(const char *name);

/**
 * sim_destage_find - a destage policy by its name: fifo, random, elevator
 * @name: as typed
 *
 * Return: enum sim_destage, or -EINVAL.
 */
int sim_destage_find(const char *name);

#endif
