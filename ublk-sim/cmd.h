/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands of ublk-sim; main.c picks one. Each parses its own options with argp.
 */
#ifndef UBLK_SIM_CMD_H
#define UBLK_SIM_CMD_H

#include "error.h"

/* What a command returns to the shell. */
enum sim_exit {
	SIM_EXIT_OK = 0,
	SIM_EXIT_FAILED = 1,	/* the thing itself failed */
	SIM_EXIT_USAGE = 2,	/* usage or environment */
};

/**
 * cmd_add - make a device and serve it
 * @argc: number of words, the command's name included
 * @argv: the words
 *
 * Return: enum sim_exit; prints the node alone on stdout.
 */
int cmd_add(int argc, char **argv);

/**
 * cmd_del - delete devices, also of dead servers
 * @argc: as cmd_add()
 * @argv: as cmd_add()
 *
 * Return: enum sim_exit.
 */
int cmd_del(int argc, char **argv);

/**
 * cmd_list - devices and their I/O counts
 * @argc: as cmd_add()
 * @argv: as cmd_add()
 *
 * Return: enum sim_exit.
 */
int cmd_list(int argc, char **argv);

/**
 * cmd_features - what the kernel's driver can do
 * @argc: as cmd_add()
 * @argv: as cmd_add()
 *
 * Return: enum sim_exit.
 */
int cmd_features(int argc, char **argv);

/**
 * cmd_fail - tell an error
 * @err: its sentence
 *
 * Return: SIM_EXIT_USAGE, to be returned at once.
 */
int cmd_fail(const struct sim_error *err);

/**
 * cmd_flush - make sure that what was printed has arrived
 *
 * Return: SIM_EXIT_OK, or SIM_EXIT_FAILED with a sentence when stdout is full or closed.
 */
int cmd_flush(void);

#endif
