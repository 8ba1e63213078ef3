/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands "blki alias add|del|list".
 *
 * cli.c calls them with parsed arguments, as those of commands.h.
 */
#ifndef BLKI_CMD_ALIAS_H
#define BLKI_CMD_ALIAS_H

#include "tools/blki/cli.h"

/** command_alias_add - words: ORIGIN; prints the path of the alias; with --dry-run a sentence */
int command_alias_add(const struct cli_args *args);

/** command_alias_del - words: ORIGIN or ALIAS */
int command_alias_del(const struct cli_args *args);

/** command_alias_list - no words; a line for each alias, or JSON of the schema blki-alias/1 */
int command_alias_list(const struct cli_args *args);

#endif /* BLKI_CMD_ALIAS_H */
