// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The power fails: which writes of the cache reached the medium; see cache.h and
 * docs/ublk-crash.md.
 *
 * Survivors are stored in order of arrival. That loses no generality: of one block the medium
 * holds one version, and any choice of versions is a choice of survivors.
 */
#include "cache_entry.h"

#include <errno.h>
#include <string.h>

/**
 * struct cut_choice - what one cut keeps
 * @policy: which rule
 * @rng: its draws
 * @prefix: PREFIX and TORN: writes kept whole
 */
struct cut_choice {
	enum sim_cut_policy policy;
	struct sim_rng rng;
	uint64_t prefix;
};

/* How much of an entry survives. */
enum cut_fate {
	FATE_DROP,
	FATE_KEEP,
	FATE_TEAR,
};

static void choice_init(struct cut_choice *choice, enum sim_cut_policy policy, uint64_t seed,
			uint64_t nr_pending)
{
	choice->policy = policy;
	sim_rng_seed(&choice->rng, seed);
	choice->prefix = 0;
	if (policy == SIM_CUT_PREFIX)
		choice->prefix = sim_rng_below(&choice->rng, nr_pending + 1);
	else if (policy == SIM_CUT_TORN && nr_pending)
		choice->prefix = sim_rng_below(&choice->rng, nr_pending);
}

static enum cut_fate choice_fate(struct cut_choice *choice, uint64_t index)
{
	switch (choice->policy) {
	case SIM_CUT_NONE:
		return FATE_KEEP;
	case SIM_CUT_RANDOM:
		return sim_rng_next(&choice->rng) >> 63 ? FATE_KEEP : FATE_DROP;
	case SIM_CUT_PREFIX:
		return index < choice->prefix ? FATE_KEEP : FATE_DROP;
	case SIM_CUT_TORN:
		if (index == choice->prefix)
			return FATE_TEAR;
		return index < choice->prefix ? FATE_KEEP : FATE_DROP;
	default:
		return FATE_DROP;
	}
}

static int part_store(struct sim_cache *cache, const struct cache_entry *entry, uint64_t from,
		      uint64_t to)
{
	return cache->media.write(cache->media.context, entry->offset_bytes + from,
				  entry->data + from, to - from);
}

/* The end of the atomic unit at @at bytes into the entry; units are aligned on the disk. */
static uint64_t unit_end(const struct sim_cache *cache, const struct cache_entry *entry,
			 uint64_t at)
{
	const uint64_t unit_bytes = cache->config.atomic_bytes;
	const uint64_t end = ((entry->offset_bytes + at) / unit_bytes + 1) * unit_bytes -
			     entry->offset_bytes;

	return end < entry->length_bytes ? end : entry->length_bytes;
}

static uint64_t units_count(const struct sim_cache *cache, const struct cache_entry *entry)
{
	const uint64_t unit_bytes = cache->config.atomic_bytes;
	const uint64_t last = entry->offset_bytes + entry->length_bytes - 1;

	return last / unit_bytes - entry->offset_bytes / unit_bytes + 1;
}

/*
 * Some units of an entry, at least one and not all: one is kept for certain and another dropped,
 * the rest by the toss of a coin. A single unit cannot be torn and is dropped.
 */
static int entry_tear(struct sim_cache *cache, struct cut_choice *choice,
		      const struct cache_entry *entry, struct sim_cut *cut)
{
	const uint64_t nr_units = units_count(cache, entry);
	uint64_t kept;
	uint64_t dropped;
	uint64_t from = 0;
	uint64_t unit;
	int ret = 0;

	if (nr_units < 2) {
		cut->nr_dropped++;
		return 0;
	}
	kept = sim_rng_below(&choice->rng, nr_units);
	dropped = sim_rng_below(&choice->rng, nr_units - 1);
	dropped += dropped >= kept;
	for (unit = 0; unit < nr_units && !ret; unit++) {
		const uint64_t to = unit_end(cache, entry, from);
		const bool heads = sim_rng_next(&choice->rng) >> 63;

		if (unit == kept || (heads && unit != dropped)) {
			cut->hash = sim_mix3(cut->hash, entry->offset_bytes, unit);
			ret = part_store(cache, entry, from, to);
		}
		from = to;
	}
	cut->nr_torn++;
	return ret;
}

static int entry_decide(struct sim_cache *cache, struct cut_choice *choice,
			const struct cache_entry *entry, struct sim_cut *cut)
{
	const uint64_t index = cut->nr_pending++;

	switch (choice_fate(choice, index)) {
	case FATE_KEEP:
		cut->nr_kept++;
		cut->hash = sim_mix3(cut->hash, index, entry->offset_bytes);
		return part_store(cache, entry, 0, entry->length_bytes);
	case FATE_TEAR:
		return entry_tear(cache, choice, entry, cut);
	default:
		cut->nr_dropped++;
		return 0;
	}
}

int sim_cache_cut(struct sim_cache *cache, enum sim_cut_policy policy, uint64_t seed,
		  struct sim_cut *cut)
{
	struct cut_choice choice;
	struct cache_entry *entry;
	int ret = 0;
	int failed;

	memset(cut, 0, sizeof(*cut));
	pthread_rwlock_wrlock(&cache->lock);
	choice_init(&choice, policy, seed, cache->nr_entries);
	while ((entry = TAILQ_FIRST(&cache->entries))) {
		failed = entry_decide(cache, &choice, entry, cut);
		ret = ret ? ret : failed;
		cache_entry_remove_locked(cache, entry);
	}
	pthread_rwlock_unlock(&cache->lock);
	return ret;
}

int sim_cut_policy_find(const char *name)
{
	static const char *const names[SIM_CUT_POLICIES] = {
		"none", "all", "random", "prefix", "torn",
	};
	int policy;

	for (policy = 0; policy < SIM_CUT_POLICIES; policy++)
		if (!strcmp(name, names[policy]))
			return policy;
	return -EINVAL;
}
