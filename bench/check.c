// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checks: counts of every layer against the I/Os issued.
 *
 * stack counts -> this -> result. A layer that belongs to an arm must have counted every I/O
 * exactly once, any other layer none. It reads nothing itself.
 */
#include "check.h"

#include <inttypes.h>
#include <stdio.h>

#include "result.h"

void bench_proof_add(struct bench_proof *proof, const struct bench_counts *before,
		     const struct bench_counts *after)
{
	struct bench_counts *sum = &proof->counted;
	int i;

	sum->hook_seen += after->hook_seen - before->hook_seen;
	sum->hook_done += after->hook_done - before->hook_done;
	for (i = 0; i < BENCH_MAX_DM; i++)
		sum->dm[i] += after->dm[i] - before->dm[i];
	sum->origin += after->origin - before->origin;
	sum->server += after->server - before->server;
	if (after->interposers > sum->interposers)
		sum->interposers = after->interposers;
	proof->visits++;
}

/**
 * struct expectation - what an arm's layers must have counted
 * @interposers: attached in the whole system
 * @hook: every I/O is seen by the interposer; otherwise none is
 * @acceptor: every I/O comes back from the acceptor; otherwise none does
 * @nr_dm: device-mapper devices, each of which sees every I/O
 */
struct expectation {
	uint64_t interposers;
	bool hook;
	bool acceptor;
	int nr_dm;
};

static const struct expectation expected[BENCH_NR_ARMS] = {
	[BENCH_RAW] = { 0, false, false, 0 },
	[BENCH_DM_LINEAR] = { 0, false, false, 1 },
	[BENCH_DM_LINEAR_2] = { 0, false, false, 2 },
	[BENCH_IDLE] = { 1, false, false, 0 },
	[BENCH_PASS] = { 1, true, false, 0 },
	[BENCH_REMAP] = { 1, true, true, 1 },
};

static void name_check(const struct bench_proof *proof, const char *what, char *name, size_t size)
{
	snprintf(name, size, "%s/%s/%s", bench_devices.names[proof->device].name,
		 bench_arms.names[proof->arm].name, what);
}

static int judge_count(const struct bench_proof *proof, struct bench_result *result,
		       const char *what, bool all, uint64_t counted)
{
	uint64_t want = all ? proof->issued : 0;
	char name[96];

	name_check(proof, what, name, sizeof(name));
	return bench_result_check(result, name, counted == want,
				  "%" PRIu64 " I/Os issued, %" PRIu64 " counted, %" PRIu64
				  " expected", proof->issued, counted, want);
}

static int judge_interposers(const struct bench_proof *proof, struct bench_result *result)
{
	const struct expectation *want = &expected[proof->arm];
	char name[96];

	name_check(proof, "interposers", name, sizeof(name));
	return bench_result_check(result, name, proof->counted.interposers == want->interposers,
				  "%" PRIu64 " attached in the system, %" PRIu64 " expected%s",
				  proof->counted.interposers, want->interposers,
				  bench_arm_needs_module(proof->arm) ? "" : "; module not loaded");
}

static int judge_layers(const struct bench_proof *proof, struct bench_result *result)
{
	static const char *const dm_checks[BENCH_MAX_DM] = { "dm-lower-count", "dm-upper-count" };
	const struct expectation *want = &expected[proof->arm];
	const struct bench_counts *got = &proof->counted;
	char name[96];
	int err, i;

	err = judge_interposers(proof, result);
	if (!err)
		err = judge_count(proof, result, "hook-seen", want->hook, got->hook_seen);
	if (!err)
		err = judge_count(proof, result, "hook-returned", want->acceptor, got->hook_done);
	for (i = 0; i < BENCH_MAX_DM && !err; i++)
		err = judge_count(proof, result, dm_checks[i], i < want->nr_dm, got->dm[i]);
	if (!err && proof->has_stat)
		err = judge_count(proof, result, "origin-count", true, got->origin);
	if (!err && proof->has_server)
		err = judge_count(proof, result, "server-count", true, got->server);
	if (!err && !proof->has_stat) {
		name_check(proof, "origin-count", name, sizeof(name));
		err = bench_result_check(result, name, true,
					 "not applicable: the driver keeps no I/O statistics");
	}
	return err;
}

int bench_proof_judge(const struct bench_proof *proof, struct bench_result *result)
{
	double other_pct = 100;
	char name[96];
	int err;

	err = judge_layers(proof, result);
	if (err)
		return err;
	name_check(proof, "no-worker", name, sizeof(name));
	err = bench_result_check(result, name, proof->workers == 0,
				 "%" PRIu64 " io_uring worker threads appeared", proof->workers);
	if (err)
		return err;
	if (proof->elapsed_ns)
		other_pct = 100.0 * (double)proof->other_ns / (double)proof->elapsed_ns;
	name_check(proof, "no-other-load", name, sizeof(name));
	return bench_result_check(result, name, other_pct <= BENCH_OTHER_LOAD_LIMIT_PCT,
				  "other tasks had %.3f %% of the processor, at most %.1f %% is "
				  "allowed; most of it: %s", other_pct, BENCH_OTHER_LOAD_LIMIT_PCT,
				  proof->busiest[0] ? proof->busiest : "nobody");
}
