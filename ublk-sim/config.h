/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A device in one JSON file: what `add --config` reads and `recover` finds again.
 *
 * One object whose keys are the long options of `add`; values are strings, numbers or, for
 * switches, true and false; "fault" may be an array. What the command line gives after
 * --config overrules the file. Unknown keys are refused.
 */
#ifndef UBLK_SIM_CONFIG_H
#define UBLK_SIM_CONFIG_H

#include "error.h"
#include "options.h"

#include <stddef.h>

/**
 * sim_config_parse - read options from text
 * @text: JSON, need not be NUL-terminated
 * @length_bytes: of @text
 * @opts: the members that the text names are set; undefined on failure
 * @err: the sentence on failure: the key, what is wrong, what to write
 *
 * Context: pure; allocates and frees.
 * Return: 0, -EINVAL, -ENOMEM.
 */
int sim_config_parse(const char *text, size_t length_bytes, struct sim_options *opts,
		     struct sim_error *err);

/**
 * sim_config_load - read options from a file
 * @path: the file, at most 1 MiB
 * @opts: as sim_config_parse()
 * @err: the sentence on failure
 *
 * Context: may sleep.
 * Return: 0, what sim_config_parse() returns, -errno of the file, -EFBIG.
 */
int sim_config_load(const char *path, struct sim_options *opts, struct sim_error *err);

/**
 * sim_config_save - write options to a file that sim_config_load() reads
 * @path: replaced
 * @opts: the options; what has its default is left out
 * @err: the sentence on failure
 *
 * Context: may sleep.
 * Return: 0 or -errno.
 */
int sim_config_save(const char *path, const struct sim_options *opts, struct sim_error *err);

#endif
