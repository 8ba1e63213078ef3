/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The exact call tree of one window: executed blocks in, counts per call path
 * out. Stands between QEMU's execution callbacks (count.c) and the window's
 * text record. Pure: no I/O, no clock.
 *
 * A shadow stack follows the guest by the way each block ended. A block that
 * cannot follow the one before it is the entry of an interrupt or exception:
 * it starts a path of its own, and iret takes up the interrupted one. A return
 * is matched by its address, so the stack finds its way back after everything
 * that leaves by another door (retpolines, task switches), and any user block
 * empties it. Whatever the stack believes, every executed block is counted
 * exactly once: a wrong path can misplace instructions, it cannot lose or
 * invent one.
 */
#ifndef BLKI_TREE_H
#define BLKI_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "insn.h"

/* Kernel stacks of 16 KiB cannot hold more frames of 64 bytes. */
#define TREE_DEPTH_MAX 256
#define TREE_ROOT 0 /* node of the window itself */
#define TREE_USER UINT32_MAX /* in place of a node: the blocks of user space, which have no path */

/* One translated block. Lives until QEMU ends: translations refer to it. */
struct block {
	uint64_t va;	     /* guest virtual address of the first instruction */
	uint32_t nr_insns;   /* 1..512; the tree takes off a last one that never runs */
	uint32_t size_bytes; /* of the guest code */
	uint64_t target_va;  /* of the direct jump or call it ends with; 0 for none */
	enum insn_end end;   /* how the last instruction leaves */
	bool entry;	     /* seen as the entry of an interrupt; the tree's */
	bool user;	     /* user space: counted without a path */
	uint32_t window_nr;  /* the last window that printed it; count.c's */
	uint32_t nr;	     /* its number in that window's record; count.c's */
	uint8_t facts[];     /* insn_facts() of each instruction, nr_insns bytes or one more */
};

/* One function on one call path. */
struct node {
	uint32_t parent; /* node number; the root is its own parent */
	uint64_t va;	 /* where the callee was entered */
};

/* Executions of one block on one path, or in user space (TREE_USER). */
struct tree_count {
	uint32_t node;
	struct block *block;
	uint64_t nr_runs;
};

struct tree;

/**
 * tree_new() - an empty tree
 *
 * Context: may allocate.
 * Return: the tree, owned by the caller (tree_free()), or NULL without memory.
 */
struct tree *tree_new(void);

/**
 * tree_free() - free a tree and all it counted
 * @tree: from tree_new(), or NULL; blocks are not freed
 */
void tree_free(struct tree *tree);

/**
 * tree_step() - one block begins to execute
 * @tree: the window's tree
 * @block: the block; must outlive the tree
 *
 * Context: the vCPU thread, in guest execution order; may allocate.
 * Return: 0, or -ENOMEM with the block not counted.
 */
int tree_step(struct tree *tree, struct block *block);

/**
 * tree_nodes() - the call paths
 * @tree: the tree
 * @nr_nodes: out: their number, at least 1 (the root)
 *
 * Return: array owned by the tree, valid until the next tree_step(); a parent
 * always stands before its children.
 */
const struct node *tree_nodes(const struct tree *tree, size_t *nr_nodes);

/**
 * tree_counts() - the counts of all blocks
 * @tree: the tree
 * @nr_counts: out: their number
 *
 * Return: array owned by the tree, valid until the next tree_step(), in order
 * of first execution.
 */
const struct tree_count *tree_counts(const struct tree *tree, size_t *nr_counts);

/**
 * tree_user_insns() - instructions of user space
 * @tree: the tree
 *
 * Return: instructions executed in all user blocks, of any process.
 */
uint64_t tree_user_insns(const struct tree *tree);

/**
 * tree_overflows() - calls that the shadow stack could not take
 * @tree: the tree
 *
 * Return: the number of calls below TREE_DEPTH_MAX; their blocks are counted
 * at the deepest path. 0 in a sound window.
 */
uint64_t tree_overflows(const struct tree *tree);

#endif
