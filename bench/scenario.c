// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The scenario remap-overhead.
 *
 * options -> this -> devices, stack, load -> result. The order is the point: a repetition
 * makes the disk anew and visits every arm once, the next one visits them in the opposite
 * order (A B C, C B A), so that a drift hits all arms alike; the first repetition is dropped.
 * It computes nothing: that is stat.c.
 */
#include "scenario.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arms.h"
#include "check.h"
#include "devices.h"
#include "environment.h"
#include "load.h"
#include "module.h"
#include "quiet.h"
#include "stack.h"
#include "sys.h"
#include "verify.h"

/**
 * struct device_work - what measuring one device needs
 * @run: the run
 * @device: which
 * @profile: of BENCH_UBLK_PROFILE: its name, else NULL
 * @samples: room for one repetition of a cell
 * @proofs: of every side and arm
 */
struct device_work {
	struct bench_run *run;
	enum bench_device device;
	const char *profile;
	double *samples;
	struct bench_proof proofs[BENCH_MAX_SIDES][BENCH_NR_ARMS];
};

static bool wanted(unsigned int mask, unsigned int bit)
{
	return mask & (1u << bit);
}

/*
 * Unless arms are chosen, those whose cost differs by the kind of disk are left to null_blk: the
 * ublk disks would only repeat them, at three times the run time.
 */
bool bench_run_wants_arm(const struct bench_run *run, enum bench_device device, enum bench_arm arm)
{
	static const unsigned int everywhere =
		1u << BENCH_RAW | 1u << BENCH_DM_LINEAR | 1u << BENCH_DM_LINEAR_2 |
		1u << BENCH_IDLE | 1u << BENCH_PASS | 1u << BENCH_REMAP;

	if (!wanted(run->arms, arm) || !bench_arm_applies(arm, device))
		return false;
	return run->arms_chosen || device == BENCH_NULL_BLK || wanted(everywhere, arm);
}

/*
 * Unless loads are chosen, the deepest is left out, the split one where nothing is split, and those
 * that exist to be compared with other people's loaders.
 */
bool bench_run_wants_load(const struct bench_run *run, enum bench_device device,
			  enum bench_load load)
{
	if (!wanted(run->loads, load))
		return false;
	if (run->loads_chosen)
		return true;
	return load != BENCH_RANDREAD_QD128 && bench_load_engine(load) != BENCH_ENGINE_SIMPLE &&
	       (load != BENCH_RANDREAD_128K_QD1 || device == BENCH_NULL_BLK);
}

static int keep_samples(struct device_work *work, struct bench_side *side,
			const struct bench_stack *stack, enum bench_load load)
{
	struct bench_cell *cell;
	struct bench_key key;

	memset(&key, 0, sizeof(key));
	snprintf(key.device, sizeof(key.device), "%s", stack->disk->label);
	snprintf(key.load, sizeof(key.load), "%s", bench_loads.names[load].name);
	snprintf(key.arm, sizeof(key.arm), "%s", bench_arms.names[stack->arm].name);
	cell = bench_result_find(&side->result, key.device, key.load, key.arm);
	if (!cell)
		cell = bench_result_add_cell(&side->result, &key, bench_load_window(load));
	if (!cell)
		return -ENOMEM;
	return bench_cell_add_rep(cell, work->samples,
				  work->run->nr_ios / bench_load_window(load));
}

static int run_loads(struct device_work *work, unsigned int s, const struct bench_stack *stack,
		     bool keep)
{
	struct bench_run *run = work->run;
	struct bench_load_spec spec = {
		.clock = &run->clock, .target = stack->target, .seed = run->seed,
		.extent_bytes = stack->disk->origin_bytes,
		.nr_warmup = run->nr_warmup, .nr_ios = run->nr_ios,
	};
	struct bench_proof *proof = &work->proofs[s][stack->arm];
	unsigned int load, workers;
	int err = 0;

	for (load = 0; load < BENCH_NR_LOADS && !err; load++) {
		if (!bench_run_wants_load(run, work->device, (enum bench_load)load))
			continue;
		spec.load = (enum bench_load)load;
		err = bench_load_run(&spec, work->samples, &workers);
		proof->workers += workers;
		proof->issued += run->nr_warmup + run->nr_ios;
		if (bench_load_io_bytes(spec.load) > BENCH_BLOCK_BYTES)
			proof->large += run->nr_warmup + run->nr_ios;
		proof->requests += (run->nr_warmup + run->nr_ios) *
				   bench_disk_requests(stack->disk, spec.load);
		if (!err && keep)
			err = keep_samples(work, &run->sides[s], stack, spec.load);
	}
	return err;
}

/* One visit: counts and run times of all tasks before and after the loads. */
static int visit(struct device_work *work, unsigned int s, const struct bench_stack *stack,
		 bool keep)
{
	struct bench_proof *proof = &work->proofs[s][stack->arm];
	struct bench_quiet quiet_before, quiet_after = { 0 };
	struct bench_counts before, after;
	int err;

	snprintf(proof->device, sizeof(proof->device), "%s", stack->disk->label);
	proof->arm = stack->arm;
	proof->has_stat = stack->disk->has_stat;
	proof->has_server = stack->disk->ublk_sim;
	err = bench_stack_count(stack, &before);
	if (err)
		return err;
	err = bench_quiet_take(&quiet_before);
	if (!err)
		err = run_loads(work, s, stack, keep);
	if (!err)
		err = bench_quiet_take(&quiet_after);
	if (!err) {
		proof->other_ns += bench_quiet_between(&quiet_before, &quiet_after,
						       stack->disk->server_pid, proof->busiest,
						       sizeof(proof->busiest));
		proof->elapsed_ns += quiet_after.at_ns - quiet_before.at_ns;
		err = bench_stack_count(stack, &after);
	}
	if (!err)
		bench_proof_add(proof, &before, &after);
	bench_quiet_free(&quiet_before);
	bench_quiet_free(&quiet_after);
	return err;
}

static int visit_arm(struct device_work *work, unsigned int s, const struct bench_disk *disk,
		     enum bench_arm arm, unsigned int rep)
{
	struct bench_run *run = work->run;
	struct bench_stack stack;
	int err, down;

	err = bench_signal() ? -EINTR : 0;
	if (!err)
		err = bench_stack_up(&stack, arm, disk, run->sides[s].module);
	if (err)
		return err;
	err = visit(work, s, &stack, rep > 0);
	if (!err && rep == 0)
		bench_environment_arm(run->sides[s].result.environment, (int)arm);
	down = bench_stack_down(&stack);
	return err ? err : down;
}

static int make_disk(const struct device_work *work, unsigned int s, bool for_data,
		     struct bench_disk *disk)
{
	struct bench_disk_options options = {
		.device = work->device, .memory_backed = for_data,
		.ublk_sim = work->run->sides[s].ublk_sim, .profile = work->profile,
	};
	int err;

	err = bench_disk_up(disk, &options);
	if (!err && disk->keeps_data) {
		err = bench_prefill(disk);
		if (err)
			bench_disk_down(disk);
	}
	return err;
}

/* One disk for the arms of @arms, visited in the order of @rep. */
static int visit_arms(struct device_work *work, unsigned int s, unsigned int arms, unsigned int rep)
{
	struct bench_side *side = &work->run->sides[s];
	struct bench_disk disk;
	unsigned int i;
	int err, down;

	err = make_disk(work, s, false, &disk);
	if (err)
		return err;
	if (rep == 0)
		bench_environment_disk(side->result.environment, &disk);
	for (i = 0; i < BENCH_NR_ARMS && !err; i++) {
		unsigned int arm = rep % 2 ? BENCH_NR_ARMS - 1 - i : i;

		if (wanted(arms, arm))
			err = visit_arm(work, s, &disk, (enum bench_arm)arm, rep);
	}
	/* The next disk, and the other side, start without our module. */
	down = bench_module_unload();
	err = err ? err : down;
	down = bench_disk_down(&disk);
	return err ? err : down;
}

/*
 * A disk that draws its service times is made anew for every arm: from the same seed each arm
 * meets the same times, and what differs between arms is the arm.
 */
static int repeat(struct device_work *work, unsigned int s, unsigned int rep)
{
	unsigned int i, arms = 0;
	int err = 0;

	for (i = 0; i < BENCH_NR_ARMS; i++)
		if (bench_run_wants_arm(work->run, work->device, (enum bench_arm)i))
			arms |= 1u << i;
	if (!work->profile)
		return visit_arms(work, s, arms, rep);
	for (i = 0; i < BENCH_NR_ARMS && !err; i++) {
		unsigned int arm = rep % 2 ? BENCH_NR_ARMS - 1 - i : i;

		if (wanted(arms, arm))
			err = visit_arms(work, s, 1u << arm, rep);
	}
	return err;
}

/*
 * null_blk is measured without data; its data path is checked on a twin that differs in
 * memory_backed.
 */
static int verify_arms(struct device_work *work, unsigned int s)
{
	struct bench_run *run = work->run;
	struct bench_result *result = &run->sides[s].result;
	struct bench_disk disk;
	struct bench_stack stack;
	unsigned int arm;
	int err, down;

	err = make_disk(work, s, true, &disk);
	if (err)
		return err;
	for (arm = 0; arm < BENCH_NR_ARMS && !err; arm++) {
		if (!bench_run_wants_arm(run, work->device, (enum bench_arm)arm))
			continue;
		if (!disk.keeps_data) {
			err = bench_verify_none(&disk, (enum bench_arm)arm, result);
			continue;
		}
		err = bench_stack_up(&stack, (enum bench_arm)arm, &disk, run->sides[s].module);
		if (err)
			break;
		err = bench_verify(&stack, run->seed + arm, result);
		down = bench_stack_down(&stack);
		err = err ? err : down;
	}
	down = bench_module_unload();
	err = err ? err : down;
	down = bench_disk_down(&disk);
	return err ? err : down;
}

static int judge(struct device_work *work)
{
	struct bench_run *run = work->run;
	unsigned int s, arm;
	int err = 0;

	for (s = 0; s < run->nr_sides && !err; s++)
		for (arm = 0; arm < BENCH_NR_ARMS && !err; arm++)
			if (bench_run_wants_arm(run, work->device, (enum bench_arm)arm))
				err = bench_proof_judge(&work->proofs[s][arm],
							&run->sides[s].result);
	return err;
}

static int measure_device(struct device_work *work)
{
	struct bench_run *run = work->run;
	const char *name = work->profile ? work->profile : bench_devices.names[work->device].name;
	unsigned int rep, i;
	int err = 0;

	memset(work->proofs, 0, sizeof(work->proofs));
	for (i = 0; i < run->nr_sides && !err; i++) {
		bench_progress("%s: checking data through every arm%s", name, run->sides[i].label);
		err = verify_arms(work, i);
	}
	for (rep = 0; rep <= run->nr_reps && !err; rep++) {
		for (i = 0; i < run->nr_sides && !err; i++) {
			unsigned int s = rep % 2 ? run->nr_sides - 1 - i : i;

			bench_progress("%s: repetition %u of %u%s%s", name, rep, run->nr_reps,
				       rep ? "" : " (warm-up, dropped)", run->sides[s].label);
			err = repeat(work, s, rep);
		}
	}
	return err ? err : judge(work);
}

int bench_scenario_run(struct bench_run *run)
{
	const char *const dm[] = { "modprobe", "dm-mod", NULL };
	struct device_work *work;
	unsigned int device, s, i;
	int err;

	work = calloc(1, sizeof(*work));
	if (!work)
		return -ENOMEM;
	work->run = run;
	work->samples = calloc(run->nr_ios / BENCH_WINDOW, sizeof(*work->samples));
	err = work->samples ? 0 : -ENOMEM;
	if (!err && sys_run(NULL, 0, dm))
		err = -ENODEV;
	if (!err)
		err = bench_module_unload();
	for (device = 0; device < BENCH_NR_DEVICES && !err; device++) {
		if (!wanted(run->devices.mask, device) || device == BENCH_UBLK_PROFILE)
			continue;
		work->device = (enum bench_device)device;
		err = measure_device(work);
	}
	work->device = BENCH_UBLK_PROFILE;
	for (i = 0; i < run->devices.nr_profiles && !err; i++) {
		work->profile = run->devices.profiles[i];
		err = measure_device(work);
	}
	for (s = 0; s < run->nr_sides && !err; s++)
		err = bench_result_compare(&run->sides[s].result);
	free(work->samples);
	free(work);
	return err;
}
