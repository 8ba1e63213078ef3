/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The disks that are measured: made, partitioned into origin and sibling, and taken away.
 *
 * scenario -> this -> stack. Every disk has the same layout: partition 1 is the origin,
 * partition 2 the sibling. The partitions are added by ioctl, no table is written, so that
 * disks without data have them too.
 */
#ifndef BENCH_DEVICES_H
#define BENCH_DEVICES_H

#include <stdbool.h>
#include <stdint.h>

#include "names.h"

struct json_object;

/** BENCH_DISK_MIB - size of every disk: two partitions of BENCH_PART_MIB and room before them */
#define BENCH_DISK_MIB 80

/** BENCH_PART_MIB - size of origin and sibling */
#define BENCH_PART_MIB 32

/**
 * struct bench_disk - a disk that exists
 * @device: which kind
 * @label: what a result calls it
 * @name: kernel name, such as "ram0"
 * @node: path of the whole disk
 * @origin: path of partition 1
 * @origin_name: kernel name of partition 1
 * @sibling: path of partition 2
 * @sibling_name: kernel name of partition 2
 * @origin_start_bytes: where partition 1 starts on the disk
 * @origin_bytes: size of partition 1
 * @max_io_bytes: largest request that the driver takes; a larger I/O is split
 * @keeps_data: what is written can be read back
 * @has_stat: the driver counts I/Os in the block layer's stat files
 * @ublk_sim: path of the ublk-sim that serves it; NULL when it is no ublk disk
 * @server_pid: process of ublk-sim, or 0
 * @profile_floor_ns: the fastest I/O of the disk's profile; 0 without a profile
 * @profile_delivered: this machine is fast enough for all of the profile
 */
struct bench_disk {
	enum bench_device device;
	char label[32];
	char name[32];
	char node[64];
	char origin[64];
	char origin_name[40];
	char sibling[64];
	char sibling_name[40];
	uint64_t origin_start_bytes;
	uint64_t origin_bytes;
	size_t max_io_bytes;
	bool keeps_data;
	bool has_stat;
	const char *ublk_sim;
	int server_pid;
	uint64_t profile_floor_ns;
	bool profile_delivered;
};

/**
 * struct bench_disk_options - how to make a disk
 * @device: which kind
 * @memory_backed: null_blk: keep data; the measured one does not
 * @latency_ns: null_blk: how long each I/O takes, by a timer; 0 completes it at once
 * @second: null_blk: one more disk beside the first, of another name
 * @ublk_sim: program that serves ublk disks, a path or a name in PATH
 * @profile: BENCH_UBLK_PROFILE: name of the profile
 */
struct bench_disk_options {
	enum bench_device device;
	bool memory_backed;
	unsigned int latency_ns;
	bool second;
	const char *ublk_sim;
	const char *profile;
};

/**
 * bench_disk_up - make a disk and its partitions
 * @disk: out
 * @options: which and how
 *
 * Context: loads drivers, starts processes, sleeps. Return: 0 or -errno, with a sentence
 * printed and nothing left behind.
 */
int bench_disk_up(struct bench_disk *disk, const struct bench_disk_options *options);

/** bench_disk_down - take a disk away again; Return: 0 or -errno, a sentence was printed */
int bench_disk_down(struct bench_disk *disk);

/** bench_disk_requests - requests that the driver sees for one I/O of a load */
unsigned int bench_disk_requests(const struct bench_disk *disk, enum bench_load load);

/**
 * bench_disk_ios - I/Os that the server of a ublk disk has served
 * @disk: a ublk disk
 * @ios: out: reads and writes since it started
 *
 * Return: 0 or -errno, a sentence was printed.
 */
int bench_disk_ios(const struct bench_disk *disk, uint64_t *ios);

/**
 * bench_disk_config - how the disk is set, for the environment of a result; Return: a new
 * object
 */
struct json_object *bench_disk_config(const struct bench_disk *disk);

#endif /* BENCH_DEVICES_H */
