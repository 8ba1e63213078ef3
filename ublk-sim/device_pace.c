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

/* A thread looks at the clock for this long at most; a host with worse timers is late. */
#define SPIN_NS_MAX	20000u
/* The longest wait that is tried, unless sleeping begins above it: 402 of them are the user's 40 ms. */
#define PROBE_NS_MAX	100000u

/* How long the answers wait while a trip is measured: well inside the kind of wait, and as the profile's do. */
static uint64_t probe_wait_ns(const struct sim_pace *pace, uint64_t median_ns, enum sim_wait wait)
{
	const uint64_t shortest_ns = (SIM_SPIN_ONLY + 2) * pace->spin_ns;

	if (wait == SIM_WAIT_SPIN)
		return SIM_SPIN_ONLY * pace->spin_ns / 2;
	if (median_ns > PROBE_NS_MAX)
		median_ns = PROBE_NS_MAX;
	return median_ns > shortest_ns ? median_ns : shortest_ns;
}

/*
 * The floor of an op, and its trips: what an I/O takes that the server answers after a wait, less that
 * wait. Waiting, because a server that has looked at the clock, or slept, finds another state of the scheduler than
 * one that answers at once.
 */
static int op_measure(struct sim_device *device, struct sim_floor_disk *floor, enum sim_op op,
		      const struct sim_profile *profile, struct sim_pace *pace)
{
	const uint64_t median_ns = sim_quantiles_at(&profile->ops[op].base, 0.5);
	const bool is_write = op == SIM_OP_WRITE;
	struct sim_probe probe = { .block = is_write ? floor->block : NULL };
	uint64_t *trip_ns = pace->trip_ns[op];
	uint64_t took_ns;
	int wait;
	int ret;

	sim_disk_set_probe(&device->disk, &probe);
	ret = sim_floor_latency_ns(floor, is_write, &pace->floor_ns[op]);
	for (wait = SIM_WAIT_SPIN; !ret && wait < SIM_WAIT_COUNT; wait++) {
		sim_disk_set_probe(&device->disk, NULL);
		probe.wait_ns = probe_wait_ns(pace, median_ns, wait);
		sim_disk_set_probe(&device->disk, &probe);
		ret = sim_floor_latency_ns(floor, is_write, &took_ns);
		trip_ns[wait] = !ret && took_ns > probe.wait_ns ? took_ns - probe.wait_ns : 0;
	}
	sim_disk_set_probe(&device->disk, NULL);
	/* One that is answered at once finds its thread awake; one that waits can be no shorter than this. */
	if (pace->floor_ns[op] < trip_ns[SIM_WAIT_SPIN])
		pace->floor_ns[op] = trip_ns[SIM_WAIT_SPIN];
	return ret;
}

/* Reads, and writes where nobody else can write; all other ops are taken to be like reads. */
static int ops_measure(struct sim_device *device, struct sim_floor_disk *floor,
		       enum sim_users users, const struct sim_profile *profile,
		       struct sim_pace *pace)
{
	int op;
	int ret;

	ret = op_measure(device, floor, SIM_OP_READ, profile, pace);
	for (op = SIM_OP_WRITE; op < SIM_OP_COUNT; op++) {
		memcpy(pace->trip_ns[op], pace->trip_ns[SIM_OP_READ], sizeof(pace->trip_ns[op]));
		pace->floor_ns[op] = pace->floor_ns[SIM_OP_READ];
	}
	if (!ret && users == SIM_USERS_NONE)
		ret = op_measure(device, floor, SIM_OP_WRITE, profile, pace);
	return ret;
}

/* What this host adds to a service time; the model must rest. */
static int pace_measure(struct sim_device *device, const struct sim_profile *profile,
			enum sim_users users, struct sim_error *err)
{
	struct sim_pace pace = { 0 };
	struct sim_floor_timer timer;
	struct sim_floor_disk floor;
	char path[32];
	int ret;

	snprintf(path, sizeof(path), "/dev/ublkb%u", device->info.dev_id);
	ret = sim_floor_timer_ns(&timer);
	if (!ret)
		ret = sim_floor_open(&floor, path, device->opts->block_bytes,
				     device->target.size_bytes, users == SIM_USERS_NONE);
	if (!ret) {
		pace.spin_ns = timer.p99_ns < SPIN_NS_MAX ? timer.p99_ns : SPIN_NS_MAX;
		/* The waits that are measured end as the model's will. */
		sim_disk_set_pace(&device->disk, &pace);
		ret = ops_measure(device, &floor, users, profile, &pace);
		sim_floor_close(&floor);
	}
	if (ret)
		return sim_error_set(err, ret,
				     "%s cannot be read and written to measure this host: %s; look at the kernel log (dmesg)",
				     path, strerror(-ret));
	sim_disk_set_pace(&device->disk, &pace);
	return 0;
}

static int profile_check(const struct sim_disk *disk, const struct sim_profile *profile,
			 bool force, struct sim_error *err)
{
	static const struct {
		enum sim_op op;
		const char *name;
	} ops[] = { { SIM_OP_READ, "reads" }, { SIM_OP_WRITE, "writes" } };
	size_t i;

	for (i = 0; !force && i < sizeof(ops) / sizeof(ops[0]); i++)
		if (!sim_pace_delivers(&disk->pace, profile, ops[i].op))
			return sim_error_set(err, -EOPNOTSUPP,
					     "profile %s has %s of %" PRIu64 " us and this host takes %" PRIu64 " us for any; choose a slower profile, or give --force and the status says that they are not delivered",
					     profile->name, ops[i].name,
					     profile->ops[ops[i].op].base.ns[0] / 1000,
					     disk->pace.floor_ns[ops[i].op] / 1000);
	return 0;
}

int sim_device_measure(struct sim_device *device, const struct sim_profile *profile,
		       enum sim_users users, bool force, struct sim_error *err)
{
	const int ret = pace_measure(device, profile, users, err);

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
	ret = sim_device_measure(device, &profile, SIM_USERS_MAYBE, force, err);
	sim_disk_set_quiet(disk, false);
	return ret ? ret : sim_disk_set_profile(disk, name, err);
}
