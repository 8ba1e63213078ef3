// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes the profile parser. What it accepts the model must serve: quantiles stay inside their
 * table, an answer is never due before its question, and no sanitizer complains.
 */
#include "ublk-sim/model.h"

#include <stdio.h>
#include <stdlib.h>

#define DISK_BYTES	(1ULL << 40)
#define NR_IOS		64u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "fuzz_sim_profile: %s\n", what);
	abort();
}

static void quantiles_check(const struct sim_quantiles *quantiles)
{
	uint64_t before_ns = 0;
	uint32_t i;

	for (i = 0; i <= 100; i++) {
		const uint64_t ns = sim_quantiles_at(quantiles, i / 100.0);
		const double share = sim_quantiles_share(quantiles, (double)ns);

		insist(ns >= quantiles->ns[0] && ns <= quantiles->ns[quantiles->nr - 1],
		       "a quantile is outside of its table");
		insist(ns >= before_ns, "quantiles fall");
		insist(share >= 0 && share <= 1, "a share is no share");
		before_ns = ns;
	}
}

static void model_check(const struct sim_profile *profile)
{
	struct sim_model *model = sim_model_create(profile, DISK_BYTES, 1);
	uint64_t now_ns = 0;
	uint32_t i;

	for (i = 0; model && i < NR_IOS; i++) {
		const struct sim_io io = {
			.op = (enum sim_op)(i % SIM_OP_COUNT),
			.offset_bytes = i * 7919ULL * 4096 % DISK_BYTES,
			.length_bytes = i % SIM_OP_COUNT == SIM_OP_FLUSH ? 0 : 512ULL << i % 11,
		};
		const uint64_t due_ns = sim_model_arrive(model, now_ns, &io);

		insist(due_ns >= now_ns, "an answer is due before its question");
		now_ns += i * 1000;
	}
	sim_model_destroy(model);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sim_profile profile;
	struct sim_error err = { "" };
	int op;

	if (sim_profile_parse((const char *)data, size, &profile, &err)) {
		insist(err.text[0] != '\0', "a refusal says nothing");
		return 0;
	}
	for (op = 0; op < SIM_OP_COUNT; op++)
		quantiles_check(&profile.ops[op].base);
	insist(sim_profile_floor_ns(&profile) <= SIM_SERVICE_NS_MAX, "the floor is too high");
	model_check(&profile);
	return 0;
}
