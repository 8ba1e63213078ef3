/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The proof that an arm measured what it says: counts of every layer against the I/Os issued.
 *
 * stack counts -> this -> checks of the result. Pure: it compares numbers that others read.
 */
#ifndef BENCH_CHECK_H
#define BENCH_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "names.h"

struct bench_result;

/** BENCH_MAX_DM - device-mapper devices that an arm can have */
#define BENCH_MAX_DM 2

/**
 * BENCH_OTHER_LOAD_LIMIT_PCT - share of the time that other tasks may have, in percent
 *
 * The kernel's own threads take 0.3 to 0.7; the median of windows bears several times that, and a
 * program that runs beside the load takes tens.
 */
#define BENCH_OTHER_LOAD_LIMIT_PCT 5.0

/**
 * struct bench_counts - what the layers have counted; running totals or a difference of two
 * @hook_seen: bios that reached the interposer
 * @hook_done: of these, bios that came back from the acceptor
 * @dm: I/Os of each device-mapper device, lowest first
 * @origin: requests of the origin in the block layer's stat file
 * @acceptor: requests of the acceptor there, when that is a partition
 * @alias: bios of the origin's alias
 * @server: I/Os that ublk-sim served
 * @interposers: interposers in the whole system; a state, never a difference, as the next two
 * @kind: enum blki_kind of the arm's interposer, as the module reports it
 * @hook: enum blki_hook in use, likewise
 */
struct bench_counts {
	uint64_t hook_seen;
	uint64_t hook_done;
	uint64_t dm[BENCH_MAX_DM];
	uint64_t origin;
	uint64_t acceptor;
	uint64_t alias;
	uint64_t server;
	uint64_t interposers;
	unsigned int kind;
	unsigned int hook;
};

/**
 * struct bench_proof - everything an arm has shown on one device, summed over its visits
 * @device: label of the disk
 * @arm: which arm
 * @has_stat: the driver fills the stat file
 * @has_server: a ublk-sim serves the device
 * @visits: times the arm was put up
 * @issued: I/Os that the loader made
 * @large: of these, I/Os of more than BENCH_BLOCK_BYTES: a driver may split them
 * @requests: requests that the driver must have seen for them; more where I/Os are split
 * @counted: what the layers counted meanwhile; @interposers is the largest seen
 * @workers: io_uring worker threads that appeared
 * @other_ns: time on the processor of all tasks but loader and server
 * @elapsed_ns: time that passed
 * @busiest: name of the task with most of @other_ns
 */
struct bench_proof {
	char device[32];
	enum bench_arm arm;
	bool has_stat;
	bool has_server;
	unsigned int visits;
	uint64_t issued;
	uint64_t large;
	uint64_t requests;
	struct bench_counts counted;
	uint64_t workers;
	uint64_t other_ns;
	uint64_t elapsed_ns;
	char busiest[32];
};

/**
 * bench_proof_add - add one visit's counts
 * @proof: where
 * @before: totals before the loads
 * @after: totals after them
 */
void bench_proof_add(struct bench_proof *proof, const struct bench_counts *before,
		     const struct bench_counts *after);

/**
 * bench_proof_judge - turn a proof into checks of a result
 * @proof: complete
 * @result: gets one check per layer
 *
 * Return: 0 or -ENOMEM.
 */
int bench_proof_judge(const struct bench_proof *proof, struct bench_result *result);

#endif /* BENCH_CHECK_H */
