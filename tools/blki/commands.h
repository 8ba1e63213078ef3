/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the commands of blki and of the dmsetup front-end do, on top of libblki.
 *
 * cli.c calls them with parsed arguments. Each prints its own failure, in one line on stderr that
 * begins with the program's name, and returns an exit code.
 */
#ifndef BLKI_COMMANDS_H
#define BLKI_COMMANDS_H

#include "tools/blki/cli.h"

/** command_remap_start - words: ACCEPTOR ORIGIN */
int command_remap_start(const struct cli_args *args);

/** command_remap_stop - words: ORIGIN or ACCEPTOR */
int command_remap_stop(const struct cli_args *args);

/** command_filter_attach - words: FILTER ORIGIN */
int command_filter_attach(const struct cli_args *args);

/** command_filter_detach - words: FILTER ORIGIN */
int command_filter_detach(const struct cli_args *args);

/** command_detach - words: ids, or none with --all; goes on after a failure, and then returns 1 */
int command_detach(const struct cli_args *args);

/** command_status - no words; draws what is attached, or prints JSON */
int command_status(const struct cli_args *args);

/**
 * commands_catch_signals - let SIGINT and SIGTERM end a wait in the kernel instead of the process
 *
 * The call then fails with EINTR and its message says that everything is still attached.
 */
void commands_catch_signals(void);

/**
 * commands_exit_code - exit code of a failed call of libblki
 * @ret: 0 or -errno
 * @opened: the module was reached, so that @ret is an answer to the request
 *
 * Return: CLI_EXIT_*.
 */
int commands_exit_code(int ret, bool opened);

#endif /* BLKI_COMMANDS_H */
