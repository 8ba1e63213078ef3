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
#include <stddef.h>
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
/* A path of the file target or of a profile; PATH_MAX is for the kernel's own paths. */
#define SIM_PATH_CHARS		1024u
/* Rules of media faults that one device may be given, and the longest of them. */
#define SIM_FAULTS_MAX		64u
#define SIM_FAULT_CHARS		96u
/* Largest unit that a power cut leaves whole. */
#define SIM_ATOMIC_BYTES_MAX	(1u << 20)
/* Capacity of a target that has none by itself. */
#define SIM_SIZE_BYTES_DEFAULT	(UINT64_C(256) << 20)
/* 4 EiB: the largest power of two whose byte offset is a positive loff_t. */
#define SIM_SIZE_BYTES_MAX	(1ULL << 62)

/** enum sim_recovery - what becomes of the disk when its server is killed */
enum sim_recovery {
	SIM_RECOVERY_NONE,    /* it goes, I/O fails */
	SIM_RECOVERY_FAIL,    /* it waits for 'recover'; I/O in flight fails */
	SIM_RECOVERY_REISSUE, /* it waits for 'recover'; I/O in flight is sent again */
};

/** enum sim_copy - how a request's data get to the server and back */
enum sim_copy {
	SIM_COPY_AUTO, /* user copy where the driver allows it */
	SIM_COPY_USER, /* the server has the kernel copy from and to where it wants */
	SIM_COPY_PAGE, /* the driver copies each request to a buffer of its tag and back */
};

/**
 * struct sim_options - the device asked for
 * @target: name of the target, not yet looked up
 * @id: device number, or SIM_ID_ANY
 * @nr_queues: hardware queues, 1 … SIM_QUEUES_MAX
 * @depth: I/Os in flight per queue, 1 … SIM_DEPTH_MAX
 * @block_bytes: logical block, a power of two in 512 … 4096
 * @size_bytes: capacity, a multiple of @block_bytes; 0: what the target has by itself
 * @file: what the file target keeps the data in, "" for none
 * @buffered: its I/O goes through the page cache
 * @profile: name of a profile or path to one, "" for none
 * @seed: of all that is drawn: service times, faults, destaging
 * @cache_bytes: size of the volatile write cache, 0 for none
 * @destage: which write leaves it first; enum sim_destage
 * @atomic_bytes: unit that a power cut does not tear; 0: the block
 * @lying: flushes of the cache do nothing
 * @faults: @nr_faults rules, read by sim_fault_rule_parse()
 * @nr_faults: 0 … SIM_FAULTS_MAX
 * @recovery: what becomes of the disk when its server is killed
 * @copy: how its data move
 * @recover: serve a disk whose server was killed, and make none
 * @tied: the server ends with the thread that started it
 * @foreground: stay in the foreground instead of becoming a daemon
 * @pin: pin each queue thread to the CPUs its hardware queue serves
 * @force: serve a profile that this host is too slow for, and say so in the status
 */
struct sim_options {
	char target[16];
	uint32_t id;
	uint32_t nr_queues;
	uint32_t depth;
	uint32_t block_bytes;
	uint64_t size_bytes;
	char file[SIM_PATH_CHARS];
	bool buffered;
	char profile[SIM_PATH_CHARS];
	uint64_t seed;
	uint64_t cache_bytes;
	uint32_t destage;
	uint32_t atomic_bytes;
	bool lying;
	char faults[SIM_FAULTS_MAX][SIM_FAULT_CHARS];
	uint32_t nr_faults;
	enum sim_recovery recovery;
	enum sim_copy copy;
	bool recover;
	bool tied;
	bool foreground;
	bool pin;
	bool force;
};

/** enum sim_option - what can be given as text, in the order of the configuration file */
enum sim_option {
	SIM_OPTION_TARGET,
	SIM_OPTION_ID,
	SIM_OPTION_QUEUES,
	SIM_OPTION_DEPTH,
	SIM_OPTION_BLOCK,
	SIM_OPTION_SIZE,
	SIM_OPTION_FILE,
	SIM_OPTION_BUFFERED,
	SIM_OPTION_PROFILE,
	SIM_OPTION_SEED,
	SIM_OPTION_CACHE,
	SIM_OPTION_DESTAGE,
	SIM_OPTION_ATOMIC,
	SIM_OPTION_LYING,
	SIM_OPTION_FAULT,
	SIM_OPTION_RECOVERY,
	SIM_OPTION_COPY,
	SIM_OPTION_PIN,
	SIM_OPTION_FORCE,
	SIM_NR_OPTIONS,
};

/**
 * sim_options_init - the defaults: null, one queue of 128 with 512-byte blocks
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
 * sim_option_name - an option as the command line and the configuration file spell it
 * @option: below SIM_NR_OPTIONS
 *
 * Context: pure.
 * Return: its long name.
 */
const char *sim_option_name(enum sim_option option);

/**
 * sim_option_find - the option of a long name
 * @name: as typed, without dashes
 *
 * Context: pure.
 * Return: enum sim_option, or -EINVAL.
 */
int sim_option_find(const char *name);

/**
 * sim_option_is_switch - does an option take "true" or "false" in a file, nothing on a command line
 * @option: below SIM_NR_OPTIONS
 *
 * Context: pure.
 * Return: whether.
 */
bool sim_option_is_switch(enum sim_option option);

/**
 * sim_option_get - an option's value as text that sim_options_set() reads
 * @opts: the options
 * @option: which, not SIM_OPTION_FAULT, of which there may be several
 * @text: filled
 * @room: of @text, bytes
 *
 * Context: pure.
 * Return: true; false when the option has its default and @text is not set.
 */
bool sim_option_get(const struct sim_options *opts, enum sim_option option, char *text,
		    size_t room);

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
