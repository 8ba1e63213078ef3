/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which answer is due first: a binary min-heap of tags keyed by time.
 *
 * layer.c puts a tag in when its request is done before it is due, and takes it out when the
 * time has come. Equal times leave in the order in which they came. Pure: no clock, no
 * allocation after init.
 */
#ifndef UBLK_SIM_HEAP_H
#define UBLK_SIM_HEAP_H

#include <stdint.h>

/**
 * struct sim_heap_entry - a tag that waits
 * @due_ns: when it is to leave
 * @order: number of its push; decides between equal times
 * @tag: the tag
 */
struct sim_heap_entry {
	uint64_t due_ns;
	uint64_t order;
	uint32_t tag;
};

/**
 * struct sim_heap - tags that wait
 * @entries: room for @room, the first @nr in heap order
 * @order: pushes so far
 * @nr: tags in it
 * @room: most that it holds
 */
struct sim_heap {
	struct sim_heap_entry *entries;
	uint64_t order;
	uint32_t nr;
	uint32_t room;
};

/**
 * sim_heap_init - an empty heap
 * @heap: filled
 * @room: tags that it shall hold at most, > 0
 *
 * Context: allocates.
 * Return: 0 or -ENOMEM.
 */
int sim_heap_init(struct sim_heap *heap, uint32_t room);

/**
 * sim_heap_uninit - free it
 * @heap: a heap, or one that was never filled (all zero)
 */
void sim_heap_uninit(struct sim_heap *heap);

/**
 * sim_heap_push - a tag waits
 * @heap: not full: a tag is in it at most once
 * @due_ns: until when
 * @tag: the tag
 *
 * Context: one thread; no allocation; O(log n).
 */
void sim_heap_push(struct sim_heap *heap, uint64_t due_ns, uint32_t tag);

/**
 * sim_heap_pop - take the first tag out
 * @heap: not empty
 *
 * Context: one thread; O(log n).
 * Return: the tag.
 */
uint32_t sim_heap_pop(struct sim_heap *heap);

/**
 * sim_heap_tag - which is the first
 * @heap: not empty
 *
 * Return: the tag; it stays in the heap.
 */
static inline uint32_t sim_heap_tag(const struct sim_heap *heap)
{
	return heap->entries[0].tag;
}

/**
 * sim_heap_due_ns - when the first is due
 * @heap: not empty
 *
 * Return: the time.
 */
static inline uint64_t sim_heap_due_ns(const struct sim_heap *heap)
{
	return heap->entries[0].due_ns;
}

#endif
