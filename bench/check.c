// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checks: counts of every layer against the I/Os issued.
 *
 * stack counts -> this -> result. A layer that belongs to an arm must have counted every I/O
 * exactly once, any other layer none. It reads nothing itself.
 */
#include "check.h"

#include <inttypes.h>
#include <linux/blki.h>
#include <stdio.h>

#include "arms.h"
#include "result.h"

#define NR_OF(array) (sizeof(array) / sizeof((array)[0]))

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
	sum->acceptor += after->acceptor - before->acceptor;
	sum->alias += after->alias - before->alias;
	sum->server += after->server - before->server;
	sum->kind = after->kind;
	sum->hook = after->hook;
	if (after->interposers > sum->interposers)
		sum->interposers = after->interposers;
	proof->visits++;
}

static void name_check(const struct bench_proof *proof, const char *what, char *name, size_t size)
{
	snprintf(name, size, "%s/%s/%s", proof->device,
		 bench_arms.names[proof->arm].name, what);
}

/* A layer that saw all has counted @all, any other nothing. */
static int judge_count(const struct bench_proof *proof, struct bench_result *result,
		       const char *what, uint64_t all, uint64_t counted)
{
	char name[96];

	name_check(proof, what, name, sizeof(name));
	return bench_result_check(result, name, counted == all,
				  "%" PRIu64 " I/Os issued, %" PRIu64 " counted, %" PRIu64
				  " expected", proof->issued, counted, all);
}

static int judge_interposers(const struct bench_proof *proof, struct bench_result *result)
{
	uint64_t want = bench_arm_facts[proof->arm].kind ? 1 : 0;
	char name[96];

	name_check(proof, "interposers", name, sizeof(name));
	return bench_result_check(result, name, proof->counted.interposers == want,
				  "%" PRIu64 " attached in the system, %" PRIu64 " expected%s",
				  proof->counted.interposers, want,
				  bench_arm_needs_module(proof->arm) ? "" :
								       "; module not loaded");
}

/* The module itself says by which hook an interposer stands; an arm that names one must have it. */
static int judge_hook(const struct bench_proof *proof, struct bench_result *result)
{
	static const char *const hooks[] = { "default", "list", "wrap", "fast", "ftrace" };
	static const char *const kinds[] = { "nothing", "filter", "remap", "native" };
	const struct bench_arm_facts *facts = &bench_arm_facts[proof->arm];
	unsigned int kind = proof->counted.kind, hook = proof->counted.hook;
	bool ok = kind == facts->kind && (!facts->hook || hook == facts->hook);
	char name[96];

	name_check(proof, "hook", name, sizeof(name));
	return bench_result_check(result, name, ok, "attached: %s by hook %s; asked for: %s by %s",
				  kind < NR_OF(kinds) ? kinds[kind] : "unknown",
				  hook < NR_OF(hooks) ? hooks[hook] : "unknown",
				  kinds[facts->kind], hooks[facts->hook]);
}

static int judge_driver(const struct bench_proof *proof, struct bench_result *result)
{
	bool leaves = bench_arm_leaves_origin(proof->arm);
	char name[96];
	int err = 0;

	if (!proof->has_stat) {
		name_check(proof, "origin-count", name, sizeof(name));
		return bench_result_check(result, name, true, "not applicable: the driver keeps no "
					  "I/O statistics");
	}
	err = judge_count(proof, result, "origin-count", leaves ? 0 : proof->requests,
			  proof->counted.origin);
	if (!err && leaves)
		err = judge_count(proof, result, "acceptor-count", proof->requests,
				  proof->counted.acceptor);
	if (!err && proof->has_server)
		err = judge_count(proof, result, "server-count", proof->requests,
				  proof->counted.server);
	return err;
}

/*
 * An acceptor gives every I/O back. The driver at the end of a native remap does not; only an I/O
 * that it might split is followed.
 */
static uint64_t nr_returned(const struct bench_proof *proof)
{
	switch (bench_arm_facts[proof->arm].kind) {
	case BLKI_KIND_REMAP:
		return proof->issued;
	case BLKI_KIND_NATIVE:
		return proof->large;
	}
	return 0;
}

static int judge_layers(const struct bench_proof *proof, struct bench_result *result)
{
	static const char *const dm_checks[BENCH_MAX_DM] = { "dm-lower-count", "dm-upper-count" };
	const struct bench_arm_facts *facts = &bench_arm_facts[proof->arm];
	const struct bench_counts *got = &proof->counted;
	bool hooked = facts->kind && !facts->on_sibling;
	unsigned int i;
	int err;

	err = judge_interposers(proof, result);
	if (!err && facts->kind)
		err = judge_hook(proof, result);
	if (!err)
		err = judge_count(proof, result, "hook-seen", hooked ? proof->issued : 0,
				  got->hook_seen);
	if (!err)
		err = judge_count(proof, result, "hook-returned", nr_returned(proof),
				  got->hook_done);
	for (i = 0; i < BENCH_MAX_DM && !err; i++)
		err = judge_count(proof, result, dm_checks[i], i < facts->nr_dm ? proof->issued : 0,
				  got->dm[i]);
	if (!err && facts->acceptor == BENCH_ACCEPTOR_DM_ALIAS)
		err = judge_count(proof, result, "alias-count", proof->issued, got->alias);
	return err ? err : judge_driver(proof, result);
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
