/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the commands of blki and of the dmsetup front-end do, on top of libblki.
 *
 * cli.c calls them with parsed arguments. Each prints its own failure, in one line on stderr that
 * begins with the program's name, and returns an exit code. Those that change something say on
 * stdout what they did, or with --dry-run what they would do.
 */
#ifndef BLKI_COMMANDS_H
#define BLKI_COMMANDS_H

#include "tools/blki/cli.h"

/*
 * How the commands that both programs have are parsed and done; each gives them a name and its own words of help.
 * What blki alone takes is or'ed to the options of COMMAND_REMAP_START.
 */
#define COMMAND_REMAP_START(more)	.options = CLI_OPTS_REMAP | (more), CLI_WORDS(2), .run = command_remap_start
#define COMMAND_REMAP_STOP		\
	.options = CLI_OPTS_DETACH | CLI_OPT_CLEAN, CLI_WORDS(1), .run = command_remap_stop
#define COMMAND_FILTER_ATTACH		.options = CLI_OPTS_FILTER, CLI_WORDS(2), .run = command_filter_attach
#define COMMAND_FILTER_DETACH		.options = CLI_OPTS_DETACH, CLI_WORDS(2), .run = command_filter_detach
#define COMMAND_STATUS			.options = CLI_OPT_JSON, CLI_WORDS(0), .run = command_status

/** command_remap_start - words: ACCEPTOR ORIGIN, with --native as without */
int command_remap_start(const struct cli_args *args);

/** command_remap_stop - words: ORIGIN or ACCEPTOR */
int command_remap_stop(const struct cli_args *args);

/** command_filter_attach - words: FILTER ORIGIN */
int command_filter_attach(const struct cli_args *args);

/** command_filter_detach - words: FILTER ORIGIN */
int command_filter_detach(const struct cli_args *args);

/** command_detach - words: ids, or none with --all; goes on after a failure, and then returns 1 */
int command_detach(const struct cli_args *args);

/** command_status - no words; draws what is attached and what it stands on, or prints JSON */
int command_status(const struct cli_args *args);

/** command_list - no words; one line for each interposer, or JSON */
int command_list(const struct cli_args *args);

/** command_events - no words; prints what happens as it happens, a line or a JSON line each */
int command_events(const struct cli_args *args);

/** command_save - no words; keeps in a file what is attached */
int command_save(const struct cli_args *args);

/** command_restore - no words; attaches what the file says; goes on after a failure, then 1 */
int command_restore(const struct cli_args *args);

#endif /* BLKI_COMMANDS_H */
