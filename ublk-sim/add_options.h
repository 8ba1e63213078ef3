/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options of `add`, which `run` takes too.
 */
#ifndef UBLK_SIM_ADD_OPTIONS_H
#define UBLK_SIM_ADD_OPTIONS_H

#include "error.h"
#include "options.h"

#include <argp.h>

/* A child for a command's argp; its input is a struct sim_options that has its defaults. */
extern const struct argp add_options_argp;

/**
 * add_options_complete - judge the options as a whole, and make paths absolute
 * @opts: all options read
 * @err: the sentence on failure
 *
 * Context: may sleep.
 * Return: 0, -EINVAL, -ENOENT.
 */
int add_options_complete(struct sim_options *opts, struct sim_error *err);

#endif
