/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify's command line: what verify_options.c reads and verify.c does.
 */
#ifndef BLKI_TEST_VERIFY_H
#define BLKI_TEST_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "slot.h"

/**
 * struct config - the command line
 * @path: file or block device
 * @ready: file that is made when the extent is filled and the load starts, or NULL
 * @create_bytes: size of the file to make, 0: @path exists
 * @length_bytes: bytes of the extent, 0: to the end
 * @min_bytes: smallest I/O
 * @max_bytes: largest I/O
 * @nr_ios: I/Os after which to stop, 0: no limit
 * @seconds: seconds after which to stop, 0: no limit
 * @nr_threads: threads
 * @depth: I/Os in flight per thread; more than 1 uses io_uring
 * @truth: the truth disk, or NULL
 * @truth_offset_bytes: start of this extent's region on it
 * @check: only read everything back and judge it by the truth disk
 */
struct config {
	const char *path;
	const char *ready;
	uint64_t create_bytes;
	uint64_t length_bytes;
	uint64_t min_bytes;
	uint64_t max_bytes;
	uint64_t nr_ios;
	uint64_t seconds;
	uint64_t nr_threads;
	uint64_t depth;
	const char *truth;
	uint64_t truth_offset_bytes;
	bool check;
};

/**
 * verify_parse - read the command line; ends the program on wrong usage and --help
 * @argc: as main's
 * @argv: as main's
 * @config: in: the defaults; out: what was asked for
 * @extent: in: the defaults; out: percentages, seed and offset
 */
void verify_parse(int argc, char **argv, struct config *config, struct extent *extent);

#endif /* BLKI_TEST_VERIFY_H */
