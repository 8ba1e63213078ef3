// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Profiles and arrivals for the tests of the service model; see made_model.h.
 */
#include "made_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

struct sim_profile made_profile(void)
{
	static const struct sim_quantiles base = { .nr = 2, .p = { 0, 1 }, .ns = { 100, 100 } };
	struct sim_profile profile = { .lanes = 1, .bytes.unit_bytes = 1 };
	int op;

	for (op = 0; op < SIM_OP_COUNT; op++)
		profile.ops[op] =
			(struct sim_op_profile){ .base = base, .base_bytes = MADE_BLOCK_BYTES };
	return profile;
}

void made_shipped(const char *name, struct sim_profile *profile)
{
	char path[256];
	struct sim_error err;

	snprintf(path, sizeof(path), "%s/%s.json", PROFILE_DIR, name);
	if (sim_profile_load(path, profile, &err))
		fail_msg("%s", err.text);
}

uint64_t made_arrival(struct sim_model *model, uint64_t now_ns, enum sim_op op,
		      uint64_t offset_bytes, uint64_t length_bytes)
{
	const struct sim_io io = {
		.op = op, .offset_bytes = offset_bytes, .length_bytes = length_bytes
	};

	return sim_model_arrive(model, now_ns, &io);
}

uint64_t made_read(struct sim_model *model, uint64_t now_ns, uint64_t offset_bytes)
{
	return made_arrival(model, now_ns, SIM_OP_READ, offset_bytes, MADE_BLOCK_BYTES);
}
