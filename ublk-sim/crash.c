// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counting and building crash states; see crash.h for what they are.
 *
 * States are numbered by prefix. Those with the prefix i are, in this order: the prefix itself,
 * the torn ones, then for each last write m > i + 1 … the reorders that end in m, and the drop that
 * ends in m. Write i is the one that is missing; it must not be FUA, and neither may any write
 * between i and m that is missing. So of a reorder that ends in m all FUA writes between are
 * given and the others chosen: a sum of binomials, which is how a number becomes a state again
 * without a list of all.
 */
#include "record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Writes of a record: a run of minutes; keeps a binomial with k = 3 inside 64 bits. */
#define CRASH_WRITES_MAX	(1u << 20)

/**
 * struct crash_counts - states that share a prefix
 * @by_kind: their numbers
 * @first: number of the first of them, of all states
 */
struct crash_counts {
	uint64_t by_kind[SIM_CRASH_KINDS];
	uint64_t first;
};

/**
 * struct sim_crash - the states of a record
 * @record: not owned
 * @bounds: which ones
 * @counts: one for each prefix, from 0 to all writes
 * @total: by kind
 * @sum: of @total
 */
struct sim_crash {
	const struct sim_record *record;
	struct sim_crash_bounds bounds;
	struct crash_counts *counts;
	uint64_t total[SIM_CRASH_KINDS];
	uint64_t sum;
};

/**
 * struct reorder_room - the choice of a reorder that ends in a given write
 * @nr_given: FUA writes between, which must be in it
 * @nr_free: the others between
 * @nr_pick_max: how many of those may be taken at most
 * @possible: the bound has room for the last write and the given ones
 */
struct reorder_room {
	uint64_t nr_given;
	uint64_t nr_free;
	uint64_t nr_pick_max;
	bool possible;
};

/* C(n, k) for k < SIM_CRASH_REORDER_MAX and n <= CRASH_WRITES_MAX: below 2^60. */
static uint64_t binomial(uint64_t n, uint64_t k)
{
	uint64_t value = 1;
	uint64_t i;

	if (k > n)
		return 0;
	for (i = 1; i <= k; i++)
		value = value * (n - k + i) / i;
	return value;
}

static bool is_fua(const struct sim_crash *crash, uint64_t index)
{
	return crash->record->writes[index].fua && !crash->bounds.lying;
}

/* The first write behind the epoch of write @index. */
static uint64_t epoch_end(const struct sim_crash *crash, uint64_t index)
{
	const struct sim_record *record = crash->record;
	uint64_t end = index + 1;

	if (crash->bounds.lying)
		return record->nr_writes;
	while (end < record->nr_writes &&
	       record->writes[end].epoch == record->writes[index].epoch)
		end++;
	return end;
}

static uint64_t nr_units(const struct sim_crash *crash, uint64_t index)
{
	const struct record_write *write = &crash->record->writes[index];
	const uint64_t unit_bytes = crash->bounds.atomic_bytes;

	/* A discard is a change of the map and not torn. */
	if (!write->data)
		return 1;
	return (write->offset_bytes + write->length_bytes - 1) / unit_bytes -
	       write->offset_bytes / unit_bytes + 1;
}

static struct reorder_room room_of(const struct sim_crash *crash, uint64_t prefix, uint64_t last,
				   uint64_t nr_given)
{
	struct reorder_room room = {
		.nr_given = nr_given,
		.nr_free = last - prefix - 1 - nr_given,
		.possible = nr_given + 1 <= crash->bounds.reorder,
	};

	if (room.possible)
		room.nr_pick_max = crash->bounds.reorder - 1 - nr_given;
	return room;
}

static uint64_t reorders(const struct reorder_room *room)
{
	uint64_t sum = 0;
	uint64_t pick;

	for (pick = 0; room->possible && pick <= room->nr_pick_max; pick++)
		sum += binomial(room->nr_free, pick);
	return sum;
}

/* A gap of one write with everything behind it, unless that is a reorder already. */
static uint64_t drops(const struct sim_crash *crash, uint64_t prefix, uint64_t last)
{
	return crash->bounds.drops && last - prefix > crash->bounds.reorder;
}

/* False when the states of one prefix exceed 64 bits. */
static bool prefix_count(const struct sim_crash *crash, uint64_t prefix,
			 struct crash_counts *counts)
{
	uint64_t nr_given = 0;
	uint64_t end;
	uint64_t last;

	counts->by_kind[SIM_CRASH_PREFIX] = 1;
	if (prefix == crash->record->nr_writes)
		return true;
	/* A FUA write that is being written is not answered yet: it may be torn like any other. */
	if (crash->bounds.torn)
		counts->by_kind[SIM_CRASH_TORN] = nr_units(crash, prefix) - 1;
	if (is_fua(crash, prefix))
		return true;
	end = epoch_end(crash, prefix);
	for (last = prefix + 1; last < end; last++) {
		const struct reorder_room room = room_of(crash, prefix, last, nr_given);

		if (__builtin_add_overflow(counts->by_kind[SIM_CRASH_REORDER], reorders(&room),
					   &counts->by_kind[SIM_CRASH_REORDER]))
			return false;
		counts->by_kind[SIM_CRASH_DROP] += drops(crash, prefix, last);
		nr_given += is_fua(crash, last);
	}
	return true;
}

static int crash_count(struct sim_crash *crash)
{
	uint64_t prefix;
	int kind;

	for (prefix = 0; prefix <= crash->record->nr_writes; prefix++) {
		struct crash_counts *counts = &crash->counts[prefix];

		counts->first = crash->sum;
		if (!prefix_count(crash, prefix, counts))
			return -ERANGE;
		for (kind = 0; kind < SIM_CRASH_KINDS; kind++) {
			crash->total[kind] += counts->by_kind[kind];
			if (__builtin_add_overflow(crash->sum, counts->by_kind[kind], &crash->sum))
				return -ERANGE;
		}
	}
	return 0;
}

static int bounds_check(const struct sim_crash_bounds *bounds, struct sim_error *err)
{
	if (bounds->reorder > SIM_CRASH_REORDER_MAX)
		return sim_error_set(err, -EINVAL,
				     "a reorder bound of %" PRIu32 " is too large to enumerate; give 0 to %u",
				     bounds->reorder, SIM_CRASH_REORDER_MAX);
	if (bounds->atomic_bytes < 512)
		return sim_error_set(err, -EINVAL,
				     "an atomic unit of %" PRIu32 " bytes is below a sector; give 512 or more",
				     bounds->atomic_bytes);
	return 0;
}

int sim_crash_create(const struct sim_record *record, const struct sim_crash_bounds *bounds,
		     struct sim_crash **created, struct sim_error *err)
{
	struct sim_crash *crash;
	int ret;

	ret = bounds_check(bounds, err);
	if (ret)
		return ret;
	if (record->nr_writes > CRASH_WRITES_MAX)
		return sim_error_set(err, -ERANGE,
				     "a record of %" PRIu64 " writes has too many crash states; record a shorter run, of at most %u",
				     record->nr_writes, CRASH_WRITES_MAX);
	crash = calloc(1, sizeof(*crash));
	if (crash)
		crash->counts = calloc(record->nr_writes + 1, sizeof(*crash->counts));
	if (!crash || !crash->counts) {
		free(crash);
		return sim_error_set(err, -ENOMEM,
				     "there is no memory to count the crash states of %" PRIu64 " writes; record a shorter run",
				     record->nr_writes);
	}
	crash->record = record;
	crash->bounds = *bounds;
	ret = crash_count(crash);
	if (ret) {
		sim_crash_destroy(crash);
		return sim_error_set(err, ret,
				     "a record of %" PRIu64 " writes has more than 2^64 crash states with %" PRIu32 " overtaking; give a smaller bound",
				     record->nr_writes, bounds->reorder);
	}
	*created = crash;
	return 0;
}

void sim_crash_destroy(struct sim_crash *crash)
{
	if (!crash)
		return;
	free(crash->counts);
	free(crash);
}

uint64_t sim_crash_total(const struct sim_crash *crash, uint64_t *by_kind)
{
	if (by_kind)
		memcpy(by_kind, crash->total, sizeof(crash->total));
	return crash->sum;
}

/* The last prefix whose states begin at or before @index. */
static uint64_t prefix_of(const struct sim_crash *crash, uint64_t index)
{
	uint64_t low = 0;
	uint64_t high = crash->record->nr_writes;

	while (low < high) {
		const uint64_t middle = low + (high - low + 1) / 2;

		if (crash->counts[middle].first <= index)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

/*
 * Fill @state->extra with the reorder number @index of those that end in @last: the given writes,
 * and of the free ones the subset with this number, first by size, then in lexical order.
 */
static void reorder_get(const struct sim_crash *crash, const struct reorder_room *room,
			uint64_t last, uint64_t index, struct sim_crash_state *state)
{
	uint64_t nr_free = room->nr_free;
	uint64_t pick = 0;
	uint64_t at;

	while (index >= binomial(nr_free, pick))
		index -= binomial(nr_free, pick++);
	for (at = state->prefix + 1; at < last; at++) {
		bool taken = is_fua(crash, at);

		if (!taken) {
			const uint64_t with = pick ? binomial(--nr_free, pick - 1) : 0;

			taken = index < with;
			if (taken)
				pick--;
			else
				index -= with;
		}
		if (taken)
			state->extra[state->nr_extra++] = at;
	}
	state->extra[state->nr_extra++] = last;
}

static void behind_get(const struct sim_crash *crash, uint64_t index,
		       struct sim_crash_state *state)
{
	uint64_t nr_given = 0;
	uint64_t last;

	for (last = state->prefix + 1;; last++) {
		const struct reorder_room room = room_of(crash, state->prefix, last, nr_given);
		const uint64_t nr_reorders = reorders(&room);

		if (index < nr_reorders) {
			state->kind = SIM_CRASH_REORDER;
			reorder_get(crash, &room, last, index, state);
			return;
		}
		index -= nr_reorders;
		if (index < drops(crash, state->prefix, last)) {
			state->kind = SIM_CRASH_DROP;
			state->last = last;
			return;
		}
		index -= drops(crash, state->prefix, last);
		nr_given += is_fua(crash, last);
	}
}

int sim_crash_get(const struct sim_crash *crash, uint64_t index, struct sim_crash_state *state)
{
	const struct crash_counts *counts;

	if (index >= crash->sum)
		return -EINVAL;
	memset(state, 0, sizeof(*state));
	state->prefix = prefix_of(crash, index);
	counts = &crash->counts[state->prefix];
	index -= counts->first;
	if (!index) {
		state->kind = SIM_CRASH_PREFIX;
		return 0;
	}
	index--;
	if (index < counts->by_kind[SIM_CRASH_TORN]) {
		state->kind = SIM_CRASH_TORN;
		state->units = index + 1;
		return 0;
	}
	behind_get(crash, index - counts->by_kind[SIM_CRASH_TORN], state);
	return 0;
}

/* The first @length_bytes of a write. */
static int write_store(const struct record_write *write, uint64_t length_bytes,
		       const struct sim_media *media)
{
	if (!write->data)
		return media->zero(media->context, write->offset_bytes, length_bytes);
	return media->write(media->context, write->offset_bytes, write->data, length_bytes);
}

static int torn_store(const struct sim_crash *crash, const struct sim_crash_state *state,
		      const struct sim_media *media)
{
	const struct record_write *write = &crash->record->writes[state->prefix];
	const uint64_t unit_bytes = crash->bounds.atomic_bytes;
	const uint64_t end = (write->offset_bytes / unit_bytes + state->units) * unit_bytes;

	return write_store(write, end - write->offset_bytes, media);
}

int sim_crash_write(const struct sim_crash *crash, const struct sim_crash_state *state,
		    const struct sim_media *media)
{
	const struct record_write *writes = crash->record->writes;
	uint64_t i;
	int ret = 0;

	for (i = 0; i < state->prefix && !ret; i++)
		ret = write_store(&writes[i], writes[i].length_bytes, media);
	for (i = 0; i < state->nr_extra && !ret; i++)
		ret = write_store(&writes[state->extra[i]], writes[state->extra[i]].length_bytes,
				  media);
	if (state->kind == SIM_CRASH_DROP)
		for (i = state->prefix + 1; i <= state->last && !ret; i++)
			ret = write_store(&writes[i], writes[i].length_bytes, media);
	if (state->kind == SIM_CRASH_TORN && !ret)
		ret = torn_store(crash, state, media);
	return ret;
}

const char *sim_crash_kind_name(enum sim_crash_kind kind)
{
	static const char *const names[SIM_CRASH_KINDS] = { "prefix", "reorder", "drop", "torn" };

	return names[kind];
}
