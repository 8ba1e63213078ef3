/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The arms: what is stacked between the loader and the origin, put up and taken down.
 *
 * scenario -> this -> libblki. It owns the names of the device-mapper devices that bench makes.
 */
#ifndef BENCH_STACK_H
#define BENCH_STACK_H

#include <stdbool.h>
#include <stdint.h>

#include "check.h"
#include "devices.h"
#include "names.h"

struct blki;

/**
 * struct bench_stack - an arm that stands
 * @arm: which
 * @disk: on what
 * @other: the second disk, when @has_other
 * @has_other: the arm made one
 * @target: path of the device that the loader opens
 * @alias: path of the origin's alias; empty when the arm has none
 * @acceptor: path of what a remap sends the bios to; empty otherwise
 * @acceptor_name: kernel name of an acceptor that is a partition, else NULL
 * @blki: connection to the module and to device-mapper
 * @nr_dm: device-mapper devices made
 * @dm_node: their nodes, lowest first
 * @interposer: id of what is attached, 0 for nothing
 */
struct bench_stack {
	enum bench_arm arm;
	const struct bench_disk *disk;
	struct bench_disk other;
	bool has_other;
	char target[64];
	char alias[64];
	char acceptor[64];
	const char *acceptor_name;
	struct blki *blki;
	unsigned int nr_dm;
	char dm_node[BENCH_MAX_DM][64];
	uint64_t interposer;
};

/**
 * bench_stack_prepare - everything of an arm but the attach: module, device-mapper, acceptor
 * @stack: out
 * @arm: which
 * @disk: must outlive the stack
 * @module: path of the module file
 *
 * Return: 0 or -errno, with a sentence printed and nothing left behind.
 */
int bench_stack_prepare(struct bench_stack *stack, enum bench_arm arm,
			const struct bench_disk *disk, const char *module);

/**
 * bench_stack_attach - attach what the arm is about; nothing for an arm without a module
 *
 * Return: 0 or -errno, a sentence was printed; -EINVAL or -EOPNOTSUPP when the loaded module has
 * no part for the arm.
 */
int bench_stack_attach(struct bench_stack *stack);

/** bench_stack_detach - undo bench_stack_attach(); Return: 0 or -errno, a sentence was printed */
int bench_stack_detach(struct bench_stack *stack);

/**
 * bench_stack_up - bench_stack_prepare() and bench_stack_attach(); arguments and Return as of
 * both
 */
int bench_stack_up(struct bench_stack *stack, enum bench_arm arm, const struct bench_disk *disk,
		   const char *module);

/**
 * bench_stack_below - where the bytes of a standing arm are in the end
 * @stack: the arm
 * @node: out: path of a whole disk
 * @start_bytes: out: where the first byte of the target is on it
 */
void bench_stack_below(const struct bench_stack *stack, const char **node, uint64_t *start_bytes);

/** bench_stack_down - take an arm down; Return: 0 or the first -errno, a sentence was printed */
int bench_stack_down(struct bench_stack *stack);

/**
 * bench_stack_count - read every count of a standing arm; Return: 0 or -errno, a sentence
 * was printed
 */
int bench_stack_count(const struct bench_stack *stack, struct bench_counts *counts);

#endif /* BENCH_STACK_H */
