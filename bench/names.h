/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of everything the benchmark can be asked for: scenarios, devices, arms and loads.
 *
 * The command line -> these tables -> scenario. It owns the spelling that appears in
 * result.json and the stack that each arm builds, as one drawable line. Pure: no I/O, no clock.
 */
#ifndef BENCH_NAMES_H
#define BENCH_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/** BENCH_BLOCK_BYTES - size of an I/O of most loads, and the unit of the data checks */
#define BENCH_BLOCK_BYTES 4096

/* I/Os per sample: one batch at depth 32; divides exactly, so samples are exact in binary. */
#define BENCH_WINDOW 32

/**
 * BENCH_WINDOW_MAX - the largest window of a load, a multiple of every other; I/O counts are
 * rounded up to it
 */
#define BENCH_WINDOW_MAX 128

/** enum bench_scenario - what can be measured */
enum bench_scenario {
	BENCH_REMAP_OVERHEAD,
	BENCH_ATTACH_PAUSE,
	BENCH_UBLK_BASELINE,
	BENCH_NR_SCENARIOS,
};

/** enum bench_device - the simulated disks; the order is the order of the run */
enum bench_device {
	BENCH_NULL_BLK,
	BENCH_BRD,
	BENCH_UBLK_NULL,
	BENCH_UBLK_RAM,
	BENCH_PEER_UBLKSRV,
	BENCH_UBLK_PROFILE, /* one for each profile that is chosen */
	BENCH_NR_DEVICES,
};

/** enum bench_arm - what stands between the loader and the disk; arms.h says how each is made */
enum bench_arm {
	BENCH_RAW,
	BENCH_DM_LINEAR,
	BENCH_DM_LINEAR_2,
	BENCH_DM_LINEAR_ALIAS,
	BENCH_IDLE,
	BENCH_PASS,
	BENCH_PASS_LIST,
	BENCH_PASS_FAST,
	BENCH_PASS_FTRACE,
	BENCH_REMAP,
	BENCH_REMAP_FAST,
	BENCH_REMAP_ALIAS,
	BENCH_REMAP_NATIVE,
	BENCH_REMAP_NATIVE_OTHER,
	BENCH_NR_ARMS,
};

/** enum bench_load - what the loader does */
enum bench_load {
	BENCH_RANDREAD_QD1,
	BENCH_RANDREAD_QD32,
	BENCH_RANDREAD_QD128,
	BENCH_RANDWRITE_QD1,
	BENCH_RANDWRITE_QD32,
	BENCH_RANDREAD_128K_QD1,
	BENCH_SIMPLEREAD_QD1,
	BENCH_SIMPLEREAD_QD32,
	BENCH_SIMPLEREAD_QD128,
	BENCH_NR_LOADS,
};

/**
 * struct bench_name - one thing that can be asked for
 * @name: as written on the command line and in result.json
 * @stack: how an I/O travels, drawn in one line; NULL where nothing is stacked
 * @what: one sentence for people
 */
struct bench_name {
	const char *name;
	const char *stack;
	const char *what;
};

/**
 * struct bench_names - one kind of thing
 * @kind: singular noun, such as "arm"
 * @names: array of @nr
 * @nr: entries in @names, at most 32
 */
struct bench_names {
	const char *kind;
	const struct bench_name *names;
	size_t nr;
};

extern const struct bench_names bench_scenarios;
extern const struct bench_names bench_devices;
extern const struct bench_names bench_arms;
extern const struct bench_names bench_loads;

/**
 * bench_names_find - index of a name
 * @names: the table
 * @name: text, need not end after @len
 * @len: bytes of @name to look at
 *
 * Return: the index, or -1 when there is no such name.
 */
int bench_names_find(const struct bench_names *names, const char *name, size_t len);

/**
 * bench_names_parse - turn "a,b,c" into a bit mask
 * @names: the table
 * @list: comma-separated names
 * @mask: out: bit i set for names[i]; untouched on failure
 * @message: out: on failure the sentence that names the wrong word and the valid ones
 * @size: bytes at @message
 *
 * Return: 0, or -EINVAL for an empty or unknown name.
 */
int bench_names_parse(const struct bench_names *names, const char *list, unsigned int *mask,
		      char *message, size_t size);

/** BENCH_PROFILE_PREFIX - what a device with a profile of ublk-sim begins with */
#define BENCH_PROFILE_PREFIX "ublk:"

/** BENCH_MAX_PROFILES - profiles that one run can choose */
#define BENCH_MAX_PROFILES 4

/**
 * struct bench_devices_chosen - the devices of a run
 * @mask: bit mask of enum bench_device
 * @profiles: of BENCH_UBLK_PROFILE, @nr_profiles names
 * @nr_profiles: 0 when that bit is clear
 */
struct bench_devices_chosen {
	unsigned int mask;
	char profiles[BENCH_MAX_PROFILES][24];
	unsigned int nr_profiles;
};

/**
 * bench_devices_parse - bench_names_parse() for devices, "ublk:PROFILE" among them
 * @list: comma-separated names
 * @chosen: out; untouched on failure
 * @message: out: on failure the sentence that names the wrong word and the valid ones
 * @size: bytes at @message
 *
 * A profile is one of those that ublk-sim brings along.
 *
 * Return: 0, or -EINVAL for an empty or unknown name, or too many.
 */
int bench_devices_parse(const char *list, struct bench_devices_chosen *chosen, char *message,
			size_t size);

/** bench_load_is_write - whether a load writes */
bool bench_load_is_write(enum bench_load load);

/**
 * enum bench_engine - how the loader makes its I/Os
 * @BENCH_ENGINE_FIXED: io_uring, buffers and file registered, completions in its own context
 * @BENCH_ENGINE_SIMPLE: io_uring as a simple program uses it: nothing registered, no flags
 * @BENCH_ENGINE_SYNC: pread(2) and pwrite(2)
 */
enum bench_engine {
	BENCH_ENGINE_FIXED,
	BENCH_ENGINE_SIMPLE,
	BENCH_ENGINE_SYNC,
};

/** bench_load_engine - how a load is made */
enum bench_engine bench_load_engine(enum bench_load load);

/** bench_load_depth - I/Os that a load keeps in flight */
unsigned int bench_load_depth(enum bench_load load);

/** bench_load_io_bytes - size of each of its I/Os */
unsigned int bench_load_io_bytes(enum bench_load load);

/** bench_load_window - I/Os of one sample: BENCH_WINDOW, or a whole batch where that is larger */
unsigned int bench_load_window(enum bench_load load);

#endif /* BENCH_NAMES_H */
