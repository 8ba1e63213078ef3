/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One profiled arm with everything joined, the checks it must pass, and the
 * table of functions that compares arms.
 *
 * Stage before: profile_reduce.c, which fills the arms; after: the report
 * (profile_report.c). Pure.
 */
#ifndef BLKI_PROFILE_ARM_H
#define BLKI_PROFILE_ARM_H

#include <stdbool.h>
#include <stddef.h>

#include "profile_fold.h"
#include "profile_meta.h"

/* Largest disagreement of the plugin's sum and the clock, of the clock. */
#define PROFILE_SUM_LIMIT_PCT 0.5
/* Largest share of instructions in kernel code without a symbol. */
#define PROFILE_UNKNOWN_LIMIT_PCT 0.5
/* Fewer samples tell nothing: 100 give a function of 10 % only +-6 %. */
#define PROFILE_SAMPLES_MIN 100
/* Arms that one table compares; the arms of bench/names.h fit. */
#define PROFILE_ARMS_MAX 16

struct profile_arm {
	const struct profile_meta_window *meta;
	uint64_t nr_overflows;		    /* of the plugin's shadow stack */
	struct profile_tally stacks;	    /* exact */
	struct profile_functions functions; /* of the exact stacks */
	struct profile_tally samples;	    /* perf's stacks; empty when not sampled */
};

struct profile_check {
	char *name; /* "device/load/arm: what"; owned */
	bool ok;
	char *detail; /* a sentence with the values; owned */
};

/* Zero-initialise; profile_checks_free() when done. */
struct profile_checks {
	struct profile_check *checks;
	size_t nr_checks;
};

/* A function in the arms of one device and load; instructions per I/O. */
struct profile_row {
	char *function; /* owned */
	double insns[PROFILE_ARMS_MAX];
	double difference; /* subject - reference; 0 with one arm */
};

/* Functions below submit_bio(), largest difference first. */
struct profile_table {
	const struct profile_arm *arms[PROFILE_ARMS_MAX];
	size_t nr_arms;
	size_t subject;	  /* index of the arm in question: remap, else the last */
	size_t reference; /* what it is compared with: dm-linear, else the first */
	struct profile_row *rows;
	size_t nr_rows;
};

/**
 * profile_check_arm() - what must hold for an arm's counts to be believed
 * @checks: results are added
 * @arm: the arm, with functions folded
 *
 * The instructions of all functions agree with the clock to
 * PROFILE_SUM_LIMIT_PCT; no call path was too deep; kernel code without a
 * symbol stays below PROFILE_UNKNOWN_LIMIT_PCT; something ran below
 * submit_bio(); a sampled arm has PROFILE_SAMPLES_MIN samples.
 *
 * Return: 0 or -ENOMEM; whether they hold is in @checks.
 */
int profile_check_arm(struct profile_checks *checks, const struct profile_arm *arm);

/**
 * profile_checks_add() - add one result
 * @checks: the list
 * @ok: whether it holds
 * @name: copied
 * @format: printf format of the detail
 *
 * Return: 0 or -ENOMEM.
 */
int profile_checks_add(struct profile_checks *checks, bool ok, const char *name,
		       const char *format, ...) __attribute__((format(printf, 4, 5)));

/**
 * profile_checks_nr_failed() - how many do not hold
 * @checks: the list
 */
size_t profile_checks_nr_failed(const struct profile_checks *checks);

/**
 * profile_checks_free() - free the contents
 * @checks: zeroed
 */
void profile_checks_free(struct profile_checks *checks);

/**
 * profile_table_make() - compare arms function by function
 * @table: out; @table->arms and @table->nr_arms are filled in by the caller
 *
 * Return: 0 or -ENOMEM. Free with profile_table_free().
 */
int profile_table_make(struct profile_table *table);

/**
 * profile_table_free() - free the rows
 * @table: the table
 */
void profile_table_free(struct profile_table *table);

#endif
