/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose code an address of user space is: the loader's or the disk server's.
 *
 * Stage before: the executable mappings that the guest saved for a window;
 * after: profile_fold.c. The plugin sees virtual addresses and no processes.
 * That is enough, because the kernel places every process and its libraries
 * at random (28 bits of a page number): two that share a page are refused,
 * not guessed about. Pure but for the reader of a file.
 */
#ifndef BLKI_PROFILE_SPACES_H
#define BLKI_PROFILE_SPACES_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Who has code in user space; also the first word of a line in the file. */
enum profile_owner {
	PROFILE_OWNER_LOADER,
	PROFILE_OWNER_SERVER,
	PROFILE_NR_OWNERS,
};

struct profile_space {
	uint64_t start; /* first address */
	uint64_t end;	/* first address behind it */
	enum profile_owner owner;
};

/* Zero-initialise; profile_spaces_free() when done. */
struct profile_spaces {
	struct profile_space *spaces;
	size_t nr_spaces;
};

/** profile_owner_name() - "loader" or "server" */
const char *profile_owner_name(enum profile_owner owner);

/**
 * profile_spaces_read() - read the mappings of a window
 * @spaces: out
 * @file: lines "OWNER START-END", addresses in hex as in /proc/PID/maps
 *
 * Context: may allocate.
 * Return: 0; -EINVAL at a line that is none; -EEXIST when two owners have the
 * same address; -ENOMEM.
 */
int profile_spaces_read(struct profile_spaces *spaces, FILE *file);

/**
 * profile_spaces_find() - the frame for an address of user space
 * @spaces: the mappings
 * @va: the address
 *
 * Return: PROFILE_FRAME_LOADER, PROFILE_FRAME_SERVER or PROFILE_FRAME_USER of
 * profile_fold.h.
 */
const char *profile_spaces_find(const struct profile_spaces *spaces, uint64_t va);

/**
 * profile_spaces_free() - free the contents
 * @spaces: zeroed
 */
void profile_spaces_free(struct profile_spaces *spaces);

#endif
