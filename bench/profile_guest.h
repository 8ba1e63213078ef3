/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest half of `bench profile`: puts every arm up, runs its marked
 * window, saves the symbols of that moment, and samples it with perf.
 *
 * Uses the same disks, stacks and loader as `bench run`. Stage after:
 * profile_reduce.c on the host.
 */
#ifndef BLKI_PROFILE_GUEST_H
#define BLKI_PROFILE_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What to profile. */
struct profile_options {
	const char *scenario; /* a name of bench_scenarios */
	unsigned int devices; /* bit masks of the enums of names.h */
	unsigned int loads;
	unsigned int arms;
	size_t nr_ios;	  /* I/Os of a window, a multiple of BENCH_WINDOW_MAX */
	size_t nr_warmup; /* I/Os before it, a multiple of BENCH_WINDOW_MAX */
	uint64_t seed;	  /* of the offsets, the same in every arm */
	bool sample;	  /* run perf as well */
	bool skip_absent_peer; /* leave peer-ublksrv out where it is not installed */
	const char *out;      /* directory for the files of profile_meta.h */
	const char *module;   /* path of the kernel module */
	const char *ublk_sim; /* path or name of the disk server */
};

/**
 * profile_guest_run() - profile every arm of the options
 * @options: what
 *
 * Context: root in a guest with the instruction clock; minutes.
 * Return: 0; 1 when something could not be measured; 2 when the environment
 * is not fit. A sentence was printed.
 */
int profile_guest_run(const struct profile_options *options);

#endif
