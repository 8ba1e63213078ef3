/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When a simulated disk answers: arrival time in, due time out.
 *
 * A request arrives (queue.c) → sim_model_arrive() → the queue's timer → the answer. The model
 * reads no clock and does no I/O: the same profile, seed and arrivals give the same due
 * times, whatever the host. An I/O first passes the caps (token buckets), then waits for its
 * lane, then takes what its distribution draws. docs/ublk-profiles.md has the formulas.
 *
 * One model serves all queues of a device, because a disk's lanes and caps know nothing of the
 * host's queues; a lock inside makes each arrival one step. So the due times depend on the
 * order of the arrivals, as on a real disk; what is drawn for the n-th read (write, …) does
 * not depend on the other kinds of I/O in between.
 */
#ifndef UBLK_SIM_MODEL_H
#define UBLK_SIM_MODEL_H

#include "profile.h"

#include <stdint.h>

struct sim_model;

/**
 * struct sim_io - an I/O as the model sees it
 * @op: what it does
 * @offset_bytes: where; ignored for a flush
 * @length_bytes: how much; 0 for a flush
 * @trip_ns: how long it was on its way before it was seen. The disk counts its time from its beginning; what was
 *	answered before it was seen is no longer in the disk
 */
struct sim_io {
	enum sim_op op;
	uint64_t offset_bytes;
	uint64_t length_bytes;
	uint64_t trip_ns;
};

/**
 * sim_model_create - a disk that is idle, with full buckets
 * @profile: copied
 * @size_bytes: capacity, > 0: what a full seek crosses
 * @seed: of all draws
 *
 * Context: allocates.
 * Return: the model, to be given to sim_model_destroy(); NULL when memory is short.
 */
struct sim_model *sim_model_create(const struct sim_profile *profile, uint64_t size_bytes,
				   uint64_t seed);

/**
 * sim_model_destroy - free a model
 * @model: a model, or NULL
 *
 * Context: no thread may use @model any more.
 */
void sim_model_destroy(struct sim_model *model);

/**
 * sim_model_arrive - when an I/O that arrives now is to be answered
 * @model: the model
 * @now_ns: arrival, of any clock that does not go back by more than the threads' skew; an
 *	arrival earlier than the latest one is taken as simultaneous with it
 * @io: the I/O
 *
 * The model takes the answer as given at the due time: nothing is to be reported back.
 *
 * Context: any thread; takes the model's lock for some hundred instructions; allocates only
 * when more I/Os are in flight than ever before.
 * Return: the due time, >= @now_ns, on the same clock.
 */
uint64_t sim_model_arrive(struct sim_model *model, uint64_t now_ns, const struct sim_io *io);

/**
 * struct sim_model_totals - what a model has done
 * @nr_ios: arrivals by enum sim_op
 * @service_ns: sum of (due - arrival) by enum sim_op
 * @hash: of all draws: equal for equal I/Os in equal order, whatever the clock
 */
struct sim_model_totals {
	uint64_t nr_ios[SIM_OP_COUNT];
	uint64_t service_ns[SIM_OP_COUNT];
	uint64_t hash;
};

/**
 * sim_model_totals - read the totals
 * @model: the model
 * @totals: filled
 *
 * Context: any thread; takes the model's lock.
 */
void sim_model_totals(struct sim_model *model, struct sim_model_totals *totals);

#endif
