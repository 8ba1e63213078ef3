/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a device shall be, read from text and judged before anything is created.
 *
 * Pure: no device, no file. `ublk-sim add` hands every option here as text; when all are
 * read, sim_options_check() says whether they fit together. What passes here the kernel
 * accepts, so a mistake never leaves half a device behind.
 */
#ifndef UBLK_SIM_OPTIONS_H
#define UBLK_SIM_OPTIONS_H

#include "error.h"

#include <stdbool.h>
#include <stdint.h>

/* Queues that one device may have: one thread each; the driver's own limit is 4096. */
#define SIM_QUEUES_MAX		128u
/* UBLK_MAX_QUEUE_DEPTH: the tag has 12 bits. */
#define SIM_DEPTH_MAX		4096u
/* 20 bits: the driver numbers its minors with them. */
#define SIM_ID_MAX		((1u << 20) - 1)
/* "-n" was not given: the kernel picks the lowest free number. */
#define SIM_ID_ANY		UINT32_MAX
/* A block layer sector, and the page: the driver takes no other block sizes. */
#define SIM_BLOCK_BYTES_MIN	512u
#define SIM_BLOCK_BYTES_MAX	4096u
/* 4 EiB: the largest power of two whose byte offset is a positive loff_t. */
#define SIM_SIZE_BYTES_MAX	(1ULL << 62)

/**
 * struct sim_options - the device asked for
 * @target: name of the target, not yet looked up
 * @id: device number, or SIM_ID_ANY
 * @nr_queues: hardware queues, 1 … SIM_QUEUES_MAX
 * @depth: I/Os in flight per queue, 1 … SIM_DEPTH_MAX
 * @block_bytes: logical block, a power of two in 512 … 4096
 * @size_bytes: capacity, a multiple of @block_bytes
 * @foreground: stay in the foreground instead of becoming a daemon
 * @pin: pin each queue thread to the CPUs its hardware queue serves
 */
struct sim_options {
	char target[16];
	uint32_t id;
	uint32_t nr_queues;
	uint32_t depth;
	uint32_t block_bytes;
	uint64_t size_bytes;
	bool foreground;
	bool pin;
};

/** enum sim_option - the options that carry a value */
enum sim_option {
	SIM_OPTION_TARGET,
	SIM_OPTION_ID,
	SIM_OPTION_QUEUES,
	SIM_OPTION_DEPTH,
	SIM_OPTION_BLOCK,
	SIM_OPTION_SIZE,
};

/**
 * sim_options_init - the defaults: null, one queue of 128, 256 MiB in 512-byte blocks
 * @opts: filled
 *
 * Context: pure.
 */
void sim_options_init(struct sim_options *opts);

/**
 * sim_options_set - read one option's value
 * @opts: the option's member is set; untouched on failure
 * @option: which
 * @text: its value as typed
 * @err: the sentence on failure
 *
 * Context: pure.
 * Return: 0, or -EINVAL.
 */
int sim_options_set(struct sim_options *opts, enum sim_option option, const char *text,
		    struct sim_error *err);

/**
 * sim_options_check - do the values fit together
 * @opts: all options read
 * @err: the sentence on failure
 *
 * Context: pure.
 * Return: 0, or -EINVAL.
 */
int sim_options_check(const struct sim_options *opts, struct sim_error *err);

/**
 * sim_node_parse - which device is meant: "3", "/dev/ublkb3" or "ublkb3"
 * @text: as typed
 * @id: the device number; untouched on failure
 * @err: the sentence on failure
 *
 * Context: pure.
 * Return: 0, or -EINVAL.
 */
int sim_node_parse(const char *text, uint32_t *id, struct sim_error *err);

#endif
