/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sparse array of bytes in memory: what the ram target keeps its data in.
 *
 * One private mapping of the whole size, reserved and not committed. The page tables are
 * the map of what exists: a page never written reads as zero and costs no memory, a
 * discarded one is handed back. So there is no index, no lock and no allocation of our
 * own, and an address never moves while another thread copies from it. Not durable.
 */
#ifndef UBLK_SIM_STORE_H
#define UBLK_SIM_STORE_H

#include <stdint.h>

/**
 * struct sim_store - a sparse byte array
 * @base: first byte
 * @size_bytes: length
 */
struct sim_store {
	unsigned char *base;
	uint64_t size_bytes;
};

/**
 * sim_store_init - reserve the address space
 * @store: filled
 * @size_bytes: length, > 0; more than the machine's memory is allowed
 *
 * Context: may sleep.
 * Return: 0, -EINVAL for 0, -ENOMEM when there is no room for it (address space, or
 * vm.overcommit_memory=2).
 */
int sim_store_init(struct sim_store *store, uint64_t size_bytes);

/**
 * sim_store_uninit - give the memory back
 * @store: a store, or one that was never filled (all zero)
 *
 * Context: no thread may use @store any more.
 */
void sim_store_uninit(struct sim_store *store);

/**
 * sim_store_at - where a range lives
 * @store: the store
 * @offset_bytes: start
 * @length_bytes: length
 *
 * Context: any thread; hot path.
 * Return: the address of the range, contiguous; NULL when it leaves the store.
 */
void *sim_store_at(const struct sim_store *store, uint64_t offset_bytes, uint64_t length_bytes);

/**
 * sim_store_discard - make a range read as zero and give back its whole pages
 * @store: the store
 * @offset_bytes: start, any alignment
 * @length_bytes: length, any alignment
 *
 * Bytes of pages that the range covers only in part are cleared, so the result is the same
 * whatever the alignment.
 *
 * Context: any thread; may sleep; one madvise(2).
 * Return: 0, -EINVAL when the range leaves the store, -errno of madvise.
 */
int sim_store_discard(const struct sim_store *store, uint64_t offset_bytes,
		      uint64_t length_bytes);

/**
 * sim_store_zero - clear a range and keep its memory
 * @store: the store
 * @offset_bytes: start
 * @length_bytes: length
 *
 * Context: any thread.
 * Return: 0, -EINVAL when the range leaves the store.
 */
int sim_store_zero(const struct sim_store *store, uint64_t offset_bytes, uint64_t length_bytes);

#endif
