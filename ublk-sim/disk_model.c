// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hash of what a disk's service models drew; see disk_model.h. disk.c → here → model.c.
 */
#include "disk_model.h"

#include "rng.h"

uint64_t sim_disk_model_hash(const struct sim_disk *disk)
{
	struct sim_model_totals totals;

	if (!disk->model)
		return disk->model_hash;
	sim_model_totals(disk->model, &totals);
	return sim_mix3(disk->model_hash, totals.hash, 0);
}
