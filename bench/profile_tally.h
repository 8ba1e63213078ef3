/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counts by name, in the order of the names: folded stacks and functions.
 * Stands between profile_fold.c, profile_perf.c, which add, and the tables
 * and files, which walk. Pure.
 */
#ifndef BLKI_PROFILE_TALLY_H
#define BLKI_PROFILE_TALLY_H

#include <stdint.h>

/* What is counted. For a sampled profile insns holds samples, the rest is 0. */
struct profile_counts {
	uint64_t nr_insns;  /* executed instructions; one REP iteration is one */
	uint64_t nr_locked; /* of them: locked read-modify-writes */
	uint64_t nr_reps;   /* of them: REP iterations */
	uint64_t nr_syscalls; /* of them: system calls */
	uint64_t nr_calls; /* entries at its first instruction; kernel functions only */
};

struct profile_tally {
	void *root; /* of tsearch(3); NULL is an empty tally */
};

/* Called by profile_tally_each() for every name; non-zero stops the walk. */
typedef int (*profile_tally_fn)(const char *name, const struct profile_counts *counts, void *arg);

/**
 * profile_tally_add() - add counts under a name
 * @tally: the tally
 * @name: copied
 * @counts: added to what is there
 *
 * Return: 0 or -ENOMEM.
 */
int profile_tally_add(struct profile_tally *tally, const char *name,
		      const struct profile_counts *counts);

/**
 * profile_tally_get() - the counts of a name
 * @tally: the tally
 * @name: the name
 *
 * Return: the counts; all 0 for a name that was never added.
 */
struct profile_counts profile_tally_get(const struct profile_tally *tally, const char *name);

/**
 * profile_tally_each() - walk in the order of strcmp()
 * @tally: the tally; not to be changed by @fn
 * @fn: called per name
 * @arg: handed to @fn
 *
 * Return: 0, or the first non-zero value of @fn, after which it is not called again.
 */
int profile_tally_each(const struct profile_tally *tally, profile_tally_fn fn, void *arg);

/**
 * profile_tally_sum() - everything together
 * @tally: the tally
 */
struct profile_counts profile_tally_sum(const struct profile_tally *tally);

/**
 * profile_tally_free() - free the contents
 * @tally: the tally; empty afterwards
 */
void profile_tally_free(struct profile_tally *tally);

#endif
