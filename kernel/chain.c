// SPDX-License-Identifier: GPL-2.0
/*
 * The chain of an origin: its filters by altitude, and the remap that follows them.
 *
 * hook.c walks it for every bio; this file changes it. Who walks holds the queue reference, so a change is
 * made while the queue is frozen; hold_lock besides lets the status be read at any time.
 */
#include "blki.h"

/**
 * blki_chain_check - may this interposer join this chain?
 * @origin: the origin, claimed by the caller (busy)
 * @ip: the newcomer
 * @say: gets the reason of a refusal
 *
 * Context: any; the chain does not change meanwhile because the origin is busy with this call.
 * Return: 0; -EEXIST the same filter or a remap is there; -ENOSPC the chain is full.
 */
int blki_chain_check(struct blki_origin *origin, struct blki_interposer *ip, struct blki_say *say)
{
	struct blki_interposer *other;

	if (ip->kind == BLKI_KIND_REMAP) {
		if (!origin->remap)
			return 0;
		blki_say(say, "%pg: already remapped to %pg; stop that first: blki remap stop /dev/%pg",
			 origin->bdev, origin->remap->remap.bdev, origin->bdev);
		return -EEXIST;
	}
	for (other = origin->filters; other; other = other->next) {
		if (other->filter.ops != ip->filter.ops)
			continue;
		blki_say(say, "%pg: filter \"%s\" is already attached; detach it first: blki filter detach %s /dev/%pg",
			 origin->bdev, ip->filter.ops->name, ip->filter.ops->name, origin->bdev);
		return -EEXIST;
	}
	if (origin->nr_filters == BLKI_CHAIN_MAX) {
		blki_say(say, "%pg: %u filters are attached, which is the most; detach one first",
			 origin->bdev, BLKI_CHAIN_MAX);
		return -ENOSPC;
	}
	return 0;
}

/**
 * blki_chain_insert_frozen - put an interposer where it belongs
 * @origin: the origin, its queue frozen
 * @ip: one that blki_chain_check() allowed
 *
 * Context: process.
 */
void blki_chain_insert_frozen(struct blki_origin *origin, struct blki_interposer *ip)
{
	struct blki_interposer **link = &origin->filters;

	spin_lock(&origin->hold_lock);
	if (ip->kind == BLKI_KIND_REMAP) {
		origin->remap = ip;
		WRITE_ONCE(origin->mode, BLKI_MODE_REMAP);
	} else {
		while (*link && (*link)->altitude >= ip->altitude)
			link = &(*link)->next;
		ip->next = *link;
		*link = ip;
		origin->nr_filters++;
	}
	spin_unlock(&origin->hold_lock);
}

/**
 * blki_chain_remove_frozen - take an interposer out
 * @origin: the origin, its queue frozen
 * @ip: a filter, or the remap after it was drained
 *
 * Context: process. Bios held for the remap are still there; the caller sends them on after the unfreeze.
 */
void blki_chain_remove_frozen(struct blki_origin *origin, struct blki_interposer *ip)
{
	struct blki_interposer **link = &origin->filters;

	spin_lock(&origin->hold_lock);
	if (ip->kind == BLKI_KIND_REMAP) {
		origin->remap = NULL;
		WRITE_ONCE(origin->mode, origin->pass_mode);
	} else {
		while (*link != ip)
			link = &(*link)->next;
		*link = ip->next;
		origin->nr_filters--;
	}
	spin_unlock(&origin->hold_lock);
}

/** blki_chain_empty - is nothing attached? Context: the origin is busy with this call */
bool blki_chain_empty(struct blki_origin *origin)
{
	return !origin->nr_filters && !origin->remap;
}

/**
 * blki_stats_sum - one counter over all CPUs
 * @ip: the interposer
 * @offset: of an unsigned long in struct blki_stats
 *
 * Context: any. Return: the sum; exact only when nobody counts at the moment.
 */
unsigned long blki_stats_sum(struct blki_interposer *ip, size_t offset)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(*(unsigned long *)((char *)per_cpu_ptr(ip->stats, cpu) + offset));
	return sum;
}
