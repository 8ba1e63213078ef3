// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The disks that are measured: null_blk, brd, ublk-null, ublk-ram.
 *
 * scenario -> this -> stack. One maker and one remover per driver, then the same two
 * partitions on each. It does not attach anything and does not know arms.
 */
#include "devices.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <json-c/json_pointer.h>
#include <linux/blkpg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "device_peer.h"
#include "sys.h"

#define MIB (1024 * 1024ull)
#define NULLB_CONFIG "/sys/kernel/config/nullb"

/* The origin starts where a partitioning tool would put it. */
#define ORIGIN_START_MIB 1

/*
 * Largest request of the null_blk disks, in sectors: 16 KiB, so that 128 KiB are split 8 ways. An
 * I/O of 4 KiB never meets the limit.
 */
#define NULLB_MAX_SECTORS "32"

/* A device node appears at once; a loaded host may take a while. */
#define NODE_TIMEOUT_MS 10000

/* Queue depth of the ublk disks: more than any load keeps in flight. */
#define UBLK_DEPTH "128"

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

/** struct disk_driver - how one kind of disk is made and removed; both required */
struct disk_driver {
	int (*up)(struct bench_disk *disk, const struct bench_disk_options *options);
	int (*down)(struct bench_disk *disk);
};

static int load_driver(const char *name)
{
	const char *const argv[] = { "modprobe", name, NULL };

	if (!sys_run(NULL, 0, argv))
		return 0;
	bench_error("driver %s can not be loaded; a kernel that has it is needed", name);
	return -ENODEV;
}

static int nullb_set(const char *disk, const char *attribute, const char *value)
{
	int err = sys_write(value, NULLB_CONFIG "/%s/%s", disk, attribute);

	if (err)
		bench_error("%s: null_blk refuses %s=%s: %s", disk, attribute, value,
			    strerror(-err));
	return err;
}

static int nullb_down(struct bench_disk *disk)
{
	char path[96];
	int err;

	snprintf(path, sizeof(path), NULLB_CONFIG "/%s", disk->name);
	err = rmdir(path) ? -errno : 0;
	if (err)
		bench_error("%s: can not be removed: %s", path, strerror(-err));
	return err;
}

/* Completion by a timer: null_blk's irqmode 2. */
static int nullb_set_latency(struct bench_disk *disk, unsigned int latency_ns)
{
	char value[16];
	int err;

	snprintf(disk->label, sizeof(disk->label), "null_blk-%ums", latency_ns / 1000000);
	snprintf(value, sizeof(value), "%u", latency_ns);
	err = nullb_set(disk->name, "irqmode", "2");
	return err ? err : nullb_set(disk->name, "completion_nsec", value);
}

static int nullb_up(struct bench_disk *disk, const struct bench_disk_options *options)
{
	char path[96];
	int err;

	/* nr_devices=0: none but those made through configfs. */
	const char *const argv[] = { "modprobe", "null_blk", "nr_devices=0", NULL };

	if (sys_run(NULL, 0, argv))
		return -ENODEV;
	snprintf(disk->name, sizeof(disk->name), "nullb_%s%s", options->second ? "other_" : "",
		 options->memory_backed ? "data" : "bench");
	snprintf(path, sizeof(path), NULLB_CONFIG "/%s", disk->name);
	if (mkdir(path, 0755)) {
		err = -errno;
		bench_error("%s: can not be made: %s; mount configfs, and remove a leftover of "
			    "that name", path, strerror(-err));
		return err;
	}
	err = nullb_set(disk->name, "size", TEXT(BENCH_DISK_MIB));
	if (!err)
		err = nullb_set(disk->name, "queue_mode", "2");
	if (!err)
		err = nullb_set(disk->name, "submit_queues", "1");
	if (!err)
		err = nullb_set(disk->name, "max_sectors", NULLB_MAX_SECTORS);
	if (!err)
		err = nullb_set(disk->name, "memory_backed", options->memory_backed ? "1" : "0");
	if (!err && options->latency_ns)
		err = nullb_set_latency(disk, options->latency_ns);
	if (!err)
		err = nullb_set(disk->name, "power", "1");
	if (err)
		nullb_down(disk);
	disk->keeps_data = options->memory_backed;
	disk->has_stat = true;
	return err;
}

static int brd_up(struct bench_disk *disk, const struct bench_disk_options *options)
{
	char size[32];
	const char *const argv[] = { "modprobe", "brd", "rd_nr=1", size, NULL };

	(void)options;
	if (!access("/sys/module/brd", F_OK)) {
		bench_error("brd: it is loaded already, with a size that is not ours; "
			    "rmmod brd first");
		return -EBUSY;
	}
	snprintf(size, sizeof(size), "rd_size=%llu", BENCH_DISK_MIB * MIB / 1024);
	if (sys_run(NULL, 0, argv))
		return -ENODEV;
	snprintf(disk->name, sizeof(disk->name), "ram0");
	disk->keeps_data = true;
	return 0;
}

static int brd_down(struct bench_disk *disk)
{
	const char *const argv[] = { "rmmod", "brd", NULL };

	(void)disk;
	return sys_run(NULL, 0, argv);
}

static struct json_object *ublk_entry(struct json_object *root, const char *node)
{
	struct json_object *devices, *entry, *value;
	size_t i;

	if (!json_object_object_get_ex(root, "devices", &devices) ||
	    !json_object_is_type(devices, json_type_array))
		return NULL;
	for (i = 0; i < json_object_array_length(devices); i++) {
		entry = json_object_array_get_idx(devices, i);
		if (json_object_object_get_ex(entry, "node", &value) &&
		    !strcmp(json_object_get_string(value), node))
			return entry;
	}
	return NULL;
}

/* What ublk-sim says of one disk: the I/Os it served, and its process. */
static int ublk_ask(const struct bench_disk *disk, uint64_t *ios, int *pid)
{
	const char *const argv[] = { disk->ublk_sim, "list", "--json", NULL };
	struct json_object *root, *entry, *counts, *reads, *writes, *value;
	char text[8192];
	int err;

	err = sys_run(text, sizeof(text), argv);
	if (err)
		return err;
	root = json_tokener_parse(text);
	entry = ublk_entry(root, disk->node);
	if (!entry || !json_object_object_get_ex(entry, "ios", &counts) ||
	    !json_object_object_get_ex(counts, "read", &reads) ||
	    !json_object_object_get_ex(counts, "write", &writes)) {
		bench_error("%s: ublk-sim list --json does not report its I/Os", disk->node);
		err = -EPROTO;
	} else {
		*ios = (uint64_t)(json_object_get_int64(reads) + json_object_get_int64(writes));
		if (pid && json_object_object_get_ex(entry, "pid", &value))
			*pid = json_object_get_int(value);
	}
	json_object_put(root);
	return err;
}

int bench_disk_ios(const struct bench_disk *disk, uint64_t *ios)
{
	return ublk_ask(disk, ios, NULL);
}

/* Whether the server can deliver what its profile says. */
static int ublk_ask_timing(struct bench_disk *disk)
{
	const char *const argv[] = { disk->ublk_sim, "status", disk->node, "--json", NULL };
	struct json_object *root, *floor_ns, *delivered;
	char text[8192];
	int err;

	err = sys_run(text, sizeof(text), argv);
	if (err)
		return err;
	root = json_tokener_parse(text);
	if (json_pointer_get(root, "/timing/profile_floor_ns", &floor_ns) ||
	    json_pointer_get(root, "/timing/delivered", &delivered)) {
		bench_error("%s: ublk-sim status --json does not report its timing", disk->node);
		err = -EPROTO;
	} else {
		disk->profile_floor_ns = (uint64_t)json_object_get_int64(floor_ns);
		disk->profile_delivered = json_object_get_boolean(delivered);
	}
	json_object_put(root);
	return err;
}

static int ublk_down(struct bench_disk *disk)
{
	const char *const argv[] = { disk->ublk_sim, "del", disk->node, NULL };

	return sys_run(NULL, 0, argv);
}

static int ublk_up(struct bench_disk *disk, const struct bench_disk_options *options)
{
	const char *target = options->device == BENCH_UBLK_RAM ? "ram" : "null";
	/* A profile with I/Os too fast for this machine is served all the same; the result says so. */
	const char *const pace = options->profile ? "--profile" : NULL;
	const char *const argv[] = { options->ublk_sim, "add", "-t", target, "-q", "1", "-d",
				     UBLK_DEPTH, "-s", TEXT(BENCH_DISK_MIB) "M", pace,
				     options->profile, "--force", NULL };
	uint64_t ios;
	int err;

	if (options->profile)
		snprintf(disk->label, sizeof(disk->label), BENCH_PROFILE_PREFIX "%s",
			 options->profile);
	disk->ublk_sim = options->ublk_sim;
	disk->keeps_data = options->device == BENCH_UBLK_RAM;
	disk->has_stat = true;
	err = load_driver("ublk_drv");
	if (!err)
		err = sys_run(disk->node, sizeof(disk->node), argv);
	if (err)
		return err;
	if (strncmp(disk->node, "/dev/", 5)) {
		bench_error("ublk-sim add printed \"%s\", not a device node", disk->node);
		return -EPROTO;
	}
	snprintf(disk->name, sizeof(disk->name), "%.31s", disk->node + 5);
	err = ublk_ask(disk, &ios, &disk->server_pid);
	if (!err && options->profile)
		err = ublk_ask_timing(disk);
	if (err)
		ublk_down(disk);
	return err;
}

static const struct disk_driver drivers[BENCH_NR_DEVICES] = {
	[BENCH_NULL_BLK] = { .up = nullb_up, .down = nullb_down },
	[BENCH_BRD] = { .up = brd_up, .down = brd_down },
	[BENCH_UBLK_NULL] = { .up = ublk_up, .down = ublk_down },
	[BENCH_UBLK_RAM] = { .up = ublk_up, .down = ublk_down },
	[BENCH_UBLK_PROFILE] = { .up = ublk_up, .down = ublk_down },
	[BENCH_PEER_UBLKSRV] = { .up = bench_peer_up, .down = bench_peer_down },
};

static int partition_ioctl(const struct bench_disk *disk, int op, int number, uint64_t start)
{
	struct blkpg_partition part = {
		.start = (long long)start, .length = BENCH_PART_MIB * MIB, .pno = number,
	};
	struct blkpg_ioctl_arg arg = {
		.op = op, .datalen = sizeof(part), .data = &part,
	};
	int fd, err = 0;

	fd = open(disk->node, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (ioctl(fd, BLKPG, &arg))
		err = -errno;
	close(fd);
	return err;
}

static void unpartition(const struct bench_disk *disk)
{
	int number, err;

	for (number = 2; number >= 1; number--) {
		err = partition_ioctl(disk, BLKPG_DEL_PARTITION, number, 0);
		if (err && err != -ENXIO)
			bench_error("%s: partition %d can not be deleted: %s", disk->node, number,
				    strerror(-err));
	}
}

static int partition(struct bench_disk *disk)
{
	size_t len = strlen(disk->name);
	const char *p = disk->name[len - 1] >= '0' && disk->name[len - 1] <= '9' ? "p" : "";
	uint64_t sibling_start;
	int err;

	disk->origin_start_bytes = ORIGIN_START_MIB * MIB;
	disk->origin_bytes = BENCH_PART_MIB * MIB;
	sibling_start = disk->origin_start_bytes + disk->origin_bytes;
	snprintf(disk->node, sizeof(disk->node), "/dev/%s", disk->name);
	snprintf(disk->origin_name, sizeof(disk->origin_name), "%s%s1", disk->name, p);
	snprintf(disk->sibling_name, sizeof(disk->sibling_name), "%s%s2", disk->name, p);
	snprintf(disk->origin, sizeof(disk->origin), "/dev/%s", disk->origin_name);
	snprintf(disk->sibling, sizeof(disk->sibling), "/dev/%s", disk->sibling_name);
	err = sys_wait_for(disk->node, NODE_TIMEOUT_MS);
	if (!err)
		err = partition_ioctl(disk, BLKPG_ADD_PARTITION, 1, disk->origin_start_bytes);
	if (!err)
		err = partition_ioctl(disk, BLKPG_ADD_PARTITION, 2, sibling_start);
	if (!err)
		err = sys_wait_for(disk->origin, NODE_TIMEOUT_MS);
	if (!err)
		err = sys_wait_for(disk->sibling, NODE_TIMEOUT_MS);
	if (err) {
		bench_error("%s: it can not be split into origin and sibling: %s", disk->node,
			    strerror(-err));
		unpartition(disk);
	}
	return err;
}

static int read_max_io(struct bench_disk *disk)
{
	char text[32];
	int err;

	err = sys_read(text, sizeof(text), "/sys/block/%s/queue/max_sectors_kb", disk->name);
	disk->max_io_bytes = err ? 0 : strtoul(text, NULL, 10) * 1024;
	if (!err && !disk->max_io_bytes)
		err = -EPROTO;
	if (err)
		bench_error("%s: queue/max_sectors_kb can not be read: %s", disk->node,
			    strerror(-err));
	return err;
}

int bench_disk_up(struct bench_disk *disk, const struct bench_disk_options *options)
{
	int err;

	memset(disk, 0, sizeof(*disk));
	disk->device = options->device;
	snprintf(disk->label, sizeof(disk->label), "%s", bench_devices.names[disk->device].name);
	err = drivers[disk->device].up(disk, options);
	if (err)
		return err;
	err = partition(disk);
	if (err) {
		drivers[disk->device].down(disk);
		return err;
	}
	err = read_max_io(disk);
	if (err)
		bench_disk_down(disk);
	return err;
}

int bench_disk_down(struct bench_disk *disk)
{
	unpartition(disk);
	return drivers[disk->device].down(disk);
}

unsigned int bench_disk_requests(const struct bench_disk *disk, enum bench_load load)
{
	size_t io_bytes = bench_load_io_bytes(load);

	return (unsigned int)((io_bytes + disk->max_io_bytes - 1) / disk->max_io_bytes);
}

static void put_queue_setting(struct json_object *config, const char *name, const char *attribute)
{
	char value[128];

	if (!sys_read(value, sizeof(value), "/sys/block/%s/queue/%s", name, attribute))
		json_object_object_add(config, attribute, json_object_new_string(value));
}

struct json_object *bench_disk_config(const struct bench_disk *disk)
{
	static const char *const settings[] = {
		"scheduler", "nr_requests", "logical_block_size", "physical_block_size",
		"max_sectors_kb", "write_cache", "iostats", "nomerges", "rotational",
	};
	struct json_object *config = json_object_new_object();
	char size[32];
	size_t i;

	json_object_object_add(config, "origin", json_object_new_string(disk->origin));
	json_object_object_add(config, "sibling", json_object_new_string(disk->sibling));
	snprintf(size, sizeof(size), "%d MiB", BENCH_PART_MIB);
	json_object_object_add(config, "origin_size", json_object_new_string(size));
	json_object_object_add(config, "keeps_data", json_object_new_boolean(disk->keeps_data));
	if (disk->ublk_sim) {
		json_object_object_add(config, "server", json_object_new_string("ublk-sim"));
		json_object_object_add(config, "queues", json_object_new_int(1));
		json_object_object_add(config, "depth", json_object_new_int(atoi(UBLK_DEPTH)));
	}
	if (disk->profile_floor_ns) {
		json_object_object_add(config, "profile_floor_ns",
				       json_object_new_int64((int64_t)disk->profile_floor_ns));
		json_object_object_add(config, "profile_delivered",
				       json_object_new_boolean(disk->profile_delivered));
	}
	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		put_queue_setting(config, disk->name, settings[i]);
	return config;
}
