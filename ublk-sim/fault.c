// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Deciding and applying media faults; see fault.h.
 *
 * Each block has a cell of 32 bits: how often it was touched, whether it is bad, whether it was
 * written. A block's cell changes under the lock; the data are worked on after that, from a
 * verdict per block. The number that decides is sim_mix3(seed and rule, block, touch).
 */
#include "fault.h"

#include "rng.h"
#include "store.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define CELL_BAD	(1u << 31)
#define CELL_WRITTEN	(1u << 30)
#define SECTOR_BYTES	512u

/**
 * struct sim_fault - a plan
 * @rules: nr_rules of them, inside the disk
 * @nr_rules: their number
 * @block_bytes: logical block
 * @nr_blocks: of the disk
 * @seed: of all decisions
 * @lock: guards all that follows
 * @cells: a uint32_t for each block
 * @totals: what was decided
 */
struct sim_fault {
	struct sim_fault_rule *rules;
	size_t nr_rules;
	uint32_t block_bytes;
	uint64_t nr_blocks;
	uint64_t seed;
	pthread_mutex_t lock;
	struct sim_store cells;
	struct sim_fault_totals totals;
};

/**
 * struct verdict - what happens to one block in one I/O
 * @kinds: bit for each enum sim_fault_kind
 * @bits: random bits: which bit is flipped, where a misdirected write lands
 */
struct verdict {
	uint32_t kinds;
	uint64_t bits;
};

static uint32_t *cell_of(const struct sim_fault *fault, uint64_t block)
{
	return (uint32_t *)(void *)fault->cells.base + block;
}

static bool rule_names(const struct sim_fault_rule *rule, uint64_t first, uint64_t last)
{
	return rule->lba_first <= last && rule->lba_last >= first;
}

bool sim_fault_watches(const struct sim_fault *fault, uint64_t offset_bytes,
		       uint64_t length_bytes)
{
	const uint64_t first = offset_bytes / fault->block_bytes;
	const uint64_t nr = length_bytes / fault->block_bytes;
	size_t i;

	if (!nr || first >= fault->nr_blocks || nr > fault->nr_blocks - first)
		return false;
	for (i = 0; i < fault->nr_rules; i++)
		if (rule_names(&fault->rules[i], first, first + nr - 1))
			return true;
	return false;
}

/* Does the rule act on this touch? @bits is set to the number that decided. */
static bool rule_acts(const struct sim_fault *fault, size_t index, uint64_t block,
		      uint32_t touch, uint64_t *bits)
{
	const struct sim_fault_rule *rule = &fault->rules[index];

	*bits = sim_mix3(sim_mix3(fault->seed, index, rule->kind), block, touch);
	if (touch < rule->touch_first || touch > rule->touch_last)
		return false;
	return rule->probability >= 1 || sim_unit(*bits) < rule->probability;
}

/*
 * Touch a block: count, and collect what the rules say. Bad is a state and no event: a rule makes
 * a block bad once, a write ends it for good, as a disk maps a bad sector to a spare one.
 */
static struct verdict block_touch_locked(struct sim_fault *fault, uint64_t block,
					 enum sim_fault_ops op)
{
	uint32_t *cell = cell_of(fault, block);
	struct verdict verdict = { 0 };
	bool named = false;
	uint64_t bits;
	size_t i;

	for (i = 0; i < fault->nr_rules && !named; i++)
		named = rule_names(&fault->rules[i], block, block);
	if (!named)
		return verdict;
	if ((*cell & SIM_FAULT_TOUCH_MAX) < SIM_FAULT_TOUCH_MAX)
		(*cell)++;
	if (op == SIM_FAULT_WRITES)
		*cell = (*cell & ~CELL_BAD) | CELL_WRITTEN;
	for (i = 0; i < fault->nr_rules; i++) {
		const struct sim_fault_rule *rule = &fault->rules[i];

		if (!(rule->ops & op) || !rule_names(rule, block, block) ||
		    !rule_acts(fault, i, block, *cell & SIM_FAULT_TOUCH_MAX, &bits))
			continue;
		if (rule->kind == SIM_FAULT_BAD) {
			*cell |= *cell & CELL_WRITTEN ? 0 : CELL_BAD;
			continue;
		}
		verdict.kinds |= 1u << rule->kind;
		verdict.bits ^= bits;
	}
	if (*cell & CELL_BAD)
		verdict.kinds |= 1u << SIM_FAULT_BAD;
	return verdict;
}

/* The sum of mixed decisions does not depend on their order. */
static struct verdict block_decide(struct sim_fault *fault, uint64_t block, enum sim_fault_ops op)
{
	struct verdict verdict;
	int kind;

	pthread_mutex_lock(&fault->lock);
	verdict = block_touch_locked(fault, block, op);
	for (kind = 0; kind < SIM_FAULT_KINDS; kind++)
		fault->totals.nr[kind] += verdict.kinds >> kind & 1;
	if (verdict.kinds)
		fault->totals.hash +=
			sim_mix3(sim_mix(verdict.bits) ^ verdict.kinds, block,
				 *cell_of(fault, block) & SIM_FAULT_TOUCH_MAX);
	pthread_mutex_unlock(&fault->lock);
	return verdict;
}

static bool has(const struct verdict *verdict, enum sim_fault_kind kind)
{
	return verdict->kinds >> kind & 1;
}

/* Invert one bit of a block; mixed once more, for bits below a probability are not even. */
static void bit_flip(const struct sim_fault *fault, unsigned char *block,
		     const struct verdict *verdict)
{
	const uint64_t bit = sim_mix(verdict->bits) % (fault->block_bytes * 8);

	block[bit / 8] ^= (unsigned char)(1u << bit % 8);
}

int sim_fault_read(struct sim_fault *fault, uint64_t offset_bytes, void *data,
		   uint64_t length_bytes, bool *hang)
{
	uint64_t block = offset_bytes / fault->block_bytes;
	uint64_t at;
	int ret = 0;

	*hang = false;
	for (at = 0; at < length_bytes; at += fault->block_bytes, block++) {
		const struct verdict verdict = block_decide(fault, block, SIM_FAULT_READS);

		if (has(&verdict, SIM_FAULT_FLIP))
			bit_flip(fault, (unsigned char *)data + at, &verdict);
		*hang |= has(&verdict, SIM_FAULT_HANG);
		if (has(&verdict, SIM_FAULT_BAD))
			ret = -EIO;
	}
	return ret;
}

/**
 * struct piece - consecutive blocks of a write that are stored alike
 * @media: where to
 * @data: of the whole write
 * @base_bytes: the write's offset
 * @from: start inside the write
 * @to: end inside the write; equal to @from when there is nothing to store
 */
struct piece {
	const struct sim_media *media;
	const unsigned char *data;
	uint64_t base_bytes;
	uint64_t from;
	uint64_t to;
};

static int piece_store(struct piece *piece)
{
	int ret = 0;

	if (piece->to > piece->from)
		ret = piece->media->write(piece->media->context, piece->base_bytes + piece->from,
					  piece->data + piece->from, piece->to - piece->from);
	piece->from = piece->to;
	return ret;
}

/* Another block of the disk: any but @block, all alike. */
static uint64_t wrong_block(const struct sim_fault *fault, uint64_t block,
			    const struct verdict *verdict)
{
	const uint64_t other = sim_mix(~verdict->bits) % (fault->nr_blocks - 1);

	return other + (other >= block);
}

/* A block that goes astray ends the piece before it; the next piece begins behind. */
static int block_astray(const struct sim_fault *fault, struct piece *piece, uint64_t block,
			const struct verdict *verdict)
{
	const unsigned char *data = piece->data + piece->to;
	int ret;

	ret = piece_store(piece);
	piece->to += fault->block_bytes;
	piece->from = piece->to;
	if (ret || has(verdict, SIM_FAULT_LOST) || fault->nr_blocks < 2)
		return ret;
	return piece->media->write(piece->media->context,
				   wrong_block(fault, block, verdict) * fault->block_bytes, data,
				   fault->block_bytes);
}

/* The half of a block that a torn write still stores, whole sectors. */
static uint64_t torn_bytes(const struct sim_fault *fault)
{
	return fault->block_bytes / 2 / SECTOR_BYTES * SECTOR_BYTES;
}

int sim_fault_write(struct sim_fault *fault, uint64_t offset_bytes, void *data,
		    uint64_t length_bytes, const struct sim_media *media, bool *hang)
{
	struct piece piece = { .media = media, .data = data, .base_bytes = offset_bytes };
	uint64_t block = offset_bytes / fault->block_bytes;
	bool torn = false;
	uint64_t at;
	int ret = 0;

	*hang = false;
	for (at = 0; at < length_bytes; at += fault->block_bytes, block++) {
		const struct verdict verdict = block_decide(fault, block, SIM_FAULT_WRITES);

		*hang |= has(&verdict, SIM_FAULT_HANG);
		if (torn || ret)
			continue;
		if (has(&verdict, SIM_FAULT_FLIP))
			bit_flip(fault, (unsigned char *)data + at, &verdict);
		if (has(&verdict, SIM_FAULT_TORN)) {
			torn = true;
			piece.to += torn_bytes(fault);
		} else if (has(&verdict, SIM_FAULT_LOST) || has(&verdict, SIM_FAULT_MISDIRECT)) {
			ret = block_astray(fault, &piece, block, &verdict);
		} else {
			piece.to += fault->block_bytes;
		}
	}
	return ret ? ret : piece_store(&piece);
}

void sim_fault_heal(struct sim_fault *fault, uint64_t offset_bytes, uint64_t length_bytes)
{
	uint64_t block = offset_bytes / fault->block_bytes;
	const uint64_t end = block + length_bytes / fault->block_bytes;
	size_t i;

	if (!sim_fault_watches(fault, offset_bytes, length_bytes))
		return;
	pthread_mutex_lock(&fault->lock);
	for (i = 0; i < fault->nr_rules; i++) {
		const struct sim_fault_rule *rule = &fault->rules[i];
		uint64_t at = block > rule->lba_first ? block : rule->lba_first;

		if (rule->kind != SIM_FAULT_BAD)
			continue;
		for (; at < end && at <= rule->lba_last; at++)
			*cell_of(fault, at) = (*cell_of(fault, at) & ~CELL_BAD) | CELL_WRITTEN;
	}
	pthread_mutex_unlock(&fault->lock);
}

void sim_fault_totals(struct sim_fault *fault, struct sim_fault_totals *totals)
{
	pthread_mutex_lock(&fault->lock);
	*totals = fault->totals;
	pthread_mutex_unlock(&fault->lock);
}

/* Copy the rules and end each inside the disk. */
static int rules_take(struct sim_fault *fault, const struct sim_fault_config *config,
		      struct sim_error *err)
{
	size_t i;

	for (i = 0; i < config->nr_rules; i++) {
		struct sim_fault_rule *rule = &fault->rules[i];

		*rule = config->rules[i];
		if (rule->lba_last == UINT64_MAX)
			rule->lba_last = fault->nr_blocks - 1;
		if (rule->lba_last >= fault->nr_blocks || rule->lba_first > rule->lba_last)
			return sim_error_set(err, -EINVAL,
					     "fault rule %zu (%s) names block %" PRIu64 ", and the disk's last one is %" PRIu64 "; give lower numbers",
					     i + 1, sim_fault_kind_name(rule->kind),
					     rule->lba_first > rule->lba_last ? rule->lba_first :
										rule->lba_last,
					     fault->nr_blocks - 1);
	}
	return 0;
}

int sim_fault_create(const struct sim_fault_config *config, struct sim_fault **created,
		     struct sim_error *err)
{
	struct sim_fault *fault;
	int ret;

	if (config->nr_rules > SIM_FAULT_RULES_MAX)
		return sim_error_set(err, -EINVAL, "%zu fault rules are too many; give at most %u",
				     config->nr_rules, SIM_FAULT_RULES_MAX);
	fault = calloc(1, sizeof(*fault));
	if (fault)
		fault->rules = calloc(config->nr_rules + 1, sizeof(*fault->rules));
	if (!fault || !fault->rules) {
		free(fault);
		return sim_error_set(err, -ENOMEM,
				     "there is no memory for fault rules; close programs");
	}
	fault->nr_rules = config->nr_rules;
	fault->block_bytes = config->block_bytes;
	fault->nr_blocks = config->size_bytes / config->block_bytes;
	fault->seed = config->seed;
	pthread_mutex_init(&fault->lock, NULL);
	ret = rules_take(fault, config, err);
	if (ret)
		goto err_destroy;
	ret = sim_store_init(&fault->cells, fault->nr_blocks * sizeof(uint32_t));
	if (ret) {
		sim_error_set(err, ret,
			      "the touch counts of %" PRIu64 " blocks cannot be reserved: %s; give a smaller size (-s) or larger blocks (-b)",
			      fault->nr_blocks, strerror(-ret));
		goto err_destroy;
	}
	*created = fault;
	return 0;

err_destroy:
	sim_fault_destroy(fault);
	return ret;
}

void sim_fault_destroy(struct sim_fault *fault)
{
	if (!fault)
		return;
	sim_store_uninit(&fault->cells);
	pthread_mutex_destroy(&fault->lock);
	free(fault->rules);
	free(fault);
}
