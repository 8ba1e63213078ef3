/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The arms: what is stacked between the loader and the origin, put up and taken down.
 *
 * scenario -> this -> libblki. It owns the names of the device-mapper devices that bench makes.
 */
#ifndef BENCH_STACK_H
#define BENCH_STACK_H

#include <stdint.h>

#include "check.h"
#include "devices.h"
#include "names.h"

struct blki;

/**
 * struct bench_stack - an arm that stands
 * @arm: which
 * @disk: on what
 * @target: path of the device that the loader opens
 * @blki: connection to the module and to device-mapper
 * @nr_dm: device-mapper devices made
 * @dm_node: their nodes, lowest first
 * @interposer: id of what was attached, 0 for nothing
 */
struct bench_stack {
	enum bench_arm arm;
	const struct bench_disk *disk;
	char target[64];
	struct blki *blki;
	unsigned int nr_dm;
	char dm_node[BENCH_MAX_DM][64];
	uint64_t interposer;
};

/**
 * bench_stack_up - put an arm up on a disk, loading or unloading the module as the arm needs
 * @stack: out
 * @arm: which
 * @disk: must outlive the stack
 * @module: path of the module file
 *
 * Return: 0 or -errno, with a sentence printed and nothing left behind.
 */
int bench_stack_up(struct bench_stack *stack, enum bench_arm arm, const struct bench_disk *disk,
		   const char *module);

/** bench_stack_down - take an arm down; Return: 0 or the first -errno, a sentence was printed */
int bench_stack_down(struct bench_stack *stack);

/**
 * bench_stack_count - read every count of a standing arm; Return: 0 or -errno, a sentence
 * was printed
 */
int bench_stack_count(const struct bench_stack *stack, struct bench_counts *counts);

#endif /* BENCH_STACK_H */
