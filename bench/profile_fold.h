/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Folded stacks: "outermost;…;innermost" with counts, from the exact record
 * or from perf's samples, and the functions in them.
 *
 * Stage before: profile_record.c and profile_symbols.c; after: the folded
 * files and profile_table.c. Frames of interrupts and exceptions are cut off
 * the code they fell into and stand under PROFILE_FRAME_INTERRUPT, because a
 * timer tick belongs to no I/O. Pure.
 */
#ifndef BLKI_PROFILE_FOLD_H
#define BLKI_PROFILE_FOLD_H

#include <stdbool.h>
#include <stdio.h>

#include "profile_record.h"
#include "profile_spaces.h"
#include "profile_symbols.h"
#include "profile_tally.h"

#define PROFILE_FRAME_USER "[user]"	      /* user space of neither of the next two */
#define PROFILE_FRAME_LOADER "[loader]"	      /* user space of the loader */
#define PROFILE_FRAME_SERVER "[server]"	      /* user space of the disk's server */
#define PROFILE_FRAME_UNKNOWN "[unknown]"     /* kernel code without a symbol */
#define PROFILE_FRAME_INTERRUPT "[interrupt]" /* root of interrupts and exceptions */

/* The functions of an arm, keyed by name. */
struct profile_functions {
	struct profile_tally all;   /* wherever they ran */
	struct profile_tally under; /* only below submit_bio() */
};

/**
 * profile_fold_record() - fold one window of the exact record
 * @window: the window
 * @symbols: the sorted symbols of the same window
 * @spaces: whose code is where in user space, of the same window
 * @stacks: stacks are added here; user space as one of three frames
 *
 * Every instruction goes to the function it lies in, also where a block runs
 * over the end of one. A function reached by a jump (a tail call) stands
 * under the function that was called.
 *
 * Return: 0 or -ENOMEM.
 */
int profile_fold_record(const struct profile_record_window *window,
			const struct profile_symbols *symbols,
			const struct profile_spaces *spaces, struct profile_tally *stacks);

/**
 * profile_fold_perf() - fold the text of `perf script -F comm,ip,sym`
 * @file: the text
 * @symbols: the sorted symbols of the same window
 * @stacks: stacks are added here; nr_insns counts samples; idle task and perf are left out
 *
 * Return: 0, -EINVAL for text that is not perf script's, or -ENOMEM.
 */
int profile_fold_perf(FILE *file, const struct profile_symbols *symbols,
		      struct profile_tally *stacks);

/**
 * profile_fold_functions() - self counts by function
 * @stacks: folded stacks
 * @functions: out: added to
 *
 * Return: 0 or -ENOMEM.
 */
int profile_fold_functions(const struct profile_tally *stacks,
			   struct profile_functions *functions);

/**
 * profile_stack_is_under() - whether a stack is below submit_bio()
 * @stack: folded stack
 *
 * Return: true if a frame is submit_bio or one of the functions that it
 * becomes by tail calls: submit_bio_noacct, submit_bio_noacct_nocheck,
 * __submit_bio.
 */
bool profile_stack_is_under(const char *stack);

/**
 * profile_fold_write() - write folded stacks
 * @stacks: the stacks
 * @prefix: first frame of every line, such as the arm; may be NULL
 * @file: lines "prefix;stack nr_insns"
 *
 * Return: 0 or -EIO.
 */
int profile_fold_write(const struct profile_tally *stacks, const char *prefix, FILE *file);

/**
 * profile_functions_free() - free both tallies
 * @functions: zeroed
 */
void profile_functions_free(struct profile_functions *functions);

#endif
