// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The character of a disk; see disk.h. layer.c asks here for each request; request.c changes
 * what is asked for.
 */
#include "disk.h"

#include "builtin.h"
#include "disk_model.h"
#include "queue.h"
#include "rng.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*
 * The medium: the changes where there are any, else the target.
 */

static int medium_write(void *context, uint64_t offset_bytes, const void *data,
			uint64_t length_bytes)
{
	const struct sim_disk *disk = context;

	if (disk->overlay)
		return sim_overlay_write(disk->overlay, offset_bytes, data, length_bytes);
	return disk->target->ops->write(disk->target, offset_bytes, data, length_bytes, false);
}

/* A target that cannot punch holes is written with zeroes. */
static int medium_zero(void *context, uint64_t offset_bytes, uint64_t length_bytes)
{
	static const unsigned char zeroes[SIM_ATOMIC_BYTES_MAX];
	const struct sim_disk *disk = context;
	uint64_t part;
	int ret;

	if (disk->overlay)
		return sim_overlay_write(disk->overlay, offset_bytes, NULL, length_bytes);
	ret = disk->target->ops->clear(disk->target, offset_bytes, length_bytes, true);
	if (ret != -EOPNOTSUPP)
		return ret;
	for (ret = 0; !ret && length_bytes; offset_bytes += part, length_bytes -= part) {
		part = length_bytes < sizeof(zeroes) ? length_bytes : sizeof(zeroes);
		ret = disk->target->ops->write(disk->target, offset_bytes, zeroes, part, false);
	}
	return ret;
}

static int medium_read(void *context, uint64_t offset_bytes, void *data, uint64_t length_bytes)
{
	const struct sim_disk *disk = context;
	const int ret = disk->target->ops->read(disk->target, offset_bytes, data, length_bytes);

	if (!ret && disk->overlay)
		sim_overlay_read(disk->overlay, offset_bytes, data, length_bytes);
	return ret;
}

struct sim_media sim_disk_media(struct sim_disk *disk)
{
	return (struct sim_media){
		.write = medium_write,
		.zero = medium_zero,
		.read = medium_read,
		.context = disk,
	};
}

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
 * The path of an I/O.
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

static uint64_t iod_offset(const struct ublksrv_io_desc *iod)
{
	return ublksrv_get_op(iod) == UBLK_IO_OP_FLUSH ?
		       0 :
		       (uint64_t)iod->start_sector << SIM_SECTOR_SHIFT;
}

static uint64_t iod_length(const struct ublksrv_io_desc *iod)
{
	return ublksrv_get_op(iod) == UBLK_IO_OP_FLUSH ?
		       0 :
		       (uint64_t)iod->nr_sectors << SIM_SECTOR_SHIFT;
}

/*
 * Maybe a write that only measures, by its length; sim_disk_run() looks at its data. A target without
 * data has none to save.
 */
static bool is_probe_write(const struct sim_disk *disk, const struct ublksrv_io_desc *iod)
{
	return disk->probe && disk->probe->block && disk->target->ops->write &&
	       ublksrv_get_op(iod) == UBLK_IO_OP_WRITE && iod_length(iod) == disk->block_bytes;
}

/* Which way, with the power on and the lock held. */
static enum sim_way way_of(const struct sim_disk *disk, const struct ublksrv_io_desc *iod)
{
	if (disk->cache || disk->overlay || is_probe_write(disk, iod))
		return SIM_WAY_BUFFER;
	if (disk->fault && !disk->quiet &&
	    sim_fault_watches(disk->fault, iod_offset(iod), iod_length(iod)))
		return SIM_WAY_BUFFER;
	return SIM_WAY_TARGET;
}

/*
 * When the model says, as if the I/O had begun the trip before it was seen. What is left to wait decides how, and
 * with that which trip it was.
 */
static void due_model(struct sim_disk *disk, const struct sim_io *io, uint64_t now_ns,
		      struct sim_due *due)
{
	const uint64_t *trip_ns = disk->pace.trip_ns[io->op];
	const uint64_t begun_ns = now_ns - trip_ns[SIM_WAIT_SPIN];

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
	struct sim_io io = { .offset_bytes = iod_offset(iod), .length_bytes = iod_length(iod) };

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

/* What is on the medium survives this host's power cut too; changes are in memory and never do. */
static int target_sync(const struct sim_disk *disk)
{
	return disk->lying || disk->overlay ? 0 : disk->target->ops->sync(disk->target);
}

/**
 * struct stored - where a write of this request goes below the faults
 * @disk: the disk
 * @fua: durable before it is answered
 */
struct stored {
	struct sim_disk *disk;
	bool fua;
};

static int stored_read(struct sim_disk *disk, uint64_t offset_bytes, void *data,
		       uint64_t length_bytes)
{
	if (disk->cache)
		return sim_cache_read(disk->cache, offset_bytes, data, length_bytes);
	return medium_read(disk, offset_bytes, data, length_bytes);
}

static int stored_write_blocks(const struct stored *stored, uint64_t offset_bytes,
			       const void *data, uint64_t length_bytes)
{
	struct sim_disk *disk = stored->disk;
	int ret;

	if (!disk->cache)
		return disk->target->ops->write(disk->target, offset_bytes, data, length_bytes,
						stored->fua);
	ret = sim_cache_write(disk->cache, offset_bytes, data, length_bytes, stored->fua);
	/* What the cache gives to the target stays in the caches below it. */
	return ret || !stored->fua ? ret : target_sync(disk);
}

/*
 * Begins with a block. A write that a fault tears inside a block keeps the rest of what is there; cache and target
 * take whole blocks. Another write of that block in flight at the same time has no order to this one.
 */
static int stored_write(void *context, uint64_t offset_bytes, const void *data,
			uint64_t length_bytes)
{
	_Alignas(SIM_BLOCK_BYTES_MAX) unsigned char block[SIM_BLOCK_BYTES_MAX];
	const struct stored *stored = context;
	const uint32_t block_bytes = stored->disk->block_bytes;
	const uint64_t rest_bytes = length_bytes % block_bytes;
	const uint64_t whole_bytes = length_bytes - rest_bytes;
	int ret = 0;

	if (whole_bytes)
		ret = stored_write_blocks(stored, offset_bytes, data, whole_bytes);
	if (ret || !rest_bytes)
		return ret;
	ret = stored_read(stored->disk, offset_bytes + whole_bytes, block, block_bytes);
	if (ret)
		return ret;
	memcpy(block, (const unsigned char *)data + whole_bytes, rest_bytes);
	return stored_write_blocks(stored, offset_bytes + whole_bytes, block, block_bytes);
}

static int disk_read(struct sim_disk *disk, const struct ublksrv_io_desc *iod, void *buffer,
		     bool *hang)
{
	const uint64_t offset_bytes = iod_offset(iod);
	const uint64_t length_bytes = iod_length(iod);
	int ret = stored_read(disk, offset_bytes, buffer, length_bytes);

	if (!ret && disk->fault && !disk->quiet)
		ret = sim_fault_read(disk->fault, offset_bytes, buffer, length_bytes, hang);
	return ret ? ret : (int)length_bytes;
}

static int disk_write(struct sim_disk *disk, const struct ublksrv_io_desc *iod, void *buffer,
		      bool *hang)
{
	struct stored stored = { disk, iod->op_flags & UBLK_IO_F_FUA };
	const struct sim_media below = { .write = stored_write, .context = &stored };
	const uint64_t offset_bytes = iod_offset(iod);
	const uint64_t length_bytes = iod_length(iod);
	int ret;

	if (is_probe_write(disk, iod) && !memcmp(buffer, disk->probe->block, length_bytes))
		return (int)length_bytes;
	if (disk->fault && !disk->quiet)
		ret = sim_fault_write(disk->fault, offset_bytes, buffer, length_bytes, &below,
				      hang);
	else
		ret = stored_write(&stored, offset_bytes, buffer, length_bytes);
	return ret ? ret : (int)length_bytes;
}

static int disk_flush(struct sim_disk *disk)
{
	const int ret = disk->cache ? sim_cache_flush(disk->cache) : 0;

	return ret ? ret : target_sync(disk);
}

static int disk_zero(struct sim_disk *disk, const struct ublksrv_io_desc *iod)
{
	int ret;

	if (disk->cache)
		ret = sim_cache_zero(disk->cache, iod_offset(iod), iod_length(iod));
	else
		ret = medium_zero(disk, iod_offset(iod), iod_length(iod));
	if (!ret && disk->fault)
		sim_fault_heal(disk->fault, iod_offset(iod), iod_length(iod));
	return ret;
}

int sim_disk_run(struct sim_disk *disk, const struct ublksrv_io_desc *iod, void *buffer,
		 bool *hang)
{
	int ret = -EOPNOTSUPP;

	*hang = false;
	pthread_rwlock_rdlock(&disk->lock);
	switch (ublksrv_get_op(iod)) {
	case UBLK_IO_OP_READ:
		ret = disk_read(disk, iod, buffer, hang);
		break;
	case UBLK_IO_OP_WRITE:
		ret = disk_write(disk, iod, buffer, hang);
		break;
	case UBLK_IO_OP_FLUSH:
		ret = disk_flush(disk);
		break;
	case UBLK_IO_OP_DISCARD:
	case UBLK_IO_OP_WRITE_ZEROES:
		ret = disk_zero(disk, iod);
		break;
	}
	if (disk->power == SIM_POWER_LEAVING)
		*hang = false;
	pthread_rwlock_unlock(&disk->lock);
	return ret;
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
