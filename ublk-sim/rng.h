/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random numbers that repeat: the same seed gives the same sequence on every machine.
 *
 * SplitMix64, in two uses. As a generator (struct sim_rng) it serves whoever draws one value
 * after another: service times, the choice of a cut. As a mixing function (sim_mix) it
 * answers "what is the number of this seed, block and touch" without any state, so that a
 * decision cannot depend on the order in which threads ask. Not for secrets.
 *
 * Source: G. L. Steele, D. Lea, C. H. Flood, "Fast Splittable Pseudorandom Number Generators",
 * OOPSLA 2014; the multipliers of the finaliser are variant 13 of D. Stafford, "Better Bit
 * Mixing", 2011.
 */
#ifndef UBLK_SIM_RNG_H
#define UBLK_SIM_RNG_H

#include <stdint.h>

/**
 * struct sim_rng - one sequence
 * @state: advances by a constant with each draw
 */
struct sim_rng {
	uint64_t state;
};

/**
 * sim_mix - spread a number over all 64 bits
 * @x: any number
 *
 * Context: pure.
 * Return: a number that looks unrelated to those of @x - 1 and @x + 1; one to one.
 */
uint64_t sim_mix(uint64_t x);

/**
 * sim_mix3 - one number for three
 * @a: for example a seed
 * @b: for example a block number
 * @c: for example how often the block was touched
 *
 * Context: pure.
 * Return: the number of the triple; (a, b, c) and (b, a, c) have different ones.
 */
uint64_t sim_mix3(uint64_t a, uint64_t b, uint64_t c);

/**
 * sim_rng_seed - start a sequence
 * @rng: filled
 * @seed: which one
 *
 * Context: pure.
 */
void sim_rng_seed(struct sim_rng *rng, uint64_t seed);

/**
 * sim_rng_next - the next 64 bits
 * @rng: advances
 *
 * Context: pure; one thread at a time.
 * Return: uniform over all 64-bit numbers.
 */
uint64_t sim_rng_next(struct sim_rng *rng);

/**
 * sim_rng_below - a number below a bound, without bias
 * @rng: advances, once or more
 * @bound: > 0
 *
 * Context: as sim_rng_next().
 * Return: uniform over 0 … @bound - 1.
 * Source: D. Lemire, "Fast Random Integer Generation in an Interval", ACM TOMACS 29, 2019.
 */
uint64_t sim_rng_below(struct sim_rng *rng, uint64_t bound);

/**
 * sim_unit - a fraction from 64 random bits
 * @bits: for example from sim_rng_next()
 *
 * Context: pure.
 * Return: @bits' upper 53 bits as a number of [0, 1), all of them equally far apart.
 */
double sim_unit(uint64_t bits);

#endif
