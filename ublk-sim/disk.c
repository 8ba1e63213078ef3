// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The character of a disk; see disk.h. layer.c asks here when and where each request goes; request.c
 * changes what is asked for.
 */
#include "disk.h"

#include "builtin.h"
#include "disk_io.h"
#include "disk_model.h"
#include "rng.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*
 * Making and unmaking.
 */

static int disk_make_cache(struct sim_disk *disk, const struct sim_options *opts,
			   struct sim_error *err)
{
	const struct sim_media media = sim_disk_media(disk);
	const struct sim_cache_config config = {
		.size_bytes = disk->target->size_bytes,
		.limit_bytes = opts->cache_bytes,
		.block_bytes = opts->block_bytes,
		.atomic_bytes = opts->atomic_bytes ? opts->atomic_bytes : opts->block_bytes,
		.destage = (enum sim_destage)opts->destage,
		.lying = opts->lying,
		.seed = opts->seed,
	};

	if (!opts->cache_bytes)
		return 0;
	disk->lying = opts->lying;
	return sim_cache_create(&config, &media, &disk->cache, err);
}

static int disk_make_faults(const struct sim_disk *disk, const char *const *texts,
			    size_t nr_rules, struct sim_fault **fault, struct sim_error *err)
{
	struct sim_fault_rule rules[SIM_FAULTS_MAX];
	const struct sim_fault_config config = {
		.rules = rules,
		.nr_rules = nr_rules,
		.block_bytes = disk->block_bytes,
		.size_bytes = disk->target->size_bytes,
		.seed = disk->seed,
	};
	size_t i;
	int ret;

	*fault = NULL;
	if (nr_rules > SIM_FAULTS_MAX)
		return sim_error_set(err, -EINVAL, "%zu faults are more than %u; give fewer",
				     nr_rules, SIM_FAULTS_MAX);
	for (i = 0; i < nr_rules; i++) {
		ret = sim_fault_rule_parse(texts[i], &rules[i], err);
		if (ret)
			return ret;
	}
	if (nr_rules && !disk->target->ops->read)
		return sim_error_set(err, -EINVAL,
				     "target %s keeps no data that a fault could touch; give -t ram or -t file",
				     disk->target->ops->name);
	return nr_rules ? sim_fault_create(&config, fault, err) : 0;
}

/* Of what a plan has done; the lock is held. */
static uint64_t faults_hash(struct sim_fault *fault)
{
	struct sim_fault_totals totals = { 0 };

	if (fault)
		sim_fault_totals(fault, &totals);
	return totals.hash;
}

static int disk_make_model(const struct sim_disk *disk, const char *name,
			   struct sim_profile *profile, struct sim_model **model,
			   struct sim_error *err)
{
	int ret;

	*model = NULL;
	if (!name || !*name)
		return 0;
	ret = sim_builtin_load(name, profile, err);
	if (ret)
		return ret;
	*model = sim_model_create(profile, disk->target->size_bytes, disk->seed);
	if (*model)
		return 0;
	return sim_error_set(err, -ENOMEM, "there is no memory for profile %s; free some", name);
}

int sim_disk_init(struct sim_disk *disk, const struct sim_target *target,
		  const struct sim_options *opts, struct sim_error *err)
{
	const char *rules[SIM_FAULTS_MAX];
	uint32_t i;
	int ret;

	*disk = (struct sim_disk){
		.target = target,
		.block_bytes = opts->block_bytes,
		.seed = opts->seed,
		.quiet = true,
	};
	pthread_rwlock_init(&disk->lock, NULL);
	for (i = 0; i < opts->nr_faults; i++)
		rules[i] = opts->faults[i];
	ret = disk_make_model(disk, opts->profile, &disk->profile, &disk->model, err);
	if (!ret)
		ret = disk_make_faults(disk, rules, opts->nr_faults, &disk->fault, err);
	if (!ret)
		ret = disk_make_cache(disk, opts, err);
	if (ret)
		sim_disk_uninit(disk);
	disk->layered = disk->model || disk->fault || disk->cache;
	return ret;
}

void sim_disk_uninit(struct sim_disk *disk)
{
	if (disk->cache && !disk->lying)
		(void)sim_cache_flush(disk->cache);
	sim_cache_destroy(disk->cache);
	sim_record_destroy(disk->record);
	sim_overlay_destroy(disk->overlay);
	sim_fault_destroy(disk->fault);
	sim_model_destroy(disk->model);
	pthread_rwlock_destroy(&disk->lock);
	*disk = (struct sim_disk){ 0 };
}

/*
 * The way of an I/O; disk_io.c goes it.
 */

/* READ 0, WRITE 1, FLUSH 2, DISCARD 3, WRITE_ZEROES 5; false for what no model knows. */
static bool op_of(const struct ublksrv_io_desc *iod, enum sim_op *op)
{
	switch (ublksrv_get_op(iod)) {
	case UBLK_IO_OP_READ:
		*op = SIM_OP_READ;
		return true;
	case UBLK_IO_OP_WRITE:
		*op = SIM_OP_WRITE;
		return true;
	case UBLK_IO_OP_FLUSH:
		*op = SIM_OP_FLUSH;
		return true;
	case UBLK_IO_OP_DISCARD:
		*op = SIM_OP_DISCARD;
		return true;
	case UBLK_IO_OP_WRITE_ZEROES:
		*op = SIM_OP_WRITE_ZEROES;
		return true;
	default:
		return false;
	}
}

/* Which way, with the power on and the lock held. */
static enum sim_way way_of(const struct sim_disk *disk, const struct ublksrv_io_desc *iod)
{
	if (disk->cache || disk->overlay || sim_disk_is_probe_write(disk, iod))
		return SIM_WAY_BUFFER;
	if (disk->fault && !disk->quiet &&
	    sim_fault_watches(disk->fault, sim_iod_offset(iod), sim_iod_length(iod)))
		return SIM_WAY_BUFFER;
	return SIM_WAY_TARGET;
}

/*
 * When the model says, as if the I/O had begun the trip before it was seen. What is left to wait decides how, and
 * with that which trip it was.
 */
static void due_model(struct sim_disk *disk, struct sim_io *io, uint64_t now_ns,
		      struct sim_due *due)
{
	const uint64_t *trip_ns = disk->pace.trip_ns[io->op];
	const uint64_t begun_ns = now_ns - trip_ns[SIM_WAIT_SPIN];

	io->trip_ns = trip_ns[SIM_WAIT_SPIN];
	due->at_ns = sim_model_arrive(disk->model, begun_ns, io);
	due->requested_ns = due->at_ns - begun_ns;
	due->op = io->op;
	due->is_modelled = true;
	if (due->at_ns > now_ns)
		due->wait = sim_pace_wait(&disk->pace, due->at_ns - now_ns);
	due->at_ns -= trip_ns[due->wait] - trip_ns[SIM_WAIT_SPIN];
}

/* Ask the model, and note the request; the lock is held. */
static void request_note(struct sim_disk *disk, const struct ublksrv_io_desc *iod,
			 uint64_t now_ns, struct sim_due *due)
{
	struct sim_io io = { .offset_bytes = sim_iod_offset(iod), .length_bytes = sim_iod_length(iod) };

	if (!op_of(iod, &io.op))
		return;
	if (disk->model)
		due_model(disk, &io, now_ns, due);
	__atomic_fetch_add(&disk->io_hash, sim_mix3(io.op, io.offset_bytes, io.length_bytes),
			   __ATOMIC_RELAXED);
}

static void due_probe(const struct sim_disk *disk, struct sim_due *due)
{
	due->at_ns += disk->probe->wait_ns;
	due->wait = sim_pace_wait(&disk->pace, disk->probe->wait_ns);
}

enum sim_way sim_disk_arrive(struct sim_disk *disk, const struct ublksrv_io_desc *iod,
			     uint64_t now_ns, struct sim_due *due)
{
	enum sim_way way = SIM_WAY_HOLD;

	*due = (struct sim_due){ .at_ns = now_ns };
	pthread_rwlock_rdlock(&disk->lock);
	if (disk->power == SIM_POWER_OFF) {
		way = SIM_WAY_FAIL;
	} else if (disk->power != SIM_POWER_HUNG) {
		way = way_of(disk, iod);
		if (!disk->quiet)
			request_note(disk, iod, now_ns, due);
		else if (disk->probe)
			due_probe(disk, due);
	}
	pthread_rwlock_unlock(&disk->lock);
	return way;
}

/*
 * Other parts while it runs; disk_set.c has what changes a part that is there.
 */

int sim_disk_set_faults(struct sim_disk *disk, const char *const *texts, size_t nr_rules,
			struct sim_error *err)
{
	struct sim_fault *fault;
	struct sim_fault *old;
	const int ret = disk_make_faults(disk, texts, nr_rules, &fault, err);

	if (ret)
		return ret;
	pthread_rwlock_wrlock(&disk->lock);
	old = disk->fault;
	disk->fault_hash = sim_mix3(disk->fault_hash, faults_hash(old), 0);
	disk->fault = fault;
	disk->layered = true;
	pthread_rwlock_unlock(&disk->lock);
	sim_fault_destroy(old);
	return 0;
}

int sim_disk_try_faults(const struct sim_disk *disk, const char *const *texts, size_t nr_rules,
			struct sim_error *err)
{
	struct sim_fault *fault;
	const int ret = disk_make_faults(disk, texts, nr_rules, &fault, err);

	if (!ret)
		sim_fault_destroy(fault);
	return ret;
}

int sim_disk_set_profile(struct sim_disk *disk, const char *name, struct sim_error *err)
{
	struct sim_profile profile = { 0 };
	struct sim_model *model;
	struct sim_model *old;
	const int ret = disk_make_model(disk, name, &profile, &model, err);

	if (ret)
		return ret;
	pthread_rwlock_wrlock(&disk->lock);
	disk->model_hash = sim_disk_model_hash(disk);
	old = disk->model;
	disk->model = model;
	disk->profile = profile;
	disk->layered = true;
	pthread_rwlock_unlock(&disk->lock);
	sim_model_destroy(old);
	return 0;
}

uint64_t sim_disk_hash(struct sim_disk *disk)
{
	struct sim_cache_totals cache = { 0 };
	uint64_t hash;

	pthread_rwlock_rdlock(&disk->lock);
	if (disk->cache)
		sim_cache_totals(disk->cache, &cache);
	hash = __atomic_load_n(&disk->io_hash, __ATOMIC_RELAXED);
	hash = sim_mix3(hash, disk->seed, disk->cut_hash);
	hash = sim_mix3(hash, disk->fault_hash, faults_hash(disk->fault));
	hash = sim_mix3(hash, cache.hash, sim_disk_model_hash(disk));
	pthread_rwlock_unlock(&disk->lock);
	return hash;
}
