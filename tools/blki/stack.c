// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Walks down from an acceptor: sysfs slaves, tables of blki-linear, aliases.
 *
 * cmd_status.c -> [this] -> sysfs.c, dmtable.c. blki-linear and aliases claim nothing, so sysfs
 * shows no slave of theirs: for the one the table is asked, the other has an attribute of ours.
 */
#include "tools/blki/stack.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <linux/blki.h>

#include "tools/libblki/sysfs.h"

static struct stack_node *add_node(struct stack *stack, dev_t dev, unsigned int depth)
{
	struct stack_node *node = &stack->nodes[stack->nr];

	if (stack->nr == STACK_NODES_MAX)
		return NULL;
	stack->nr++;
	*node = (struct stack_node){ .dev = dev, .depth = depth };
	if (stack->nr == STACK_NODES_MAX || depth == STACK_DEPTH_MAX)
		node->kind = STACK_CUT;
	return node;
}

static void name_node(const struct stack_source *source, struct stack_node *node)
{
	if (sysfs_name(source->sysfs, node->dev, node->name, sizeof(node->name)))
		snprintf(node->name, sizeof(node->name), "%u:%u", major(node->dev),
			 minor(node->dev));
	if (!sysfs_dm_name(source->sysfs, node->dev, node->dm_name, sizeof(node->dm_name)))
		node->kind = STACK_DM;
}

/* An origin that is reached below its hook. */
static void add_below(const struct stack_source *source, struct stack *stack, dev_t dev,
		      unsigned int depth)
{
	struct stack_node *node = add_node(stack, dev, depth);

	if (!node || node->kind == STACK_CUT)
		return;
	name_node(source, node);
	node->kind = STACK_BELOW;
}

static bool has_word(const char *list, const char *word)
{
	size_t nr = strlen(word);

	for (const char *at = strstr(list, word); at; at = strstr(at + 1, word))
		if ((at == list || at[-1] == ' ') && (at[nr] == ',' || !at[nr]))
			return true;
	return false;
}

static void add_target(struct stack_node *node, const char *target)
{
	size_t nr = strlen(node->targets);

	if (!has_word(node->targets, target))
		snprintf(node->targets + nr, sizeof(node->targets) - nr, "%s%s", nr ? ", " : "",
			 target);
}

static void add_tree(const struct stack_source *source, struct stack *stack, dev_t dev,
		     unsigned int depth);

/* Names the targets, and what those of ours stand on. */
static void add_table(const struct stack_source *source, struct stack *stack,
		      struct stack_node *node)
{
	unsigned int major_nr, minor_nr;
	struct dmtable table;

	if (!source->table(node->dev, &table))
		for (size_t i = 0; i < table.nr; i++)
			add_target(node, table.lines[i].target);
	for (size_t i = 0; i < table.nr; i++)
		if (!strcmp(table.lines[i].target, BLKI_LINEAR_TARGET) &&
		    sscanf(table.lines[i].params, "%u:%u", &major_nr, &minor_nr) == 2)
			add_below(source, stack, makedev(major_nr, minor_nr), node->depth + 1);
	dmtable_free(&table);
}

static void add_lower(const struct stack_source *source, struct stack *stack, dev_t dev,
		      unsigned int depth)
{
	dev_t lower[SYSFS_LOWER_MAX];
	int nr = sysfs_lower(source->sysfs, dev, lower);

	for (int i = 0; i < nr; i++)
		add_tree(source, stack, lower[i], depth);
}

static void add_tree(const struct stack_source *source, struct stack *stack, dev_t dev,
		     unsigned int depth)
{
	struct stack_node *node = add_node(stack, dev, depth);
	dev_t origin;

	if (!node || node->kind == STACK_CUT)
		return;
	name_node(source, node);
	if (!sysfs_alias_origin(source->sysfs, dev, &origin)) {
		node->kind = STACK_ALIAS;
		add_below(source, stack, origin, depth + 1);
		return;
	}
	if (node->kind == STACK_DM)
		add_table(source, stack, node);
	add_lower(source, stack, dev, depth + 1);
}

void stack_build(const struct stack_source *source, dev_t top, struct stack *stack)
{
	stack->nr = 0;
	add_tree(source, stack, top, 0);
}
