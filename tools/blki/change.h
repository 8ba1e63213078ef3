/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a command that changes something says at its end, for people or as JSON.
 *
 * commands.c, cmd_alias.c -> [this] -> stdout. It owns the schema blki-change/1.
 */
#ifndef BLKI_CHANGE_H
#define BLKI_CHANGE_H

#include <stdint.h>

#include "blki.h"
#include "tools/blki/cli.h"

/**
 * struct change - what a command did, or in a dry run would do
 * @command: its name
 * @origin: the device, as the user named it
 * @to: acceptor or filter, as the user named it, or path of the alias; NULL for none
 * @id: the interposer; 0 when it is not known
 * @pause_ns: how long the queue paused, 0 when it was not measured
 */
struct change {
	const char *command;
	const char *origin;
	const char *to;
	uint64_t id;
	uint64_t pause_ns;
};

/**
 * change_say - one line, or with --json one document
 * @args: the command line
 * @c: the change
 * @fmt: what was done; the pause, or that nothing was changed, is added
 */
void change_say(const struct cli_args *args, const struct change *c, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * change_done - end a command after its only call: say what was done, or why not
 * @args: the command line
 * @h: from session_begin(); it is closed
 * @ret: what the call returned
 * @c: the change
 * @fmt: as change_say()
 *
 * Return: the exit code of the command.
 */
int change_done(const struct cli_args *args, struct blki *h, int ret, const struct change *c,
		const char *fmt, ...) __attribute__((format(printf, 5, 6)));

#endif /* BLKI_CHANGE_H */
