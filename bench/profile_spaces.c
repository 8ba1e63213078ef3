// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the executable mappings of loader and server, and finds the owner of
 * an address. Some twenty mappings: a walk is short enough.
 */
#include "profile_spaces.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "profile_fold.h"

static const char *const owner_names[PROFILE_NR_OWNERS] = { "loader", "server" };

static const char *const frames[PROFILE_NR_OWNERS] = {
	PROFILE_FRAME_LOADER,
	PROFILE_FRAME_SERVER,
};

const char *profile_owner_name(enum profile_owner owner)
{
	return owner_names[owner];
}

static int parse_line(const char *line, struct profile_space *space)
{
	char name[16];
	unsigned int owner;

	if (sscanf(line, "%15s %" SCNx64 "-%" SCNx64, name, &space->start, &space->end) != 3 ||
	    space->start >= space->end)
		return -EINVAL;
	for (owner = 0; owner < PROFILE_NR_OWNERS; owner++)
		if (!strcmp(name, owner_names[owner]))
			break;
	space->owner = (enum profile_owner)owner;
	return owner < PROFILE_NR_OWNERS ? 0 : -EINVAL;
}

static int add(struct profile_spaces *spaces, const struct profile_space *space)
{
	struct profile_space *grown;

	for (size_t i = 0; i < spaces->nr_spaces; i++) {
		const struct profile_space *other = &spaces->spaces[i];

		if (other->owner != space->owner && other->start < space->end &&
		    space->start < other->end)
			return -EEXIST;
	}
	grown = reallocarray(spaces->spaces, spaces->nr_spaces + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	spaces->spaces = grown;
	spaces->spaces[spaces->nr_spaces++] = *space;
	return 0;
}

int profile_spaces_read(struct profile_spaces *spaces, FILE *file)
{
	struct profile_space space;
	char *line = NULL;
	size_t cap = 0;
	int err = 0;

	while (!err && getline(&line, &cap, file) > 0) {
		err = parse_line(line, &space);
		if (!err)
			err = add(spaces, &space);
	}
	free(line);
	return err;
}

const char *profile_spaces_find(const struct profile_spaces *spaces, uint64_t va)
{
	for (size_t i = 0; i < spaces->nr_spaces; i++)
		if (va >= spaces->spaces[i].start && va < spaces->spaces[i].end)
			return frames[spaces->spaces[i].owner];
	return PROFILE_FRAME_USER;
}

void profile_spaces_free(struct profile_spaces *spaces)
{
	free(spaces->spaces);
	*spaces = (struct profile_spaces){ 0 };
}
