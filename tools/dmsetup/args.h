/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which part of a dmsetup command line is ours.
 *
 * main.c asks before anything else. It knows the options of dmsetup 1.02.185 just to find the
 * command word and the table of a create or load; whatever it does not understand belongs to the real
 * dmsetup. Pure.
 */
#ifndef BLKI_DMSETUP_ARGS_H
#define BLKI_DMSETUP_ARGS_H

#include <stdbool.h>

/**
 * enum dmsetup_kind - who does it
 * @DMSETUP_PASS: the real dmsetup
 * @DMSETUP_OWN: ours: remap or filter
 * @DMSETUP_CREATE: create with a table: ours if the table says noexcl
 * @DMSETUP_LOAD: load or reload: likewise
 */
enum dmsetup_kind {
	DMSETUP_PASS,
	DMSETUP_OWN,
	DMSETUP_CREATE,
	DMSETUP_LOAD,
};

/**
 * struct dmsetup_line - a command line, understood as far as needed; strings belong to argv
 * @kind: who does it
 * @first: DMSETUP_OWN: index in argv of the command word
 * @name: DMSETUP_CREATE, DMSETUP_LOAD: name of the device
 * @uuid: DMSETUP_CREATE: -u, or NULL
 * @table: as @name: --table, or NULL
 * @file: as @name: the table's file, or NULL; without @table and @file it is on stdin
 * @foreign: as @name: long name of an option that only the real dmsetup can honour, or NULL
 * @read_only: as @name: -r
 */
struct dmsetup_line {
	enum dmsetup_kind kind;
	int first;
	const char *name;
	const char *uuid;
	const char *table;
	const char *file;
	const char *foreign;
	bool read_only;
};

/**
 * dmsetup_args - look at a command line
 * @argc: words at @argv
 * @argv: the command line, with the program's name; not changed
 * @line: out: what was understood
 *
 * Context: uses getopt_long(3), not thread-safe.
 * Return: 0, or -ENOMEM.
 */
int dmsetup_args(int argc, char *const argv[], struct dmsetup_line *line);

#endif /* BLKI_DMSETUP_ARGS_H */
