// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counts executed blocks per call path with a shadow stack; see tree.h for
 * the invariant. Nodes and counts are arrays found through two hash maps of
 * fixed-size keys, because three million steps of a window must stay cheap.
 */
#include "tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_BYTES 4096
#define INSN_BYTES_MAX 15 /* of x86 */
#define MAP_SLOTS_FIRST 1024 /* a power of two; one window has some thousand keys */

/* Open addressing; a slot with index 0 is empty, so indices are stored + 1. */
struct slot {
	uint64_t a;
	uint64_t b;
	uint32_t index;
};

struct map {
	struct slot *slots;
	size_t nr_slots; /* a power of two, or 0 before the first use */
	size_t nr_used;
};

struct frame {
	uint64_t ret_va; /* where its return must lead; 0: entered from user space or interrupt */
	uint32_t node;
	const struct block *interrupted; /* last block before an interrupt; else NULL */
};

struct tree {
	struct map node_map;  /* (parent, va) -> node */
	struct map count_map; /* (node, block) -> count */
	struct node *nodes;
	size_t nr_nodes, cap_nodes;
	struct tree_count *counts;
	size_t nr_counts, cap_counts;
	struct frame stack[TREE_DEPTH_MAX]; /* stack[depth - 1] is the running one */
	size_t depth;
	const struct block *last; /* last kernel block; NULL after user space */
	struct block *before;	  /* last block of all; NULL at the beginning */
	uint64_t user_insns;
	uint64_t nr_overflows;
};

/* Source: the finaliser of splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9ull;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

static struct slot *map_slot(const struct map *map, uint64_t a, uint64_t b)
{
	size_t at = mix(mix(a) ^ b) & (map->nr_slots - 1);

	while (map->slots[at].index && (map->slots[at].a != a || map->slots[at].b != b))
		at = (at + 1) & (map->nr_slots - 1);
	return &map->slots[at];
}

/* Make room for one more key at a load of at most one half. */
static int map_reserve(struct map *map)
{
	struct map old = *map;

	if (old.nr_slots && (old.nr_used + 1) * 2 <= old.nr_slots)
		return 0;
	map->nr_slots = old.nr_slots ? old.nr_slots * 2 : MAP_SLOTS_FIRST;
	map->slots = calloc(map->nr_slots, sizeof(*map->slots));
	if (!map->slots) {
		*map = old;
		return -ENOMEM;
	}
	for (size_t i = 0; i < old.nr_slots; i++)
		if (old.slots[i].index)
			*map_slot(map, old.slots[i].a, old.slots[i].b) = old.slots[i];
	free(old.slots);
	return 0;
}

static void map_set(struct map *map, struct slot *slot, const struct slot *value)
{
	*slot = *value;
	map->nr_used++;
}

/* Grow an array of @size_bytes elements so that one more fits. */
static int array_reserve(void **array, size_t *cap, size_t nr, size_t size_bytes)
{
	size_t more = *cap ? *cap * 2 : MAP_SLOTS_FIRST;
	void *grown;

	if (nr < *cap)
		return 0;
	grown = realloc(*array, more * size_bytes);
	if (!grown)
		return -ENOMEM;
	*array = grown;
	*cap = more;
	return 0;
}

static int node_child(struct tree *tree, uint32_t parent, uint64_t va, uint32_t *node)
{
	struct slot *slot;

	if (map_reserve(&tree->node_map) ||
	    array_reserve((void **)&tree->nodes, &tree->cap_nodes, tree->nr_nodes,
			  sizeof(*tree->nodes)))
		return -ENOMEM;
	slot = map_slot(&tree->node_map, parent, va);
	if (!slot->index) {
		tree->nodes[tree->nr_nodes++] = (struct node){ .parent = parent, .va = va };
		map_set(&tree->node_map, slot,
			&(struct slot){ .a = parent, .b = va, .index = tree->nr_nodes });
	}
	*node = slot->index - 1;
	return 0;
}

static int count_add(struct tree *tree, uint32_t node, struct block *block)
{
	struct slot *slot;

	if (map_reserve(&tree->count_map) ||
	    array_reserve((void **)&tree->counts, &tree->cap_counts, tree->nr_counts,
			  sizeof(*tree->counts)))
		return -ENOMEM;
	slot = map_slot(&tree->count_map, node, (uintptr_t)block);
	if (!slot->index) {
		tree->counts[tree->nr_counts++] =
			(struct tree_count){ .node = node, .block = block };
		map_set(&tree->count_map, slot,
			&(struct slot){ .a = node, .b = (uintptr_t)block,
					.index = tree->nr_counts });
	}
	tree->counts[slot->index - 1].nr_runs++;
	return 0;
}

static uint32_t top_node(const struct tree *tree)
{
	return tree->depth ? tree->stack[tree->depth - 1].node : TREE_ROOT;
}

static struct frame *top_frame(struct tree *tree)
{
	return tree->depth ? &tree->stack[tree->depth - 1] : NULL;
}

/* Run @va on the path of @parent; @model has the frame's other fields. */
static int push(struct tree *tree, uint32_t parent, uint64_t va, const struct frame *model)
{
	struct frame *frame = &tree->stack[tree->depth];

	if (tree->depth == TREE_DEPTH_MAX) {
		tree->nr_overflows++;
		return 0;
	}
	*frame = *model;
	if (node_child(tree, parent, va, &frame->node))
		return -ENOMEM;
	tree->depth++;
	return 0;
}

static int push_call(struct tree *tree, uint64_t ret_va, uint64_t va)
{
	return push(tree, top_node(tree), va, &(struct frame){ .ret_va = ret_va });
}

/* The running function gave way to the one at @va, which returns for it. */
static int replace_top(struct tree *tree, uint64_t va)
{
	struct frame frame = { 0 };

	if (tree->depth)
		frame = tree->stack[--tree->depth];
	return push(tree, top_node(tree), va, &frame);
}

/* Drop every frame of this context down to the one that returns to @va. */
static bool pop_to(struct tree *tree, uint64_t va)
{
	for (size_t at = tree->depth; at > 0 && !tree->stack[at - 1].interrupted; at--) {
		if (tree->stack[at - 1].ret_va == va) {
			tree->depth = at - 1;
			return true;
		}
	}
	return false;
}

/*
 * A return always consumes one frame. One that leads nowhere known is a
 * retpoline (its inner frame goes, the thunk gives way to the target) or the
 * first return of another task after a switch. None of them leaves an
 * interrupt.
 */
static int step_ret(struct tree *tree, uint64_t va)
{
	if (pop_to(tree, va))
		return 0;
	if (tree->depth && !top_frame(tree)->interrupted)
		tree->depth--;
	if (tree->depth && top_frame(tree)->interrupted)
		return 0;
	return replace_top(tree, va);
}

/* The processor left @block on its way: at its first instruction or a later one. */
static bool is_inside(const struct block *block, uint64_t va)
{
	return va >= block->va && va < block->va + block->size_bytes;
}

/* Whether @va can be executed right after @last without an interrupt. */
static bool can_follow(const struct block *last, uint64_t va)
{
	if (is_inside(last, va))
		return true;
	switch (last->end) {
	case INSN_END_OTHER:
		return va == last->va + last->size_bytes || va == last->target_va;
	case INSN_END_CALL:
		return !last->target_va || va == last->target_va;
	case INSN_END_RET:
	case INSN_END_IRET:
	case INSN_END_JMP_INDIRECT:
		break;
	}
	return true;
}

/* From @last to the block at @va, in one context. */
static int step_path(struct tree *tree, const struct block *last, uint64_t va)
{
	bool called_itself = last->end == INSN_END_CALL && va == last->target_va;

	if (is_inside(last, va) && !called_itself)
		return 0;
	switch (last->end) {
	case INSN_END_CALL:
		return push_call(tree, last->va + last->size_bytes, va);
	case INSN_END_RET:
		return step_ret(tree, va);
	case INSN_END_JMP_INDIRECT:
		return replace_top(tree, va);
	case INSN_END_IRET:
	case INSN_END_OTHER:
		break;
	}
	return 0;
}

/* Back to the context below the last interrupt, as if that had not been. */
static int step_iret(struct tree *tree, uint64_t va)
{
	const struct block *interrupted;

	while (tree->depth && !top_frame(tree)->interrupted)
		tree->depth--;
	if (!tree->depth)
		return push_call(tree, 0, va);
	interrupted = tree->stack[--tree->depth].interrupted;
	/* An exception's handler may also go on elsewhere (a fixup): the path stays. */
	return can_follow(interrupted, va) ? step_path(tree, interrupted, va) : 0;
}

static int step_context(struct tree *tree, struct block *block)
{
	const struct block *last = tree->last;

	if (!last)
		return push_call(tree, 0, block->va);
	if (last->end == INSN_END_IRET)
		return step_iret(tree, block->va);
	if (!block->entry && can_follow(last, block->va))
		return step_path(tree, last, block->va);
	block->entry = true;
	return push(tree, TREE_ROOT, block->va, &(struct frame){ .interrupted = last });
}

/*
 * QEMU gives up an instruction that runs over the end of its page and puts it
 * into a block of its own, but has told the plugin of it by then: the first
 * block lists as its last instruction as much as had been fetched. When
 * execution goes on at exactly that instruction, it never ran there.
 */
static void trim_given_up(struct block *block, uint64_t next_va)
{
	uint32_t at = block->nr_insns - 1;
	uint8_t facts = block->facts[at];
	uint64_t last_va = block->va + block->size_bytes - (facts & INSN_LENGTH_MASK);

	if (!at || next_va != last_va || last_va % PAGE_BYTES <= PAGE_BYTES - INSN_BYTES_MAX ||
	    last_va == block->target_va || facts & INSN_REP)
		return;
	block->nr_insns = at;
	block->size_bytes -= facts & INSN_LENGTH_MASK;
	block->end = INSN_END_OTHER;
	block->target_va = 0;
}

int tree_step(struct tree *tree, struct block *block)
{
	if (tree->before)
		trim_given_up(tree->before, block->va);
	tree->before = block;
	if (block->user) {
		tree->user_insns += block->nr_insns;
		tree->depth = 0;
		tree->last = NULL;
		return count_add(tree, TREE_USER, block);
	}
	if (step_context(tree, block))
		return -ENOMEM;
	tree->last = block;
	return count_add(tree, top_node(tree), block);
}

struct tree *tree_new(void)
{
	struct tree *tree = calloc(1, sizeof(*tree));

	if (!tree)
		return NULL;
	if (array_reserve((void **)&tree->nodes, &tree->cap_nodes, 0, sizeof(*tree->nodes))) {
		free(tree);
		return NULL;
	}
	tree->nodes[tree->nr_nodes++] = (struct node){ .parent = TREE_ROOT };
	return tree;
}

void tree_free(struct tree *tree)
{
	if (!tree)
		return;
	free(tree->node_map.slots);
	free(tree->count_map.slots);
	free(tree->nodes);
	free(tree->counts);
	free(tree);
}

const struct node *tree_nodes(const struct tree *tree, size_t *nr_nodes)
{
	*nr_nodes = tree->nr_nodes;
	return tree->nodes;
}

const struct tree_count *tree_counts(const struct tree *tree, size_t *nr_counts)
{
	*nr_counts = tree->nr_counts;
	return tree->counts;
}

uint64_t tree_user_insns(const struct tree *tree)
{
	return tree->user_insns;
}

uint64_t tree_overflows(const struct tree *tree)
{
	return tree->nr_overflows;
}
