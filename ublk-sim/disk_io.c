// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A disk's I/O with data: faults, cache, changes, target; see disk.h. layer.c → here → fault.c, cache.c, overlay.c
 * and the target's calls that wait.
 */
#include "disk_io.h"

#include <errno.h>
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
 * What a request does.
 */

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
	const uint64_t offset_bytes = sim_iod_offset(iod);
	const uint64_t length_bytes = sim_iod_length(iod);
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
	const uint64_t offset_bytes = sim_iod_offset(iod);
	const uint64_t length_bytes = sim_iod_length(iod);
	int ret;

	if (sim_disk_is_probe_write(disk, iod) && !memcmp(buffer, disk->probe->block, length_bytes))
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
		ret = sim_cache_zero(disk->cache, sim_iod_offset(iod), sim_iod_length(iod));
	else
		ret = medium_zero(disk, sim_iod_offset(iod), sim_iod_length(iod));
	if (!ret && disk->fault)
		sim_fault_heal(disk->fault, sim_iod_offset(iod), sim_iod_length(iod));
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
