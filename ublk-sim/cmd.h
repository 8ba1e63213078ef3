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
 * cmd_status - one device in full
 * @argc: as cmd_add()
 * @argv: as cmd_add()
 *
 * Return: enum sim_exit.
 */
int cmd_status(int argc, char **argv);

/**
 * cmd_set - change a live device
 * @argc: as cmd_add()
 * @argv: as cmd_add()
 *
 * Return: enum sim_exit.
 */
int cmd_set(int argc, char **argv);

/**
 * cmd_cut - cut the power of a disk
 * @argc: as cmd_add()
 * @argv: as cmd_add()
 *
 * Return: enum sim_exit.
 */
int cmd_cut(int argc, char **argv);

/**
 * cmd_recover - serve a disk again whose server was killed
 * @argc: as cmd_add()
 * @argv: as cmd_add()
 *
 * Return: enum sim_exit.
 */
int cmd_recover(int argc, char **argv);

/**
 * cmd_run - make a device for one command
 * @argc: as cmd_add()
 * @argv: as cmd_add()
 *
 * Return: the exit status of the command that was run, 126 when it cannot be run, 127 when it is not
 *	found; enum sim_exit when the device cannot be made.
 */
int cmd_run(int argc, char **argv);

/**
 * cmd_profiles - list the built-in profiles
 * @argc: as cmd_add()
 * @argv: as cmd_add()
 *
 * Return: enum sim_exit.
 */
int cmd_profiles(int argc, char **argv);

/**
 * cmd_doctor - what this host can do
 * @argc: as cmd_add()
 * @argv: as cmd_add()
 *
 * Return: enum sim_exit.
 */
int cmd_doctor(int argc, char **argv);

/**
 * cmd_owner - who made a device
 * @argc: as cmd_add()
 * @argv: as cmd_add()
 *
 * Return: enum sim_exit; SIM_EXIT_FAILED when it is root's.
 */
int cmd_owner(int argc, char **argv);

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
