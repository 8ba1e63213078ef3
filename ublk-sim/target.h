/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a simulated disk does with an I/O: one file per target, one const table each.
 *
 * A queue thread (queue.c) takes a request from the kernel and calls ->submit(). The target
 * completes it exactly once: with sim_queue_complete(), or with sim_queue_done() behind the steps
 * by which the kernel moves its data. Adding a target: write target_<name>.c, add its table
 * to the array in target.c, its file to CMakeLists.txt, its test and its paragraph in
 * docs/ublk-sim.md.
 */
#ifndef UBLK_SIM_TARGET_H
#define UBLK_SIM_TARGET_H

#include "error.h"
#include "ublk_compat.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim_options;
struct sim_queue;
struct sim_target;

/* Takes a request; see struct sim_target_ops. */
typedef void sim_submit_fn(struct sim_queue *queue, unsigned int tag,
			   const struct ublksrv_io_desc *iod);

/**
 * struct sim_target_ops - one kind of disk
 * @name: what -t takes
 * @summary: one line for --help and the documentation
 * @nr_entries: entries of the ring that ->submit() takes at most for one request
 * @buffered: ->submit() uses the tag's buffer, registered with the ring under the tag's number
 * @open: allocate what the device needs; Required. Before the device exists; may sleep;
 *	fills ->data, ->size_bytes and, for a target with a file, ->fd; a failure is told in @err
 * @close: undo @open; Required. After the last queue thread has ended
 * @submit: serve one request; Required. Queue thread, no allocation, no lock, no system call
 *	except where the target's file says so; @iod is the kernel's memory, read only, and valid
 *	until the request is answered
 * @go_on: a step taken with sim_queue_return() moved all it should; Optional. As @submit
 * @read: @length_bytes at @offset_bytes into @data; 0 or -errno. Any thread; may sleep. Optional,
 *	and with it the three that follow: a target without them keeps no data, and has neither
 *	cache nor faults
 * @write: the reverse; with @fua durable before the return
 * @clear: make a range read as zero, its room given back if @unmap and possible
 * @sync: make all writes durable
 */
struct sim_target_ops {
	const char *name;
	const char *summary;
	unsigned int nr_entries;
	bool buffered;
	int (*open)(struct sim_target *target, const struct sim_options *opts,
		    struct sim_error *err);
	void (*close)(struct sim_target *target);
	sim_submit_fn *submit;
	sim_submit_fn *go_on;
	int (*read)(const struct sim_target *target, uint64_t offset_bytes, void *data,
		    uint64_t length_bytes);
	int (*write)(const struct sim_target *target, uint64_t offset_bytes, const void *data,
		     uint64_t length_bytes, bool fua);
	int (*clear)(const struct sim_target *target, uint64_t offset_bytes,
		     uint64_t length_bytes, bool unmap);
	int (*sync)(const struct sim_target *target);
};

/**
 * struct sim_target - the target of one device
 * @ops: its kind
 * @data: its own memory, shared by all queue threads
 * @fd: its file, SIM_FILE_TARGET of each ring, or -1
 * @size_bytes: capacity
 */
struct sim_target {
	const struct sim_target_ops *ops;
	void *data;
	int fd;
	uint64_t size_bytes;
};


extern const struct sim_target_ops sim_target_file;
extern const struct sim_target_ops sim_target_null;
extern const struct sim_target_ops sim_target_ram;

/**
 * sim_target_names - all names, for messages: "file, null or ram"
 *
 * Context: pure.
 * Return: the text.
 */
const char *sim_target_names(void);

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
