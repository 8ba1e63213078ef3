/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The profiles that come with the program: profiles/<name>.json, built into it.
 *
 * So a server needs no file to be found, and `profiles` shows exactly what a name means.
 */
#ifndef UBLK_SIM_BUILTIN_H
#define UBLK_SIM_BUILTIN_H

#include "error.h"
#include "profile.h"

#include <stdbool.h>
#include <stddef.h>

/**
 * sim_builtin_name - walk the profiles
 * @index: from 0
 *
 * Context: pure.
 * Return: its name, or NULL behind the last.
 */
const char *sim_builtin_name(size_t index);

/**
 * sim_builtin_text - a profile as it is written
 * @index: from 0
 * @length_bytes: set to its length
 *
 * Context: pure.
 * Return: JSON text, or NULL behind the last.
 */
const char *sim_builtin_text(size_t index, size_t *length_bytes);

/**
 * sim_builtin_is_path - is a profile meant by its file
 * @name: as typed
 *
 * Context: pure.
 * Return: whether it has a slash or ends with ".json".
 */
bool sim_builtin_is_path(const char *name);

/**
 * sim_builtin_load - a profile by name, or by the path of a file
 * @name: sim_builtin_is_path() tells which
 * @profile: filled; undefined on failure
 * @err: the sentence on failure
 *
 * Context: may sleep.
 * Return: 0; -ENOENT for an unknown name; what sim_profile_load() returns.
 */
int sim_builtin_load(const char *name, struct sim_profile *profile, struct sim_error *err);

#endif
