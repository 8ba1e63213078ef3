// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The arms: what is stacked between the loader and the origin.
 *
 * scenario -> this -> libblki -> kernel. An arm that needs no module is put up with the module
 * unloaded. What an arm's layers count about themselves is read here too, for the checks;
 * nothing is judged here.
 */
#include "stack.h"

#include <blki.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arms.h"
#include "module.h"
#include "sys.h"

/* Names in device-mapper of what bench makes, lowest first. */
static const char *const dm_names[BENCH_MAX_DM] = { "bench-lower", "bench-upper" };

/*
 * A detach that a signal interrupts is tried again: taking down must not leave anything
 * attached.
 */
#define DETACH_TRIES 3

static int add_dm(struct bench_stack *stack, const char *under, const char *suffix)
{
	const char *name = dm_names[stack->nr_dm];
	char *node = stack->dm_node[stack->nr_dm];
	char table[160];
	int err;

	snprintf(table, sizeof(table), "0 %" PRIu64 " linear %s 0%s",
		 stack->disk->origin_bytes / 512, under, suffix);
	err = blki_dm_create(stack->blki, name, table, node, sizeof(stack->dm_node[0]));
	if (err) {
		bench_error("%s: %s", name, blki_message(stack->blki));
		return err;
	}
	stack->nr_dm++;
	snprintf(stack->target, sizeof(stack->target), "%s", node);
	return 0;
}

/* What an errno of an attach means for an arm: a kernel part that is missing is said so. */
static void explain_refusal(const struct bench_stack *stack, const char *device, int err)
{
	bench_error("%s: %s", device, blki_message(stack->blki));
	if (err == -EINVAL || err == -EOPNOTSUPP || err == -ENOSYS)
		bench_error("arm %s can not stand: the loaded module has no part for it, or not "
			    "on this disk; load a newer module, or choose others with --arm",
			    bench_arms.names[stack->arm].name);
}

/* The other disk of remap-native-other; it keeps data when the first one does. */
static int add_other_disk(struct bench_stack *stack)
{
	const struct bench_disk_options options = {
		.device = stack->disk->device, .memory_backed = stack->disk->keeps_data,
		.second = true,
	};
	int err = bench_disk_up(&stack->other, &options);

	stack->has_other = !err;
	return err;
}

static int add_alias(struct bench_stack *stack)
{
	const char *origin = stack->disk->origin;
	int err = blki_alias_add(stack->blki, origin, NULL, stack->alias,
				 sizeof(stack->alias));

	if (err) {
		stack->alias[0] = '\0';
		explain_refusal(stack, origin, err);
	}
	return err;
}

/* Make what the arm's bios go to: device-mapper devices, another disk. */
static int add_layers(struct bench_stack *stack)
{
	const struct bench_arm_facts *facts = &bench_arm_facts[stack->arm];
	const struct bench_disk *disk = stack->disk;
	int err = 0;

	switch (facts->acceptor) {
	case BENCH_ACCEPTOR_NONE:
		while (!err && stack->nr_dm < facts->nr_dm)
			err = add_dm(stack, stack->target, "");
		return err;
	case BENCH_ACCEPTOR_DM_NOEXCL:
		err = add_dm(stack, disk->origin, " noexcl");
		break;
	case BENCH_ACCEPTOR_DM_ALIAS:
		err = add_alias(stack);
		if (!err)
			err = add_dm(stack, stack->alias, "");
		break;
	case BENCH_ACCEPTOR_SIBLING:
		stack->acceptor_name = disk->sibling_name;
		snprintf(stack->acceptor, sizeof(stack->acceptor), "%s", disk->sibling);
		return 0;
	case BENCH_ACCEPTOR_OTHER:
		err = add_other_disk(stack);
		stack->acceptor_name = stack->other.origin_name;
		snprintf(stack->acceptor, sizeof(stack->acceptor), "%s", stack->other.origin);
		return err;
	}
	if (!facts->kind)
		return err;
	/* A remapped origin is loaded itself; what was made for it is its acceptor. */
	snprintf(stack->target, sizeof(stack->target), "%s", disk->origin);
	if (!err)
		snprintf(stack->acceptor, sizeof(stack->acceptor), "%s", stack->dm_node[0]);
	return err;
}

int bench_stack_attach(struct bench_stack *stack)
{
	const struct bench_arm_facts *facts = &bench_arm_facts[stack->arm];
	const struct bench_disk *disk = stack->disk;
	const char *device = facts->on_sibling ? disk->sibling : disk->origin;
	const struct blki_opts opts = { .hook = facts->hook };
	int err = -EINVAL;

	switch (facts->kind) {
	case 0: /* an arm without an interposer */
		return 0;
	case BLKI_KIND_FILTER:
		err = blki_filter_attach(stack->blki, device, "null", &opts, &stack->interposer);
		break;
	case BLKI_KIND_REMAP:
		err = blki_remap_start(stack->blki, device, stack->acceptor, &opts,
				       &stack->interposer);
		break;
	case BLKI_KIND_NATIVE:
		err = blki_native_start(stack->blki, device, stack->acceptor, &opts,
					&stack->interposer);
		break;
	}
	if (err)
		explain_refusal(stack, device, err);
	return err;
}

int bench_stack_detach(struct bench_stack *stack)
{
	int err, tries = 0;

	if (!stack->interposer)
		return 0;
	do {
		err = blki_detach_id(stack->blki, stack->interposer, 0);
	} while (err == -EINTR && ++tries < DETACH_TRIES);
	if (err)
		bench_error("%s: %s", stack->disk->origin, blki_message(stack->blki));
	stack->interposer = 0;
	return err;
}

int bench_stack_prepare(struct bench_stack *stack, enum bench_arm arm,
			const struct bench_disk *disk, const char *module)
{
	int err;

	memset(stack, 0, sizeof(*stack));
	stack->arm = arm;
	stack->disk = disk;
	snprintf(stack->target, sizeof(stack->target), "%s", disk->origin);
	err = bench_arm_needs_module(arm) ? bench_module_load(module) : bench_module_unload();
	if (err)
		return err;
	err = blki_open(&stack->blki);
	/* Without the module the handle still serves device-mapper. */
	if (err == -ENOENT && !bench_arm_needs_module(arm))
		err = 0;
	if (err) {
		bench_error("%s", stack->blki ? blki_message(stack->blki) : strerror(-err));
		blki_close(stack->blki);
		return err;
	}
	err = add_layers(stack);
	if (err)
		bench_stack_down(stack);
	return err;
}

int bench_stack_up(struct bench_stack *stack, enum bench_arm arm, const struct bench_disk *disk,
		   const char *module)
{
	int err = bench_stack_prepare(stack, arm, disk, module);

	if (err)
		return err;
	err = bench_stack_attach(stack);
	if (err)
		bench_stack_down(stack);
	return err;
}

int bench_stack_down(struct bench_stack *stack)
{
	int first = bench_stack_detach(stack), err;

	while (stack->nr_dm) {
		err = blki_dm_remove(stack->blki, dm_names[--stack->nr_dm]);
		if (err)
			bench_error("%s: %s", dm_names[stack->nr_dm], blki_message(stack->blki));
		first = first ? first : err;
	}
	if (stack->alias[0]) {
		err = blki_alias_del(stack->blki, stack->alias, NULL);
		if (err)
			bench_error("%s: %s", stack->alias, blki_message(stack->blki));
		first = first ? first : err;
		stack->alias[0] = '\0';
	}
	if (stack->has_other) {
		err = bench_disk_down(&stack->other);
		first = first ? first : err;
		stack->has_other = false;
	}
	blki_close(stack->blki);
	stack->blki = NULL;
	return first;
}

void bench_stack_below(const struct bench_stack *stack, const char **node, uint64_t *start_bytes)
{
	const struct bench_disk *disk = stack->has_other ? &stack->other : stack->disk;

	*node = disk->node;
	*start_bytes = disk->origin_start_bytes;
	if (bench_arm_facts[stack->arm].acceptor == BENCH_ACCEPTOR_SIBLING)
		*start_bytes += disk->origin_bytes;
}

/* Fields 1 and 5 of a stat file: reads and writes that have ended. */
static int stat_ios(const char *name, uint64_t *ios)
{
	uint64_t reads, writes;
	char text[256];
	int err;

	err = sys_read(text, sizeof(text), "/sys/class/block/%s/stat", name);
	if (!err && sscanf(text, "%" SCNu64 " %*u %*u %*u %" SCNu64, &reads, &writes) != 2)
		err = -EPROTO;
	if (err) {
		bench_error("%s: its stat file can not be read: %s", name, strerror(-err));
		return err;
	}
	*ios = reads + writes;
	return 0;
}

static int count_hook(const struct bench_stack *stack, struct bench_counts *counts)
{
	struct blki_entry *entries = NULL;
	size_t nr = 0, i;
	int err;

	err = blki_list(stack->blki, &entries, &nr);
	if (err) {
		bench_error("%s", blki_message(stack->blki));
		return err;
	}
	counts->interposers = nr;
	for (i = 0; i < nr; i++) {
		if (entries[i].id != stack->interposer)
			continue;
		counts->kind = entries[i].kind;
		counts->hook = entries[i].hook;
		counts->hook_seen = entries[i].nr_seen;
		counts->hook_done = entries[i].nr_done;
	}
	free(entries);
	return 0;
}

static int count_alias(const struct bench_stack *stack, struct bench_counts *counts)
{
	struct blki_alias_entry *entries = NULL;
	size_t nr = 0, i;
	int err;

	err = blki_alias_list(stack->blki, &entries, &nr);
	if (err) {
		bench_error("%s", blki_message(stack->blki));
		return err;
	}
	for (i = 0; i < nr; i++)
		if (!strcmp(entries[i].origin, stack->disk->origin_name))
			counts->alias = entries[i].nr_bios;
	free(entries);
	return 0;
}

/* /dev/mapper/NAME may be a link or a node; sysfs wants dm-N: found by device-mapper's own name. */
static int dm_kernel_name(unsigned int index, char *name, size_t size)
{
	char dm_name[64];
	int minor;

	for (minor = 0; minor < 64; minor++) {
		if (sys_read(dm_name, sizeof(dm_name), "/sys/block/dm-%d/dm/name", minor))
			continue;
		if (!strcmp(dm_name, dm_names[index])) {
			snprintf(name, size, "dm-%d", minor);
			return 0;
		}
	}
	bench_error("%s: not found in /sys/block", dm_names[index]);
	return -ENOENT;
}

int bench_stack_count(const struct bench_stack *stack, struct bench_counts *counts)
{
	unsigned int i;
	int err = 0;

	memset(counts, 0, sizeof(*counts));
	if (bench_arm_needs_module(stack->arm))
		err = count_hook(stack, counts);
	if (!err && stack->alias[0])
		err = count_alias(stack, counts);
	for (i = 0; i < stack->nr_dm && !err; i++) {
		char name[32];

		err = dm_kernel_name(i, name, sizeof(name));
		if (!err)
			err = stat_ios(name, &counts->dm[i]);
	}
	if (!err && stack->disk->has_stat)
		err = stat_ios(stack->disk->origin_name, &counts->origin);
	if (!err && stack->acceptor_name)
		err = stat_ios(stack->acceptor_name, &counts->acceptor);
	if (!err && stack->disk->ublk_sim)
		err = bench_disk_ios(stack->disk, &counts->server);
	return err;
}
