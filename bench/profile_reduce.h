/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Joins what a profile run left in a directory: the plugin's record, the
 * guest's windows and symbols, perf's samples.
 *
 * Runs on the host, after the guest. Stage before: QEMU and profile_guest.c;
 * after: folded files, profile.json, profile.md, stdout.
 */
#ifndef BLKI_PROFILE_REDUCE_H
#define BLKI_PROFILE_REDUCE_H

/**
 * profile_reduce() - reduce a run's directory in place
 * @dir: the directory; files of profile_meta.h are read from it
 *
 * Context: reads and writes files; prints the table to stdout and one
 * sentence per failure to stderr.
 * Return: 0; 1 when a check failed (everything is written all the same); 2
 * when a file is missing or not what it should be.
 */
int profile_reduce(const char *dir);

#endif
