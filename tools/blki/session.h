/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every command of blki and of the dmsetup front-end does before and after its own work.
 *
 * commands.c and the cmd_*.c files -> [this] -> libblki. It owns where failures are printed and
 * what exit code they mean, and the signals that end a wait.
 */
#ifndef BLKI_SESSION_H
#define BLKI_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include <json-c/json.h>

#include "blki.h"
#include "tools/blki/cli.h"

/** SESSION_TEXT_BYTES - room for any duration written by session_pause() */
#define SESSION_TEXT_BYTES	64

/**
 * session_begin - connect to the module, or say why not
 * @args: the command line
 * @h: out: the handle, to be ended with session_end(); NULL after a failure
 *
 * Return: 0 or an exit code.
 */
int session_begin(const struct cli_args *args, struct blki **h);

/**
 * session_end - disconnect after the last call of a command
 * @args: the command line
 * @h: from session_begin()
 * @ret: what that call returned; its sentence is printed when it failed
 *
 * Return: the exit code of the command.
 */
int session_end(const struct cli_args *args, struct blki *h, int ret);

/** session_complain - print the sentence of the last failure of @h, which is NULL without memory */
void session_complain(const struct cli_args *args, const struct blki *h);

/**
 * session_flush - see that everything printed arrived
 * @args: the command line
 * @what: what was printed
 *
 * Return: 0, or CLI_EXIT_FAILED with a line on stderr.
 */
int session_flush(const struct cli_args *args, const char *what);

/**
 * session_catch_signals - let SIGINT and SIGTERM end a wait in the kernel instead of the process
 *
 * The call then fails with EINTR and its message says that everything is still attached.
 */
void session_catch_signals(void);

/** session_interrupted - has one of these signals come */
bool session_interrupted(void);

/**
 * session_exit_code - exit code of a failed call of libblki
 * @ret: 0 or -errno
 * @opened: the module was reached, so that @ret is an answer to the request
 *
 * Return: CLI_EXIT_*.
 */
int session_exit_code(int ret, bool opened);

/** session_json - a document as this project writes them; Return: text owned by @root, or NULL */
const char *session_json(struct json_object *root);

/**
 * session_pause - "; queue paused 1.3 ms", the end of the line that an attach or a detach prints
 * @pause_ns: nanoseconds; 0, which is not measured, gives ""
 * @text: out
 */
void session_pause(uint64_t pause_ns, char text[SESSION_TEXT_BYTES]);

#endif /* BLKI_SESSION_H */
