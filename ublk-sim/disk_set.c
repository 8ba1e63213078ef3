// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Changes of a disk that make no new part: its power, its calm, whether its cache lies, and the cut; see disk.h.
 * request.c and device.c → here. Each waits until no I/O is in the disk.
 */
#include "disk.h"

#include "rng.h"

#include <errno.h>
#include <string.h>

void sim_disk_set_quiet(struct sim_disk *disk, bool quiet)
{
	pthread_rwlock_wrlock(&disk->lock);
	disk->quiet = quiet;
	pthread_rwlock_unlock(&disk->lock);
}

void sim_disk_set_probe(struct sim_disk *disk, const struct sim_probe *probe)
{
	pthread_rwlock_wrlock(&disk->lock);
	disk->probe = probe;
	pthread_rwlock_unlock(&disk->lock);
}

void sim_disk_set_pace(struct sim_disk *disk, const struct sim_pace *pace)
{
	pthread_rwlock_wrlock(&disk->lock);
	disk->pace = *pace;
	pthread_rwlock_unlock(&disk->lock);
}

void sim_disk_set_power(struct sim_disk *disk, enum sim_power power)
{
	pthread_rwlock_wrlock(&disk->lock);
	if (power == SIM_POWER_ON || power == SIM_POWER_LEAVING)
		disk->nr_releases++;
	/* On its way out a disk without a layer holds nothing, and needs none. */
	if (power != SIM_POWER_LEAVING)
		disk->layered = true;
	disk->power = power;
	pthread_rwlock_unlock(&disk->lock);
}

void sim_disk_set_lying(struct sim_disk *disk, bool lying)
{
	pthread_rwlock_wrlock(&disk->lock);
	sim_cache_set_lying(disk->cache, lying);
	disk->lying = lying;
	pthread_rwlock_unlock(&disk->lock);
}

int sim_disk_cut(struct sim_disk *disk, enum sim_cut_policy policy, uint64_t seed,
		 struct sim_cut *cut, struct sim_error *err)
{
	int ret;

	*cut = (struct sim_cut){ 0 };
	pthread_rwlock_wrlock(&disk->lock);
	ret = disk->cache ? sim_cache_cut(disk->cache, policy, seed, cut) : 0;
	disk->nr_cuts++;
	disk->cut_hash = sim_mix3(disk->cut_hash, cut->hash, disk->nr_cuts);
	pthread_rwlock_unlock(&disk->lock);
	if (ret)
		sim_error_set(err, ret,
			      "the target does not take what survived the cut: %s; make room on it",
			      strerror(-ret));
	return ret;
}
