// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The heap of due times; see heap.h.
 */
#include "heap.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

int sim_heap_init(struct sim_heap *heap, uint32_t room)
{
	*heap = (struct sim_heap){ .room = room };
	heap->entries = calloc(room, sizeof(*heap->entries));
	return heap->entries ? 0 : -ENOMEM;
}

void sim_heap_uninit(struct sim_heap *heap)
{
	free(heap->entries);
	*heap = (struct sim_heap){ 0 };
}

static bool entry_before(const struct sim_heap_entry *a, const struct sim_heap_entry *b)
{
	return a->due_ns < b->due_ns || (a->due_ns == b->due_ns && a->order < b->order);
}

void sim_heap_push(struct sim_heap *heap, uint64_t due_ns, uint32_t tag)
{
	const struct sim_heap_entry entry = { due_ns, heap->order++, tag };
	uint32_t at = heap->nr++;

	while (at && entry_before(&entry, &heap->entries[(at - 1) / 2])) {
		heap->entries[at] = heap->entries[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	heap->entries[at] = entry;
}

uint32_t sim_heap_pop(struct sim_heap *heap)
{
	const uint32_t tag = heap->entries[0].tag;
	const struct sim_heap_entry last = heap->entries[--heap->nr];
	uint32_t child;
	uint32_t at = 0;

	while ((child = 2 * at + 1) < heap->nr) {
		if (child + 1 < heap->nr &&
		    entry_before(&heap->entries[child + 1], &heap->entries[child]))
			child++;
		if (!entry_before(&heap->entries[child], &last))
			break;
		heap->entries[at] = heap->entries[child];
		at = child;
	}
	heap->entries[at] = last;
	return tag;
}
