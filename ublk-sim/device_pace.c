// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * May a device have a profile? See device_pace.h. device.c and request.c → here → floor.c
 * measures, the profile says what it needs.
 */
#include "device_pace.h"

#include "builtin.h"
#include "floor.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* How long an I/O takes here with no service time; the model must rest. */
static int path_measure(struct sim_device *device, struct sim_error *err)
{
	uint64_t path_ns;
	char path[32];
	int ret;

	snprintf(path, sizeof(path), "/dev/ublkb%u", device->info.dev_id);
	ret = sim_floor_path_ns(path, device->opts->block_bytes, device->target.size_bytes,
				&path_ns);
	if (ret)
		return sim_error_set(err, ret,
				     "%s cannot be read to measure this host: %s; look at the kernel log (dmesg)",
				     path, strerror(-ret));
	sim_disk_set_path(&device->disk, path_ns);
	return 0;
}

static int profile_check(const struct sim_disk *disk, const struct sim_profile *profile,
			 bool force, struct sim_error *err)
{
	const uint64_t wanted_ns = sim_profile_floor_ns(profile);

	if (force || wanted_ns >= disk->path_ns)
		return 0;
	return sim_error_set(err, -EOPNOTSUPP,
			     "profile %s has I/Os of %" PRIu64 " us and this host takes %" PRIu64 " us for any; choose a slower profile, or give --force and the status says that it is not delivered",
			     profile->name, wanted_ns / 1000, disk->path_ns / 1000);
}

int sim_device_measure(struct sim_device *device, const struct sim_profile *profile, bool force,
		       struct sim_error *err)
{
	const int ret = path_measure(device, err);

	return ret ? ret : profile_check(&device->disk, profile, force, err);
}

int sim_device_set_profile(struct sim_device *device, const char *name, bool force,
			   struct sim_error *err)
{
	struct sim_disk *disk = &device->disk;
	struct sim_profile profile;
	int ret;

	if (!name)
		return sim_disk_set_profile(disk, NULL, err);
	if (disk->fault)
		return sim_error_set(err, -EBUSY,
				     "its faults would meet the reads that measure this host; take them away first with 'ublk-sim set --no-faults'");
	ret = sim_builtin_load(name, &profile, err);
	if (ret)
		return ret;
	/* Nobody's I/O gets slower for it, and the measurement must not be modelled. */
	sim_disk_set_quiet(disk, true);
	ret = sim_device_measure(device, &profile, force, err);
	sim_disk_set_quiet(disk, false);
	return ret ? ret : sim_disk_set_profile(disk, name, err);
}
