// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From arrival to due time; see model.h, and docs/ublk-profiles.md for the formulas.
 *
 * The order of the steps: buckets (when may it start), depth (how many are in flight), lane
 * (when is one free), time (draw × depth scale + size slope + mechanics), and what the I/O leaves
 * behind on its lane: a program, garbage collection, the position of the head.
 */
#include "model.h"

#include "rng.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#define NS_PER_S	1000000000ULL
/* I/Os in flight that the first allocation has room for; doubled when full. */
#define FLIGHT_CAPACITY_FIRST	256u
/* Draws of the rotation, beside those of enum sim_op. */
#define STREAM_ROTATION	SIM_OP_COUNT

/**
 * struct model_bucket - a token bucket, as the time at which it would be full
 * @full_ns: then all spent tokens have come in again
 * @next_ns: the burst rate lets nothing start before
 */
struct model_bucket {
	uint64_t full_ns;
	uint64_t next_ns;
};

/**
 * struct model_lane - what serves one I/O at a time
 * @free_ns: end of the last I/O, or of garbage collection
 * @program_end_ns: end of the last program
 * @program_bytes: written since the last program
 * @gc_bytes: written since the last garbage collection
 */
struct model_lane {
	uint64_t free_ns;
	uint64_t program_end_ns;
	uint64_t program_bytes;
	uint64_t gc_bytes;
};

/**
 * struct model_flight - due times of what is in flight: a heap, the earliest first
 * @due_ns: nr of them, room for @capacity
 * @nr: their number
 * @capacity: their room
 */
struct model_flight {
	uint64_t *due_ns;
	uint64_t nr;
	uint64_t capacity;
};

/**
 * struct sim_model - a disk's state in time
 * @profile: how it behaves
 * @size_bytes: capacity
 * @lock: guards all that follows
 * @now_ns: latest arrival
 * @streams: draws by enum sim_op, and of the rotation
 * @ios: bucket of I/Os
 * @bytes: bucket of bytes
 * @flight: in flight
 * @head_bytes: where the last I/O with an address ended
 * @totals: what was done
 * @lanes: @profile.lanes of them
 */
struct sim_model {
	struct sim_profile profile;
	uint64_t size_bytes;
	pthread_mutex_t lock;
	uint64_t now_ns;
	struct sim_rng streams[SIM_OP_COUNT + 1];
	struct model_bucket ios;
	struct model_bucket bytes;
	struct model_flight flight;
	uint64_t head_bytes;
	struct sim_model_totals totals;
	struct model_lane lanes[];
};

static uint64_t later(uint64_t a_ns, uint64_t b_ns)
{
	return a_ns > b_ns ? a_ns : b_ns;
}

/* Time for @tokens at a rate, rounded up: a cap is never exceeded. */
static uint64_t tokens_ns(uint64_t tokens, uint64_t rate_per_s)
{
	const unsigned __int128 ns = (unsigned __int128)tokens * NS_PER_S + rate_per_s - 1;

	return (uint64_t)(ns / rate_per_s);
}

/*
 * Take tokens; when they are there. The bucket is full at @full_ns and holds @credit less for each
 * tick before that, so the tokens are there once the time to fill is no longer than @credit takes.
 * An I/O that needs more than the bucket holds starts with a full one and leaves a debt.
 *
 * Source: the generic cell rate algorithm, ITU-T I.371 annex A.
 */
static uint64_t bucket_take(struct model_bucket *bucket, const struct sim_cap *cap,
			    uint64_t start_ns, uint64_t tokens)
{
	uint64_t capacity_ns;
	uint64_t cost_ns;

	if (!cap->rate_per_s || !tokens)
		return start_ns;
	capacity_ns = tokens_ns(cap->credit, cap->rate_per_s);
	cost_ns = tokens_ns(tokens, cap->rate_per_s);
	bucket->full_ns = later(bucket->full_ns, start_ns) + cost_ns;
	capacity_ns = later(capacity_ns, cost_ns);
	if (bucket->full_ns - start_ns > capacity_ns)
		start_ns = bucket->full_ns - capacity_ns;
	if (cap->burst_per_s) {
		start_ns = later(start_ns, bucket->next_ns);
		bucket->next_ns = start_ns + tokens_ns(tokens, cap->burst_per_s);
	}
	return start_ns;
}

static uint64_t caps_pass(struct sim_model *model, uint64_t now_ns, const struct sim_io *io)
{
	const struct sim_cap *ios = &model->profile.ios;
	uint64_t tokens = 1;
	uint64_t start_ns;

	if (io->op != SIM_OP_READ && io->op != SIM_OP_WRITE)
		return now_ns;
	if (ios->unit_bytes && io->length_bytes)
		tokens = (io->length_bytes + ios->unit_bytes - 1) / ios->unit_bytes;
	start_ns = bucket_take(&model->ios, ios, now_ns, tokens);
	return bucket_take(&model->bytes, &model->profile.bytes, start_ns, io->length_bytes);
}

static void flight_pop(struct model_flight *flight)
{
	const uint64_t last = flight->due_ns[--flight->nr];
	uint64_t at = 0;
	uint64_t child;

	while ((child = 2 * at + 1) < flight->nr) {
		if (child + 1 < flight->nr && flight->due_ns[child + 1] < flight->due_ns[child])
			child++;
		if (flight->due_ns[child] >= last)
			break;
		flight->due_ns[at] = flight->due_ns[child];
		at = child;
	}
	flight->due_ns[at] = last;
}

/* Without memory the I/O is not counted as being in flight, and later ones see less depth. */
static void flight_push(struct model_flight *flight, uint64_t due_ns)
{
	const uint64_t capacity = flight->capacity ? flight->capacity * 2 : FLIGHT_CAPACITY_FIRST;
	uint64_t *grown;
	uint64_t at;

	if (flight->nr == flight->capacity) {
		grown = reallocarray(flight->due_ns, capacity, sizeof(*grown));
		if (!grown)
			return;
		flight->due_ns = grown;
		flight->capacity = capacity;
	}
	for (at = flight->nr++; at && flight->due_ns[(at - 1) / 2] > due_ns; at = (at - 1) / 2)
		flight->due_ns[at] = flight->due_ns[(at - 1) / 2];
	flight->due_ns[at] = due_ns;
}

/* The factor of the depth table, linear between two steps, constant behind the last. */
static double depth_scale(const struct sim_profile *profile, uint64_t depth)
{
	uint32_t i = 1;
	double share;

	if (!profile->nr_depths)
		return 1;
	while (i < profile->nr_depths && profile->depth[i] < depth)
		i++;
	if (i == profile->nr_depths)
		return profile->depth_scale[i - 1];
	share = (double)(depth - profile->depth[i - 1]) /
		(double)(profile->depth[i] - profile->depth[i - 1]);
	return profile->depth_scale[i - 1] +
	       share * (profile->depth_scale[i] - profile->depth_scale[i - 1]);
}

static struct model_lane *lane_find(struct sim_model *model, const struct sim_io *io)
{
	const struct sim_profile *profile = &model->profile;
	struct model_lane *first = &model->lanes[0];
	uint32_t i;

	if (profile->stripe_bytes && io->op != SIM_OP_FLUSH)
		return &model->lanes[io->offset_bytes / profile->stripe_bytes % profile->lanes];
	for (i = 1; i < profile->lanes; i++)
		if (model->lanes[i].free_ns < first->free_ns)
			first = &model->lanes[i];
	return first;
}

/*
 * Seek and rotation. The time of a seek grows with the root of its distance; the angle at its end
 * is drawn. What follows the last I/O on the platter needs neither.
 *
 * Source: C. Ruemmler, J. Wilkes, "An Introduction to Disk Drive Modeling", IEEE Computer 27(3),
 * 1994: short seeks follow the root of the distance. That long ones do as well is a simplification.
 */
static double mechanics_ns(struct sim_model *model, const struct sim_io *io)
{
	const struct sim_profile *profile = &model->profile;
	uint64_t distance;
	double seek_ns;

	if (!profile->rotation_ns || (io->op != SIM_OP_READ && io->op != SIM_OP_WRITE) ||
	    io->offset_bytes == model->head_bytes)
		return 0;
	distance = io->offset_bytes > model->head_bytes ? io->offset_bytes - model->head_bytes :
							  model->head_bytes - io->offset_bytes;
	seek_ns = (double)profile->seek_track_ns +
		  (double)(profile->seek_full_ns - profile->seek_track_ns) *
			  sqrt((double)distance / (double)model->size_bytes);
	return seek_ns + sim_unit(sim_rng_next(&model->streams[STREAM_ROTATION])) *
				 (double)profile->rotation_ns;
}

/* What the n-th I/O of a kind draws is its part of the hash, which no clock has an influence on. */
static uint64_t service_ns(struct sim_model *model, const struct sim_io *io)
{
	const struct sim_op_profile *op = &model->profile.ops[io->op];
	const double p = sim_unit(sim_rng_next(&model->streams[io->op]));
	double ns = (double)sim_quantiles_at(&op->base, p) + mechanics_ns(model, io);

	model->totals.hash += sim_mix3(io->op, model->totals.nr_ios[io->op], (uint64_t)ns);
	ns *= depth_scale(&model->profile, model->flight.nr + 1);
	if (io->length_bytes > op->base_bytes)
		ns += (double)(io->length_bytes - op->base_bytes) / 1024 *
		      (double)op->slope_ns_per_kib;
	return (uint64_t)(ns + 0.5);
}

/* A read that meets a program waits for its end, or until the program is suspended. */
static uint64_t program_pass(const struct sim_model *model, const struct model_lane *lane,
			     uint64_t start_ns)
{
	uint64_t wait_ns;

	if (lane->program_end_ns <= start_ns)
		return start_ns;
	wait_ns = lane->program_end_ns - start_ns;
	return start_ns + (wait_ns < model->profile.suspend_ns ? wait_ns :
								 model->profile.suspend_ns);
}

/* A write whose lane is too far behind with its programs waits for one to end. */
static uint64_t buffer_pass(const struct sim_model *model, const struct model_lane *lane,
			    uint64_t start_ns)
{
	const uint64_t behind_ns = model->profile.program_buffered * model->profile.program_ns;

	if (lane->program_end_ns < behind_ns)
		return start_ns;
	return later(start_ns, lane->program_end_ns - behind_ns);
}

/*
 * What a write leaves behind. Its data are in the disk's memory when it is answered; the lane
 * programs them afterwards, and now and then collects garbage, which nothing interrupts.
 */
static void lane_written(struct sim_model *model, struct model_lane *lane, uint64_t length_bytes)
{
	const struct sim_profile *profile = &model->profile;

	lane->program_bytes += length_bytes;
	if (profile->program_bytes && lane->program_bytes >= profile->program_bytes) {
		const uint64_t nr = lane->program_bytes / profile->program_bytes;

		lane->program_bytes %= profile->program_bytes;
		lane->program_end_ns = later(lane->program_end_ns, lane->free_ns) +
				       nr * profile->program_ns;
	}
	lane->gc_bytes += length_bytes;
	if (profile->gc_bytes && lane->gc_bytes >= profile->gc_bytes) {
		lane->gc_bytes %= profile->gc_bytes;
		lane->free_ns += profile->gc_ns;
	}
}

/* A flush waits for all that was written before it: for every lane and its programs. */
static uint64_t flush_start(const struct sim_model *model, uint64_t start_ns)
{
	uint32_t i;

	for (i = 0; i < model->profile.lanes; i++) {
		start_ns = later(start_ns, model->lanes[i].free_ns);
		start_ns = later(start_ns, model->lanes[i].program_end_ns);
	}
	return start_ns;
}

static uint64_t arrive_locked(struct sim_model *model, const struct sim_io *io)
{
	uint64_t start_ns = caps_pass(model, model->now_ns, io);
	struct model_lane *lane;
	uint64_t due_ns;

	while (model->flight.nr && model->flight.due_ns[0] <= model->now_ns + io->trip_ns)
		flight_pop(&model->flight);
	if (io->op == SIM_OP_FLUSH) {
		due_ns = flush_start(model, start_ns) + service_ns(model, io);
	} else {
		lane = lane_find(model, io);
		start_ns = later(start_ns, lane->free_ns);
		if (io->op == SIM_OP_READ)
			start_ns = program_pass(model, lane, start_ns);
		else if (io->op == SIM_OP_WRITE)
			start_ns = buffer_pass(model, lane, start_ns);
		due_ns = start_ns + service_ns(model, io);
		lane->free_ns = due_ns;
		if (io->op == SIM_OP_WRITE)
			lane_written(model, lane, io->length_bytes);
		model->head_bytes = io->offset_bytes + io->length_bytes;
	}
	flight_push(&model->flight, due_ns);
	return due_ns;
}

uint64_t sim_model_arrive(struct sim_model *model, uint64_t now_ns, const struct sim_io *io)
{
	uint64_t due_ns;

	pthread_mutex_lock(&model->lock);
	model->now_ns = later(model->now_ns, now_ns);
	due_ns = arrive_locked(model, io);
	model->totals.nr_ios[io->op]++;
	model->totals.service_ns[io->op] += due_ns - model->now_ns;
	pthread_mutex_unlock(&model->lock);
	return due_ns;
}

void sim_model_totals(struct sim_model *model, struct sim_model_totals *totals)
{
	pthread_mutex_lock(&model->lock);
	*totals = model->totals;
	pthread_mutex_unlock(&model->lock);
}

struct sim_model *sim_model_create(const struct sim_profile *profile, uint64_t size_bytes,
				   uint64_t seed)
{
	struct sim_model *model = calloc(1, sizeof(*model) +
					 profile->lanes * sizeof(model->lanes[0]));
	uint64_t stream;

	if (!model)
		return NULL;
	model->profile = *profile;
	model->size_bytes = size_bytes;
	pthread_mutex_init(&model->lock, NULL);
	for (stream = 0; stream <= STREAM_ROTATION; stream++)
		sim_rng_seed(&model->streams[stream], sim_mix3(seed, stream, 0));
	return model;
}

void sim_model_destroy(struct sim_model *model)
{
	if (!model)
		return;
	pthread_mutex_destroy(&model->lock);
	free(model->flight.due_ns);
	free(model);
}
