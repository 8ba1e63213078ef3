/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What makes a target a disk with a character: service model, volatile cache, media faults,
 * power, and a layer of changes that can be taken back.
 *
 *     write → faults → cache ──destage──→ changes, if recorded, else target
 *     read  ← faults ← cache ← changes ← target
 *
 * One per device, shared by its queues (layer.c) and by the thread that answers commands
 * (request.c). I/O holds @lock shared, whoever replaces a part holds it exclusively; the parts
 * have their own locks inside. Data go through a buffer here, by the target's calls that wait:
 * a device without cache, faults and record never comes here with data.
 */
#ifndef UBLK_SIM_DISK_H
#define UBLK_SIM_DISK_H

#include "cache.h"
#include "crash.h"
#include "error.h"
#include "fault.h"
#include "model.h"
#include "options.h"
#include "overlay.h"
#include "pace.h"
#include "target.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/** enum sim_power - what happens to a request that arrives */
enum sim_power {
	SIM_POWER_ON,	/* it is served */
	SIM_POWER_HUNG, /* it waits until the disk is released */
	SIM_POWER_OFF,	/* it fails with EIO */
	SIM_POWER_LEAVING, /* it is served, and no fault holds its answer back any more */
};

/** enum sim_way - where a request goes */
enum sim_way {
	SIM_WAY_TARGET, /* to the target, its data by the ring */
	SIM_WAY_BUFFER, /* to sim_disk_read() and its siblings, its data by the tag's buffer */
	SIM_WAY_HOLD,	/* nowhere until the power changes */
	SIM_WAY_FAIL,	/* it fails with EIO */
};

/**
 * struct sim_disk - what the queues of a device share
 * @lock: shared by I/O, exclusive for whoever changes what follows
 * @target: where data end
 * @block_bytes: logical block
 * @seed: of everything that is drawn
 * @quiet: no model, no faults, nothing is noted: the kernel and we look at the disk first
 * @pace: what this host adds to a service time; @pace.spin_ns is read without the lock
 * @probe: how a quiet disk that is being measured answers; NULL: at once
 * @power: what happens to requests
 * @nr_releases: how often held answers were let go
 * @layered: a queue that is poked gets a layer
 * @profile: of @model, valid when there is one
 * @model: when answers are due; NULL: at once
 * @model_hash: of what earlier models drew
 * @fault: which blocks fail; NULL: none
 * @cache: writes that are not durable; NULL: every write goes to the medium
 * @lying: @cache answers flushes and does nothing
 * @overlay: changes that the target does not have; NULL: none
 * @record: the writes since the record began; NULL: no record
 * @nr_cuts: power cuts so far
 * @cut_hash: of what they kept
 * @fault_hash: of what @fault did before it was replaced, and those before it
 * @io_hash: of all requests that came here, whatever their order
 */
struct sim_disk {
	pthread_rwlock_t lock;
	const struct sim_target *target;
	uint32_t block_bytes;
	uint64_t seed;
	bool quiet;
	struct sim_pace pace;
	const struct sim_probe *probe;
	enum sim_power power;
	uint64_t nr_releases;
	bool layered;
	struct sim_profile profile;
	struct sim_model *model;
	uint64_t model_hash;
	struct sim_fault *fault;
	struct sim_cache *cache;
	bool lying;
	struct sim_overlay *overlay;
	struct sim_record *record;
	uint64_t nr_cuts;
	uint64_t cut_hash;
	uint64_t fault_hash;
	uint64_t io_hash;
};

/**
 * sim_disk_init - a disk as the options describe it
 * @disk: filled
 * @target: open
 * @opts: checked
 * @err: the sentence on failure
 *
 * Context: allocates; reads the profile's file.
 * Return: 0 or -errno.
 */
int sim_disk_init(struct sim_disk *disk, const struct sim_target *target,
		  const struct sim_options *opts, struct sim_error *err);

/**
 * sim_disk_uninit - make the cache durable and free all
 * @disk: no thread uses it any more
 */
void sim_disk_uninit(struct sim_disk *disk);

/**
 * sim_disk_set_quiet - let model and faults rest, or begin
 * @disk: the disk; quiet at first
 * @quiet: whether
 *
 * Context: takes the lock exclusively.
 */
void sim_disk_set_quiet(struct sim_disk *disk, bool quiet);

/**
 * sim_disk_set_probe - answer as whoever measures wants it
 * @disk: quiet
 * @probe: how; must stay until it is replaced; NULL: at once again
 *
 * Context: takes the lock exclusively.
 */
void sim_disk_set_probe(struct sim_disk *disk, const struct sim_probe *probe);

/**
 * sim_disk_set_pace - what this host adds to a service time
 * @disk: the disk
 * @pace: measured; the model counts from the trip before a request is seen here
 *
 * Context: takes the lock exclusively.
 */
void sim_disk_set_pace(struct sim_disk *disk, const struct sim_pace *pace);

/**
 * struct sim_due - when a request is to be answered
 * @at_ns: then; without a model when it came, with one maybe earlier
 * @requested_ns: how long its program shall wait, its trip included; of what a model asked for
 * @op: what it does
 * @wait: how its thread shall wait until then; the trip that was taken off is of that
 * @is_modelled: whether a model was asked
 */
struct sim_due {
	uint64_t at_ns;
	uint64_t requested_ns;
	enum sim_op op;
	enum sim_wait wait;
	bool is_modelled;
};

/**
 * sim_disk_arrive - a request has come
 * @disk: the disk
 * @iod: its descriptor
 * @now_ns: CLOCK_MONOTONIC
 * @due: filled
 *
 * Context: any queue thread; takes the lock shared.
 * Return: where it goes.
 */
enum sim_way sim_disk_arrive(struct sim_disk *disk, const struct ublksrv_io_desc *iod,
			     uint64_t now_ns, struct sim_due *due);

/**
 * sim_disk_run - do a request's I/O
 * @disk: the disk
 * @iod: its descriptor
 * @buffer: what a write brings, room for what a read takes
 * @hang: set to whether its answer is to be held back
 *
 * Context: any queue thread; takes the lock shared; may sleep in the target.
 * Return: bytes of a read or write, 0 for the others, or -errno.
 */
int sim_disk_run(struct sim_disk *disk, const struct ublksrv_io_desc *iod, void *buffer,
		 bool *hang);

/**
 * sim_disk_set_faults - replace the faults
 * @disk: the disk
 * @texts: rules as sim_fault_rule_parse() reads them
 * @nr_rules: how many; 0: no faults
 * @err: the sentence on failure, which changes nothing
 *
 * Context: takes the lock exclusively.
 * Return: 0 or -errno.
 */
int sim_disk_set_faults(struct sim_disk *disk, const char *const *texts, size_t nr_rules,
			struct sim_error *err);

/**
 * sim_disk_try_faults - whether sim_disk_set_faults() would succeed
 * @disk: the disk
 * @texts: as there
 * @nr_rules: as there
 * @err: as there
 *
 * Context: allocates and frees.
 * Return: 0 or -errno.
 */
int sim_disk_try_faults(const struct sim_disk *disk, const char *const *texts, size_t nr_rules,
			struct sim_error *err);

/**
 * sim_disk_set_profile - replace the service model
 * @disk: the disk
 * @name: of the profile, or a path to one; NULL: no model
 * @err: the sentence on failure, which changes nothing
 *
 * Context: takes the lock exclusively; reads the file before.
 * Return: 0 or -errno.
 */
int sim_disk_set_profile(struct sim_disk *disk, const char *name, struct sim_error *err);

/**
 * sim_disk_set_power - let requests be served, wait, or fail
 * @disk: the disk
 * @power: the state; one in which requests are served also lets held answers go
 *
 * The caller then pokes the queues.
 *
 * Context: takes the lock exclusively.
 */
void sim_disk_set_power(struct sim_disk *disk, enum sim_power power);

/**
 * sim_disk_set_lying - let the cache lie or not
 * @disk: a disk with a cache
 * @lying: whether
 *
 * Context: takes the lock exclusively.
 */
void sim_disk_set_lying(struct sim_disk *disk, bool lying);

/**
 * sim_disk_cut - the power failed: decide what is left
 * @disk: no I/O any more
 * @policy: what is kept of what was not durable
 * @seed: of the choice
 * @cut: filled
 * @err: the sentence on failure
 *
 * Context: takes the lock exclusively; writes to the target.
 * Return: 0 or -errno of the target.
 */
int sim_disk_cut(struct sim_disk *disk, enum sim_cut_policy policy, uint64_t seed,
		 struct sim_cut *cut, struct sim_error *err);

/**
 * sim_disk_hash - of all decisions so far
 * @disk: the disk
 *
 * Covers the requests, what the models drew, what faults did to which block, which write became
 * durable when, and what cuts kept. Equal for equal seeds and equal I/O in equal order, however
 * long it took.
 *
 * Context: takes the lock shared.
 * Return: the hash.
 */
uint64_t sim_disk_hash(struct sim_disk *disk);

/**
 * sim_disk_media - where destaged writes go
 * @disk: the disk
 *
 * Context: pure; the calls of the result want the lock held.
 * Return: the changes or the target, by struct sim_media.
 */
struct sim_media sim_disk_media(struct sim_disk *disk);

#endif
