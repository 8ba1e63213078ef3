/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a simulated disk does with an I/O: one file per target, one const table each.
 *
 * A queue thread (queue.c) takes a request from the kernel and calls ->submit(). The target
 * answers it exactly once with sim_queue_complete(), at once or later; data moves by
 * sim_queue_copy() before that. Adding a target: write target_<name>.c, add its table
 * to the array in target.c, its file to CMakeLists.txt, its test and its paragraph in
 * docs/ublk-sim.md.
 */
#ifndef UBLK_SIM_TARGET_H
#define UBLK_SIM_TARGET_H

#include "error.h"
#include "ublk_compat.h"

#include <stddef.h>
#include <stdint.h>

struct sim_queue;
struct sim_target;

/**
 * struct sim_target_ops - one kind of disk
 * @name: what -t takes
 * @summary: one line for --help and the documentation
 * @open: allocate what the device needs; Required. Before the device exists; may sleep;
 *	fills ->data; a failure is told in @err
 * @close: undo @open; Required. After the last queue thread has ended
 * @submit: serve one request; Required. Queue thread, no allocation, no lock, no system call
 *	except where the target's file says so; @iod is the kernel's memory, read only, and valid
 *	until the request is answered
 */
struct sim_target_ops {
	const char *name;
	const char *summary;
	int (*open)(struct sim_target *target, struct sim_error *err);
	void (*close)(struct sim_target *target);
	void (*submit)(struct sim_queue *queue, unsigned int tag,
		       const struct ublksrv_io_desc *iod);
};

/**
 * struct sim_target - the target of one device
 * @ops: its kind
 * @data: its own memory, shared by all queue threads
 * @size_bytes: capacity
 */
struct sim_target {
	const struct sim_target_ops *ops;
	void *data;
	uint64_t size_bytes;
};

extern const struct sim_target_ops sim_target_null;
extern const struct sim_target_ops sim_target_ram;

/**
 * sim_target_find - look a target up
 * @name: as given with -t
 *
 * Context: pure.
 * Return: its table, or NULL.
 */
const struct sim_target_ops *sim_target_find(const char *name);

/**
 * sim_target_get - walk all targets
 * @index: from 0
 *
 * Context: pure.
 * Return: its table, or NULL behind the last.
 */
const struct sim_target_ops *sim_target_get(size_t index);

#endif
