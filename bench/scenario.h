/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The scenario remap-overhead: every arm on every device under every load, interleaved.
 *
 * options -> this -> result. With two sides, two revisions of the module (and of ublk-sim)
 * take turns in one boot and fill one result each.
 */
#ifndef BENCH_SCENARIO_H
#define BENCH_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clock.h"
#include "names.h"
#include "result.h"

/** BENCH_MAX_SIDES - revisions that can take turns */
#define BENCH_MAX_SIDES 2

/**
 * struct bench_side - one revision under test
 * @label: for messages; empty when there is only one
 * @module: path of its module
 * @ublk_sim: its disk server
 * @result: what it measured
 */
struct bench_side {
	const char *label;
	const char *module;
	const char *ublk_sim;
	struct bench_result result;
};

/**
 * struct bench_run - a run
 * @scenario: which
 * @devices: which devices
 * @arms: bit mask of enum bench_arm
 * @loads: bit mask of enum bench_load
 * @devices_chosen: @devices was asked for
 * @arms_chosen: @arms was asked for; otherwise it is a default that a device may shorten
 * @loads_chosen: likewise for @loads
 * @nr_reps: kept repetitions; one more is made first and dropped
 * @nr_ios: I/Os of a cell in one repetition, a multiple of BENCH_WINDOW_MAX
 * @nr_warmup: I/Os before them, a multiple of BENCH_WINDOW_MAX
 * @seed: of offsets and contents
 * @clock: found by bench_clock_find()
 * @sides: array of @nr_sides
 * @nr_sides: 1 or 2
 */
struct bench_run {
	enum bench_scenario scenario;
	struct bench_devices_chosen devices;
	unsigned int arms;
	unsigned int loads;
	bool devices_chosen;
	bool arms_chosen;
	bool loads_chosen;
	unsigned int nr_reps;
	size_t nr_ios;
	size_t nr_warmup;
	uint64_t seed;
	struct bench_clock clock;
	struct bench_side sides[BENCH_MAX_SIDES];
	unsigned int nr_sides;
};

/**
 * bench_run_check - whether the choices of a run fit its scenario
 * @run: options filled in
 * @message: out: on failure the sentence that names the wrong choice and the valid ones
 * @size: bytes at @message
 *
 * Return: 0 or -EINVAL.
 */
int bench_run_check(const struct bench_run *run, char *message, size_t size);

/** bench_run_wants_arm - whether a run measures an arm on a device */
bool bench_run_wants_arm(const struct bench_run *run, enum bench_device device, enum bench_arm arm);

/** bench_run_wants_load - whether a run puts a load on a device */
bool bench_run_wants_load(const struct bench_run *run, enum bench_device device,
			  enum bench_load load);

/**
 * bench_scenario_run - measure everything a run asks for
 * @run: filled in, results initialised; gets cells, checks and comparisons
 *
 * Context: minutes; makes and removes devices, modules, processes. A signal ends it after
 * taking everything down.
 * Return: 0 when everything was measured, whatever the checks say; or -errno, a sentence was
 * printed.
 */
int bench_scenario_run(struct bench_run *run);

#endif /* BENCH_SCENARIO_H */
