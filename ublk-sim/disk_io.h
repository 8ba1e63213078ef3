/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What disk.c and disk_io.c both ask of a request.
 */
#ifndef UBLK_SIM_DISK_IO_H
#define UBLK_SIM_DISK_IO_H

#include "disk.h"
#include "queue.h"

/**
 * sim_iod_offset - where a request begins
 * @iod: its descriptor
 *
 * Context: pure.
 * Return: bytes; 0 for a flush.
 */
static inline uint64_t sim_iod_offset(const struct ublksrv_io_desc *iod)
{
	return ublksrv_get_op(iod) == UBLK_IO_OP_FLUSH ?
		       0 :
		       (uint64_t)iod->start_sector << SIM_SECTOR_SHIFT;
}

/**
 * sim_iod_length - how long a request is
 * @iod: its descriptor
 *
 * Context: pure.
 * Return: bytes; 0 for a flush.
 */
static inline uint64_t sim_iod_length(const struct ublksrv_io_desc *iod)
{
	return ublksrv_get_op(iod) == UBLK_IO_OP_FLUSH ?
		       0 :
		       (uint64_t)iod->nr_sectors << SIM_SECTOR_SHIFT;
}

/**
 * sim_disk_is_probe_write - maybe a write that only measures, by its length
 * @disk: the lock held
 * @iod: the request's descriptor
 *
 * sim_disk_run() looks at its data. A target without data has none to save.
 *
 * Context: pure.
 * Return: whether its data are to be looked at.
 */
static inline bool sim_disk_is_probe_write(const struct sim_disk *disk,
					   const struct ublksrv_io_desc *iod)
{
	return disk->probe && disk->probe->block && disk->target->ops->write &&
	       ublksrv_get_op(iod) == UBLK_IO_OP_WRITE &&
	       sim_iod_length(iod) == disk->block_bytes;
}

#endif
