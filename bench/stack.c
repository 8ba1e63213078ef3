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

static int attach_null(struct bench_stack *stack, const char *device)
{
	int err = blki_filter_attach(stack->blki, device, "null", NULL, &stack->interposer);

	if (err)
		bench_error("%s: %s", device, blki_message(stack->blki));
	return err;
}

static int attach_remap(struct bench_stack *stack)
{
	const char *origin = stack->disk->origin;
	int err;

	err = add_dm(stack, origin, " noexcl");
	if (err)
		return err;
	snprintf(stack->target, sizeof(stack->target), "%s", origin);
	err = blki_remap_start(stack->blki, origin, stack->dm_node[0], NULL, &stack->interposer);
	if (err)
		bench_error("%s: %s", origin, blki_message(stack->blki));
	return err;
}

static int put_up(struct bench_stack *stack)
{
	const struct bench_disk *disk = stack->disk;
	int err;

	switch (stack->arm) {
	case BENCH_RAW:
		return 0;
	case BENCH_DM_LINEAR:
		return add_dm(stack, disk->origin, "");
	case BENCH_DM_LINEAR_2:
		err = add_dm(stack, disk->origin, "");
		return err ? err : add_dm(stack, stack->dm_node[0], "");
	case BENCH_IDLE:
		return attach_null(stack, disk->sibling);
	case BENCH_PASS:
		return attach_null(stack, disk->origin);
	case BENCH_REMAP:
		return attach_remap(stack);
	case BENCH_NR_ARMS:
		break;
	}
	return -EINVAL;
}

int bench_stack_up(struct bench_stack *stack, enum bench_arm arm, const struct bench_disk *disk,
		   const char *module)
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
	err = put_up(stack);
	if (err)
		bench_stack_down(stack);
	return err;
}

int bench_stack_down(struct bench_stack *stack)
{
	int err = 0, first = 0, tries = 0;

	if (stack->interposer) {
		do {
			err = blki_detach_id(stack->blki, stack->interposer, 0);
		} while (err == -EINTR && ++tries < DETACH_TRIES);
		if (err)
			bench_error("%s: %s", stack->disk->origin, blki_message(stack->blki));
		first = err;
		stack->interposer = 0;
	}
	while (stack->nr_dm) {
		err = blki_dm_remove(stack->blki, dm_names[--stack->nr_dm]);
		if (err)
			bench_error("%s: %s", dm_names[stack->nr_dm], blki_message(stack->blki));
		first = first ? first : err;
	}
	blki_close(stack->blki);
	stack->blki = NULL;
	return first;
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
		counts->hook_seen = entries[i].nr_seen;
		counts->hook_done = entries[i].nr_done;
	}
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
	for (i = 0; i < stack->nr_dm && !err; i++) {
		char name[32];

		err = dm_kernel_name(i, name, sizeof(name));
		if (!err)
			err = stat_ios(name, &counts->dm[i]);
	}
	if (!err && stack->disk->has_stat)
		err = stat_ios(stack->disk->origin_name, &counts->origin);
	if (!err && stack->disk->ublk_sim)
		err = bench_disk_ios(stack->disk, &counts->server);
	return err;
}
