// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SplitMix64; see rng.h. Used by model.c (draws), fault.c (decisions) and cache.c (cuts).
 */
#include "rng.h"

/* 2^64 divided by the golden ratio, made odd: the distance of two states. Source: as rng.h. */
#define GOLDEN_GAMMA	0x9e3779b97f4a7c15ULL

uint64_t sim_mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

uint64_t sim_mix3(uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t sum = sim_mix(a + GOLDEN_GAMMA);

	sum = sim_mix((sum ^ b) + GOLDEN_GAMMA);
	return sim_mix((sum ^ c) + GOLDEN_GAMMA);
}

void sim_rng_seed(struct sim_rng *rng, uint64_t seed)
{
	rng->state = seed;
}

uint64_t sim_rng_next(struct sim_rng *rng)
{
	rng->state += GOLDEN_GAMMA;
	return sim_mix(rng->state);
}

uint64_t sim_rng_below(struct sim_rng *rng, uint64_t bound)
{
	unsigned __int128 product = (unsigned __int128)sim_rng_next(rng) * bound;
	uint64_t threshold;

	/* The upper half is the answer; a lower half below 2^64 mod bound would count twice. */
	if ((uint64_t)product < bound) {
		threshold = -bound % bound;
		while ((uint64_t)product < threshold)
			product = (unsigned __int128)sim_rng_next(rng) * bound;
	}
	return (uint64_t)(product >> 64);
}

double sim_unit(uint64_t bits)
{
	return (double)(bits >> 11) * 0x1p-53;
}
