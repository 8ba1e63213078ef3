/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * perf record around a stretch of work in the guest, and its text.
 *
 * The sampled half of a profile: profile_guest.c starts it, runs the load,
 * stops it; profile_perf.c folds the text on the host. perf is told to begin
 * and end through a socket and acknowledges, so that its own start is not in
 * the samples.
 */
#ifndef BLKI_PROFILE_SAMPLE_H
#define BLKI_PROFILE_SAMPLE_H

#include <sys/types.h>

/* A running perf record. */
struct profile_sample {
	pid_t perf;
	int command_fd; /* we write "enable", "stop" */
	int ack_fd;	/* perf answers "ack" */
};

/**
 * profile_sample_begin() - start perf record and wait until it samples
 * @sample: out
 *
 * Context: forks; sleeps. Samples every task of the system by cpu-clock.
 * Return: 0 or -errno, a sentence was printed.
 */
int profile_sample_begin(struct profile_sample *sample);

/**
 * profile_sample_end() - stop it and write what `perf script` says
 * @sample: from profile_sample_begin()
 * @path: text file, replaced; modules that were sampled must still be loaded
 *
 * Context: forks; sleeps for some seconds.
 * Return: 0 or -errno, a sentence was printed.
 */
int profile_sample_end(struct profile_sample *sample, const char *path);

/**
 * profile_sample_abort() - stop it and forget the samples
 * @sample: from profile_sample_begin()
 */
void profile_sample_abort(struct profile_sample *sample);

#endif
