/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A disk's behaviour in time, read from a JSON profile and judged.
 *
 * Profile file → here → model.c, which makes due times of it. The format is described in
 * docs/ublk-profiles.md. Every number carries its unit in the name of its key, and here it is
 * converted once, to nanoseconds and bytes. A profile that passes is one the model can
 * serve: nothing is judged again later. Pure but for sim_profile_load(), which reads a file.
 */
#ifndef UBLK_SIM_PROFILE_H
#define UBLK_SIM_PROFILE_H

#include "error.h"

#include <stddef.h>
#include <stdint.h>

/* A table of percentiles for a plot has about 20 points. */
#define SIM_QUANTILES_MAX	64u
/* Steps of the queue-depth table; depths are powers of two in practice, up to 4096. */
#define SIM_DEPTHS_MAX		16u
/* Dies of a large SSD: 16 channels of 16. */
#define SIM_LANES_MAX		256u
#define SIM_PROFILE_NAME_CHARS	32u
#define SIM_PROFILE_SUMMARY_CHARS 160u
/* No I/O of a profile may take longer than this: the block layer gives up after 30 s. */
#define SIM_SERVICE_NS_MAX	10000000000ULL

/** enum sim_op - what an I/O does, in the driver's order (UBLK_IO_OP_READ … WRITE_ZEROES) */
enum sim_op {
	SIM_OP_READ,
	SIM_OP_WRITE,
	SIM_OP_FLUSH,
	SIM_OP_DISCARD,
	SIM_OP_WRITE_ZEROES,
	SIM_OP_COUNT,
};

/**
 * struct sim_quantiles - a distribution of times by its quantiles
 * @nr: points, 2 … SIM_QUANTILES_MAX
 * @p: cumulated shares, strictly rising from 0 to 1
 * @ns: time at each, never falling; between two points the share grows linearly with time
 */
struct sim_quantiles {
	uint32_t nr;
	double p[SIM_QUANTILES_MAX];
	uint64_t ns[SIM_QUANTILES_MAX];
};

/**
 * struct sim_op_profile - how long one kind of I/O takes on a free lane
 * @base: distribution for an I/O of @base_bytes or less, with nothing else in flight
 * @base_bytes: length included in @base
 * @slope_ns_per_kib: added for each KiB beyond @base_bytes
 */
struct sim_op_profile {
	struct sim_quantiles base;
	uint32_t base_bytes;
	uint32_t slope_ns_per_kib;
};

/**
 * struct sim_cap - a token bucket
 * @rate_per_s: tokens that come in each second; 0 for no cap
 * @burst_per_s: fastest rate while there is credit, >= @rate_per_s; 0 for no limit
 * @credit: tokens that the bucket holds when full, which it is at the start
 * @unit_bytes: bytes of one token; a larger I/O takes several. 1 when bytes are capped
 */
struct sim_cap {
	uint64_t rate_per_s;
	uint64_t burst_per_s;
	uint64_t credit;
	uint32_t unit_bytes;
};

/**
 * struct sim_profile - one disk
 * @name: as in the file
 * @summary: one line for people
 * @lanes: I/Os served at the same time, 1 … SIM_LANES_MAX
 * @stripe_bytes: addresses go round the lanes in steps of this; 0: an I/O takes the lane that
 *	is free first
 * @ops: by enum sim_op; when the file does not say, DISCARD's is FLUSH's without a slope and
 *	WRITE_ZEROES' is DISCARD's
 * @nr_depths: steps of the depth table, 0 for none
 * @depth: I/Os in flight on the disk, the arriving one included; rising from 1
 * @depth_scale: factor on the distribution's time at each; 1.0 at depth 1; linear between
 * @program_bytes: written bytes of a lane after which it programs its flash; 0: never
 * @program_ns: how long a program keeps the lane busy in the background
 * @program_buffered: programs that a lane may be behind; a write beyond waits, 1 … 65536
 * @suspend_ns: longest time a read waits for a program that it meets (program suspend)
 * @gc_bytes: written bytes of a lane after which it collects garbage; 0: never
 * @gc_ns: how long garbage collection stalls the lane, for reads and writes alike
 * @seek_track_ns: time to the next track; 0 with @rotation_ns 0: no mechanics
 * @seek_full_ns: time across the whole disk
 * @rotation_ns: one turn
 * @ios: cap on I/Os per second
 * @bytes: cap on bytes per second
 */
struct sim_profile {
	char name[SIM_PROFILE_NAME_CHARS];
	char summary[SIM_PROFILE_SUMMARY_CHARS];
	uint32_t lanes;
	uint32_t stripe_bytes;
	struct sim_op_profile ops[SIM_OP_COUNT];
	uint32_t nr_depths;
	uint32_t depth[SIM_DEPTHS_MAX];
	double depth_scale[SIM_DEPTHS_MAX];
	uint64_t program_bytes;
	uint64_t program_ns;
	uint32_t program_buffered;
	uint64_t suspend_ns;
	uint64_t gc_bytes;
	uint64_t gc_ns;
	uint64_t seek_track_ns;
	uint64_t seek_full_ns;
	uint64_t rotation_ns;
	struct sim_cap ios;
	struct sim_cap bytes;
};

/**
 * sim_profile_parse - read a profile from text
 * @text: JSON, need not be NUL-terminated
 * @length: of @text, bytes
 * @profile: filled; undefined on failure
 * @err: the sentence on failure: the key, what is wrong with it, what to write
 *
 * Context: pure; allocates and frees.
 * Return: 0, -EINVAL for a profile that is none or is impossible, -ENOMEM.
 */
int sim_profile_parse(const char *text, size_t length, struct sim_profile *profile,
		      struct sim_error *err);

/**
 * sim_profile_load - read a profile from a file
 * @path: the file, at most 1 MiB
 * @profile: filled; undefined on failure
 * @err: the sentence on failure
 *
 * Context: may sleep.
 * Return: 0, what sim_profile_parse() returns, -errno of the file, -EFBIG.
 */
int sim_profile_load(const char *path, struct sim_profile *profile, struct sim_error *err);

/**
 * sim_quantiles_at - the time that a share of the I/Os stays below
 * @quantiles: a distribution
 * @p: the share, 0 … 1
 *
 * Context: pure.
 * Return: the time, ns: the inverse of the cumulated distribution.
 */
uint64_t sim_quantiles_at(const struct sim_quantiles *quantiles, double p);

/**
 * sim_quantiles_share - the share of the I/Os that take at most a time
 * @quantiles: a distribution
 * @ns: the time
 *
 * Context: pure.
 * Return: the share, 0 … 1; where the distribution jumps, its upper value.
 */
double sim_quantiles_share(const struct sim_quantiles *quantiles, double ns);

/**
 * sim_profile_floor_ns - the shortest read or write of a profile
 * @profile: a profile
 *
 * A host that answers more slowly than this without any model cannot deliver the profile.
 *
 * Context: pure.
 * Return: ns.
 */
uint64_t sim_profile_floor_ns(const struct sim_profile *profile);

#endif
