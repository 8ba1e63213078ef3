/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One row per window: who executed how much of an I/O, locked operations,
 * system calls, context switches; what the windows add to raw.
 *
 * profile_reduce.c -> this -> profile_report.c, profile_json.c. Pure but for
 * the stream that is given.
 */
#ifndef BLKI_PROFILE_SUMMARY_H
#define BLKI_PROFILE_SUMMARY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "profile_report.h"

/** profile_frame_insns() - instructions of an arm under one frame of user space */
uint64_t profile_frame_insns(const struct profile_arm *arm, const char *frame);

/** profile_user_insns() - instructions of an arm in user space, whoever executed them */
uint64_t profile_user_insns(const struct profile_arm *arm);

/** profile_nr_switches() - context switches of an arm: entries of __switch_to_asm() */
uint64_t profile_nr_switches(const struct profile_arm *arm);

/** profile_is_baseline() - whether a profile is of the scenario ublk-baseline */
bool profile_is_baseline(const struct profile_report *report);

/**
 * profile_summary_text() - the table, as Markdown with aligned columns
 * @report: the profile
 * @file: where to
 *
 * Locked operations are shown where LOCK prefixes were left in place; the
 * added ones are against the arm raw of the same device and load.
 */
void profile_summary_text(const struct profile_report *report, FILE *file);

#endif
