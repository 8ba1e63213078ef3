// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The summary of a profile, one row per window; see profile_summary.h. For the
 * scenario ublk-baseline it is the whole report, and the figures that others
 * have published stand below it, with what makes them differ.
 */
#include "profile_summary.h"

#include <string.h>

/* Where the kernel changes the stack: once per context switch. */
#define SWITCH_FUNCTION "__switch_to_asm"

uint64_t profile_frame_insns(const struct profile_arm *arm, const char *frame)
{
	return profile_tally_get(&arm->functions.all, frame).nr_insns;
}

uint64_t profile_user_insns(const struct profile_arm *arm)
{
	return profile_frame_insns(arm, PROFILE_FRAME_LOADER) +
	       profile_frame_insns(arm, PROFILE_FRAME_SERVER) +
	       profile_frame_insns(arm, PROFILE_FRAME_USER);
}

uint64_t profile_nr_switches(const struct profile_arm *arm)
{
	return profile_tally_get(&arm->functions.all, SWITCH_FUNCTION).nr_calls;
}

bool profile_is_baseline(const struct profile_report *report)
{
	return !strcmp(report->meta.scenario, "ublk-baseline");
}

static double per_io(const struct profile_arm *arm, uint64_t count)
{
	return (double)count / (double)arm->meta->nr_ios;
}

static double locked_per_io(const struct profile_arm *arm)
{
	return per_io(arm, profile_tally_sum(&arm->functions.all).nr_locked);
}

static const struct profile_arm *raw_of(const struct profile_report *report,
					const struct profile_arm *arm)
{
	for (size_t i = 0; i < report->nr_arms; i++) {
		const struct profile_meta_window *meta = report->arms[i].meta;

		if (!strcmp(meta->arm, "raw") && !strcmp(meta->device, arm->meta->device) &&
		    !strcmp(meta->load, arm->meta->load))
			return &report->arms[i];
	}
	return NULL;
}

static void print_locked(const struct profile_report *report, const struct profile_arm *arm,
			 FILE *file)
{
	const struct profile_arm *raw = raw_of(report, arm);

	if (!report->meta.locks_counted)
		fprintf(file, " %7s | %7s |", "-", "-");
	else if (!raw || raw == arm)
		fprintf(file, " %7.2f | %7s |", locked_per_io(arm), "-");
	else
		fprintf(file, " %7.2f | %+7.2f |", locked_per_io(arm),
			locked_per_io(arm) - locked_per_io(raw));
}

static void print_row(const struct profile_report *report, const struct profile_arm *arm,
		      FILE *file)
{
	struct profile_counts all = profile_tally_sum(&arm->functions.all);
	uint64_t user = profile_user_insns(arm);

	fprintf(file, "| %-13s | %-19s | %-18s | %9.1f | %8.1f | %9.1f | %8.1f |",
		arm->meta->device, arm->meta->load, arm->meta->arm, per_io(arm, all.nr_insns),
		per_io(arm, profile_frame_insns(arm, PROFILE_FRAME_LOADER)),
		per_io(arm, all.nr_insns - user),
		per_io(arm, profile_frame_insns(arm, PROFILE_FRAME_SERVER)));
	print_locked(report, arm, file);
	fprintf(file, " %8.3f | %8.3f |\n", per_io(arm, all.nr_syscalls),
		per_io(arm, profile_nr_switches(arm)));
}

static void print_peer(const struct profile_report *report, FILE *file)
{
	for (size_t i = 0; i < report->nr_arms; i++)
		if (!strcmp(report->arms[i].meta->device, "peer-ublksrv"))
			return;
	fputs("\npeer-ublksrv was not measured: ublksrv is not installed (no program ublk in PATH "
	      "or below the\nprefix of ublksrv.pc).\n", file);
}

/* Each figure is of the whole trip; see docs/profile.md for where they come from. */
static void print_published(FILE *file)
{
	fputs("\nPublished for a whole trip to the null target and back, 4 KiB random reads, one "
	      "queue of depth\n128, measured in another guest (another CPU model) with another "
	      "loader, so an order of magnitude\nrather than a rival:\n\n"
	      "| server | QD 1 | QD 32 | QD 128 |\n|---|---:|---:|---:|\n"
	      "| ublksrv's null | 21,951 | 9,309 | 8,978 |\n"
	      "| a minimal server | 18,276 | 7,566 | 7,664 |\n"
	      "| null_blk, without any server | 6,322 | 5,129 | 5,096 |\n\n"
	      "The rows null_blk of this run say how far the two loaders are apart. One processor "
	      "shows no\nparallelism: loader and server take turns, and more queues would not make "
	      "it faster.\n", file);
}

void profile_summary_text(const struct profile_report *report, FILE *file)
{
	fputs("\n## Per I/O\n\n", file);
	fprintf(file, "| %-13s | %-19s | %-18s | %9s | %8s | %9s | %8s | %7s | %7s | %8s | %8s |\n",
		"device", "load", "arm", "all insns", "loader", "kernel", "server", "locked",
		"to raw", "syscalls", "switches");
	fputs("|---------------|---------------------|--------------------|----------:|---------:|"
	      "----------:|---------:|--------:|--------:|---------:|---------:|\n", file);
	for (size_t i = 0; i < report->nr_arms; i++)
		print_row(report, &report->arms[i], file);
	if (!profile_is_baseline(report))
		return;
	print_peer(report, file);
	print_published(file);
}
