/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an acceptor stands on, down to the disks, as a tree.
 *
 * cmd_status.c builds one for each remap from sysfs and the live tables; status.c and draw.c show
 * it.
 */
#ifndef BLKI_STACK_H
#define BLKI_STACK_H

#include <stddef.h>
#include <sys/types.h>

#include "tools/libblki/dmtable.h"

/** STACK_NODES_MAX - devices of a tree that are shown; what is beyond is cut and said to be */
#define STACK_NODES_MAX	128

/** STACK_DEPTH_MAX - layers that are followed */
#define STACK_DEPTH_MAX	16

/**
 * enum stack_kind - what a device of the tree is
 * @STACK_DEVICE: a disk, partition, loop device or array
 * @STACK_DM: a device-mapper device
 * @STACK_ALIAS: an alias of ours, which leads below the hook of its origin
 * @STACK_BELOW: an origin reached below its hook, by an alias or by blki-linear; a leaf
 * @STACK_CUT: the tree goes on, but not here
 */
enum stack_kind {
	STACK_DEVICE,
	STACK_DM,
	STACK_ALIAS,
	STACK_BELOW,
	STACK_CUT,
};

/**
 * struct stack_node - one device, in the order that a drawing has them: a device, then all below it
 * @kind: what it is
 * @depth: layers above it; the acceptor has 0
 * @dev: its number
 * @name: kernel name
 * @dm_name: device-mapper name, or ""
 * @targets: STACK_DM: types of its targets, each once, "linear, zero"
 */
struct stack_node {
	enum stack_kind kind;
	unsigned int depth;
	dev_t dev;
	char name[64];
	char dm_name[128];
	char targets[64];
};

/**
 * struct stack - a tree
 * @nodes: @nr devices
 * @nr: how many
 */
struct stack {
	struct stack_node nodes[STACK_NODES_MAX];
	size_t nr;
};

/**
 * struct stack_source - where the knowledge comes from
 * @sysfs: mount point of sysfs
 * @table: dmtable_read(), or what stands for it in a test
 */
struct stack_source {
	const char *sysfs;
	int (*table)(dev_t dev, struct dmtable *table);
};

/**
 * stack_build - the tree below a device
 * @source: where from
 * @top: the device
 * @stack: out: at least one node, @top itself
 *
 * What can not be found out is left out.
 */
void stack_build(const struct stack_source *source, dev_t top, struct stack *stack);

#endif /* BLKI_STACK_H */
