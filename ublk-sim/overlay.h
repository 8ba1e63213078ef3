/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes to a disk that can be taken back: blocks that stand over those of the medium.
 *
 * disk.c puts one over the target while a run is recorded and while the crash states of the
 * record are shown to a checker, so that the target keeps what it held before. In memory, sparse;
 * a bit per block says whether the block stands here. Knows nothing of the medium below.
 */
#ifndef UBLK_SIM_OVERLAY_H
#define UBLK_SIM_OVERLAY_H

#include "media.h"

#include <stdint.h>

struct sim_overlay;

/**
 * sim_overlay_create - no changes
 * @size_bytes: of the disk
 * @block_bytes: unit of all ranges, a power of two
 *
 * Context: allocates address space; memory only where written.
 * Return: the overlay, to be given to sim_overlay_destroy(); NULL when memory is short.
 */
struct sim_overlay *sim_overlay_create(uint64_t size_bytes, uint32_t block_bytes);

/**
 * sim_overlay_destroy - free it and the changes
 * @overlay: an overlay, or NULL
 */
void sim_overlay_destroy(struct sim_overlay *overlay);

/**
 * sim_overlay_write - change a range
 * @overlay: the overlay
 * @offset_bytes: start, a multiple of the block
 * @data: what it holds from now on; NULL: zeroes
 * @length_bytes: length, a multiple of the block
 *
 * Context: any thread; no lock: two writers of one block have no order on a disk either.
 * Return: 0, -EINVAL when the range leaves the disk.
 */
int sim_overlay_write(struct sim_overlay *overlay, uint64_t offset_bytes, const void *data,
		      uint64_t length_bytes);

/**
 * sim_overlay_read - put changes over what the medium has
 * @overlay: the overlay
 * @offset_bytes: start, a multiple of the block
 * @data: what the medium has; changed blocks are replaced
 * @length_bytes: length, a multiple of the block
 *
 * Context: any thread.
 */
void sim_overlay_read(const struct sim_overlay *overlay, uint64_t offset_bytes, void *data,
		      uint64_t length_bytes);

/**
 * sim_overlay_reset - take all changes back
 * @overlay: the overlay; no thread uses it meanwhile
 *
 * Context: may sleep; one madvise(2).
 */
void sim_overlay_reset(struct sim_overlay *overlay);

/**
 * sim_overlay_apply - write all changes to a medium
 * @overlay: the overlay; stays as it is
 * @media: the medium
 *
 * Context: calls the medium, in ascending order.
 * Return: 0, or the first -errno of the medium.
 */
int sim_overlay_apply(const struct sim_overlay *overlay, const struct sim_media *media);

#endif
