// SPDX-License-Identifier: GPL-2.0
/*
 * The chain of an origin: its filters by altitude, and the remap that follows them.
 *
 * hook.c walks it for every bio; this file changes it. Who walks holds the queue reference, so a change is
 * made while the queue is frozen; hold_lock besides lets the status be read at any time. Only bios of the hook
 * "ftrace" walk without a reference: for them each link changes in one store, once what it leads to is linked,
 * and what was taken out still leads on until &blki_hook_ops.emptied has returned.
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

	if (ip->kind != BLKI_KIND_FILTER) {
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

/* Who judges: the filters with a ->submit, in order; linked from the last one up. Frozen. */
static void judges_link(struct blki_origin *origin)
{
	struct blki_interposer *judges[BLKI_CHAIN_MAX], *lower = NULL, *ip;
	unsigned int nr = 0;

	for (ip = origin->filters; ip; ip = ip->next)
		if (ip->submit)
			judges[nr++] = ip;
	while (nr) {
		ip = judges[--nr];
		smp_store_release(&ip->next_judge, lower);
		lower = ip;
	}
	smp_store_release(&origin->judges, lower);
}

/* Bios that came to the origin, without the parts of those that came twice */
static unsigned long origin_seen(struct blki_origin *origin)
{
	return blki_visit(origin, in) - blki_visit(origin, rests);
}

static unsigned long origin_bytes(struct blki_origin *origin)
{
	return blki_visit(origin, bytes) - blki_visit(origin, rest_bytes);
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

	ip->base_in = origin_seen(origin);
	ip->base_bytes = origin_bytes(origin);
	spin_lock(&origin->hold_lock);
	if (ip->kind != BLKI_KIND_FILTER) {
		origin->remap = ip;
		WRITE_ONCE(origin->mode, blki_remap_mode(ip));
	} else {
		while (*link && (*link)->altitude >= ip->altitude)
			link = &(*link)->next;
		ip->next = *link;
		smp_store_release(link, ip);
		origin->nr_filters++;
		judges_link(origin);
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
	if (ip->kind != BLKI_KIND_FILTER) {
		origin->remap = NULL;
		WRITE_ONCE(origin->mode, origin->pass_mode);
	} else {
		while (*link != ip)
			link = &(*link)->next;
		WRITE_ONCE(*link, ip->next);
		origin->nr_filters--;
		judges_link(origin);
	}
	spin_unlock(&origin->hold_lock);
}

/** blki_chain_empty - is nothing attached? Context: the origin is busy with this call */
bool blki_chain_empty(struct blki_origin *origin)
{
	return !origin->nr_filters && !origin->remap;
}

/**
 * blki_percpu_sum - one counter over all CPUs
 * @counter: a per-CPU unsigned long
 *
 * Context: any. Return: the sum; exact only when nobody counts at the moment.
 */
unsigned long blki_percpu_sum(const void __percpu *counter)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(*(const unsigned long *)per_cpu_ptr(counter, cpu));
	return sum;
}

/** blki_chain_seen - bios that reached a filter or native remap in its chain; Context: any */
unsigned long blki_chain_seen(struct blki_interposer *ip)
{
	return origin_seen(ip->origin) - ip->base_in - blki_stat(ip, missed);
}

/** blki_chain_bytes - bytes of blki_chain_seen(); Context: any */
unsigned long blki_chain_bytes(struct blki_interposer *ip)
{
	return origin_bytes(ip->origin) - ip->base_bytes - blki_stat(ip, missed_bytes);
}
