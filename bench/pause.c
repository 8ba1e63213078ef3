// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The scenario attach-pause.
 *
 * cmd_run -> this -> stack, pause_load -> result. The order is that of remap-overhead: a repetition
 * makes the disk anew and visits every arm, the next one visits them in the opposite order, the
 * first is dropped. In a visit the arm is attached and detached several times under load, and
 * what the module reports of itself after each step is the proof that it happened.
 */
#include "pause.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "arms.h"
#include "check.h"
#include "devices.h"
#include "environment.h"
#include "module.h"
#include "pause_load.h"
#include "stack.h"
#include "sys.h"

/* An attach waits for grace periods, some 100 ms; the window shall be as long. */
#define WINDOW_NS 200000000u

/**
 * struct tally - how often a step left what it should
 * @nr_attached: after an attach the arm's own interposer stood, and had seen I/O
 * @nr_detached: after a detach none stood
 * @nr_trials: attaches and detaches, each
 */
struct tally {
	unsigned int nr_attached;
	unsigned int nr_detached;
	unsigned int nr_trials;
};

/**
 * struct work - of the scenario
 * @run: the run
 * @disk: the disk of this repetition
 * @tallies: of every arm
 */
struct work {
	struct bench_run *run;
	struct bench_disk disk;
	struct tally tallies[BENCH_NR_ARMS];
};

/**
 * struct visit - samples of one arm in one repetition
 * @stack: the arm
 * @gap_ns: of attaches, of detaches
 * @call_ns: likewise
 */
struct visit {
	struct bench_stack stack;
	double gap_ns[2][BENCH_PAUSE_TRIALS];
	double call_ns[2][BENCH_PAUSE_TRIALS];
};

static int attach(void *arg)
{
	return bench_stack_attach(arg);
}

static int detach(void *arg)
{
	return bench_stack_detach(arg);
}

static int run_window(struct work *work, struct visit *visit, unsigned int trial, int detaching)
{
	static int (*const actions[2])(void *arg) = { attach, detach };
	const struct bench_run *run = work->run;
	const struct bench_pause_spec spec = {
		.clock = &run->clock,
		.target = visit->stack.target,
		.extent_bytes = work->disk.origin_bytes,
		.seed = run->seed,
		.window_ns = WINDOW_NS,
		.stagger_ns = BENCH_PAUSE_DISK_NS / BENCH_PAUSE_DEPTH,
		.action = bench_arm_needs_module(visit->stack.arm) ? actions[detaching] : NULL,
		.arg = &visit->stack,
	};
	struct bench_pause pause;
	int err = bench_pause_run(&spec, &pause);

	visit->gap_ns[detaching][trial] = (double)pause.gap_ns;
	visit->call_ns[detaching][trial] = (double)pause.action_ns;
	return err;
}

/* One attach and one detach under load; what stands after each is counted. */
static int run_trial(struct work *work, struct visit *visit, unsigned int trial)
{
	const struct bench_arm_facts *facts = &bench_arm_facts[visit->stack.arm];
	struct tally *tally = &work->tallies[visit->stack.arm];
	struct bench_counts counts;
	int err;

	err = bench_signal() ? -EINTR : run_window(work, visit, trial, 0);
	if (!err)
		err = bench_stack_count(&visit->stack, &counts);
	if (err)
		return err;
	tally->nr_attached += facts->kind && counts.interposers == 1 &&
			      counts.kind == facts->kind &&
			      (!facts->hook || counts.hook == facts->hook) && counts.hook_seen;
	err = run_window(work, visit, trial, 1);
	if (!err)
		err = bench_stack_count(&visit->stack, &counts);
	tally->nr_detached += !err && counts.interposers == 0;
	tally->nr_trials++;
	return err;
}

static int keep(struct bench_result *result, enum bench_arm arm, const char *load,
		const double *samples)
{
	struct bench_cell *cell;
	struct bench_key key;

	memset(&key, 0, sizeof(key));
	snprintf(key.device, sizeof(key.device), "%s", BENCH_PAUSE_DEVICE);
	snprintf(key.load, sizeof(key.load), "%s", load);
	snprintf(key.arm, sizeof(key.arm), "%s", bench_arms.names[arm].name);
	cell = bench_result_find(result, key.device, key.load, key.arm);
	if (!cell)
		cell = bench_result_add_cell(result, &key, 1);
	return cell ? bench_cell_add_rep(cell, samples, BENCH_PAUSE_TRIALS) : -ENOMEM;
}

static int keep_visit(struct bench_result *result, const struct visit *visit)
{
	enum bench_arm arm = visit->stack.arm;
	int err;

	err = keep(result, arm, BENCH_PAUSE_ATTACH, visit->gap_ns[0]);
	if (!err)
		err = keep(result, arm, BENCH_PAUSE_DETACH, visit->gap_ns[1]);
	if (err || !bench_arm_needs_module(arm))
		return err;
	err = keep(result, arm, BENCH_PAUSE_ATTACH_CALL, visit->call_ns[0]);
	return err ? err : keep(result, arm, BENCH_PAUSE_DETACH_CALL, visit->call_ns[1]);
}

static int visit_arm(struct work *work, enum bench_arm arm, unsigned int rep)
{
	struct bench_side *side = &work->run->sides[0];
	struct visit visit;
	unsigned int trial;
	int err, down;

	err = bench_stack_prepare(&visit.stack, arm, &work->disk, side->module);
	if (err)
		return err;
	for (trial = 0; trial < BENCH_PAUSE_TRIALS && !err; trial++)
		err = run_trial(work, &visit, trial);
	if (!err && rep)
		err = keep_visit(&side->result, &visit);
	else if (!err)
		bench_environment_arm(side->result.environment, (int)arm);
	down = bench_stack_down(&visit.stack);
	return err ? err : down;
}

static bool wants(const struct bench_run *run, unsigned int arm)
{
	return arm == BENCH_RAW || (bench_arm_facts[arm].kind &&
				    !bench_arm_facts[arm].on_sibling && run->arms & 1u << arm);
}

static int repeat(struct work *work, unsigned int rep)
{
	const struct bench_disk_options options = {
		.device = BENCH_NULL_BLK, .latency_ns = BENCH_PAUSE_DISK_NS,
	};
	unsigned int i;
	int err, down;

	bench_progress(BENCH_PAUSE_DEVICE ": repetition %u of %u%s", rep, work->run->nr_reps,
		       rep ? "" : " (warm-up, dropped)");
	err = bench_disk_up(&work->disk, &options);
	if (err)
		return err;
	if (!rep)
		bench_environment_disk(work->run->sides[0].result.environment, &work->disk);
	for (i = 0; i < BENCH_NR_ARMS && !err; i++) {
		unsigned int arm = rep % 2 ? BENCH_NR_ARMS - 1 - i : i;

		if (wants(work->run, arm))
			err = visit_arm(work, (enum bench_arm)arm, rep);
	}
	down = bench_module_unload();
	err = err ? err : down;
	down = bench_disk_down(&work->disk);
	return err ? err : down;
}

static int judge(struct work *work, struct bench_result *result)
{
	unsigned int arm;
	char name[96];
	int err = 0;

	for (arm = 0; arm < BENCH_NR_ARMS && !err; arm++) {
		const struct tally *tally = &work->tallies[arm];
		unsigned int want = bench_arm_facts[arm].kind ? tally->nr_trials : 0;

		if (!tally->nr_trials)
			continue;
		snprintf(name, sizeof(name), BENCH_PAUSE_DEVICE "/%s/attached",
			 bench_arms.names[arm].name);
		err = bench_result_check(result, name, tally->nr_attached == want,
					 "after %u of %u windows the arm's interposer stood, by the "
					 "hook asked for, and had seen I/O; %u expected",
					 tally->nr_attached, tally->nr_trials, want);
		snprintf(name, sizeof(name), BENCH_PAUSE_DEVICE "/%s/detached",
			 bench_arms.names[arm].name);
		if (!err)
			err = bench_result_check(result, name,
						 tally->nr_detached == tally->nr_trials,
						 "after %u of %u windows none stood any more",
						 tally->nr_detached, tally->nr_trials);
	}
	return err;
}

int bench_pause_scenario(struct bench_run *run)
{
	const char *const dm[] = { "modprobe", "dm-mod", NULL };
	struct bench_result *result = &run->sides[0].result;
	struct work work = { .run = run };
	unsigned int rep;
	int err;

	snprintf(result->unit, sizeof(result->unit), "%s", BENCH_PAUSE_UNIT);
	err = sys_run(NULL, 0, dm) ? -ENODEV : bench_module_unload();
	for (rep = 0; rep <= run->nr_reps && !err; rep++)
		err = repeat(&work, rep);
	if (!err)
		err = judge(&work, result);
	return err ? err : bench_result_compare(result);
}
