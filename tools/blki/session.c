// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Connects a command to the module, and turns failures into a line on stderr and an exit code.
 *
 * commands.c, cmd_*.c -> [this] -> libblki. A module that can not be reached is a matter of the
 * environment (exit 2); a request that the kernel refused is a failure (exit 1).
 */
#include "tools/blki/session.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "tools/blki/status.h"

static volatile sig_atomic_t interrupted;

static void on_signal(int signal_nr __attribute__((unused)))
{
	interrupted = 1;
}

void session_catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

bool session_interrupted(void)
{
	return interrupted;
}

int session_exit_code(int ret, bool opened)
{
	if (!ret)
		return CLI_EXIT_OK;
	if (!opened || ret == -EPERM || ret == -EACCES || ret == -EPROTO)
		return CLI_EXIT_USAGE;
	return CLI_EXIT_FAILED;
}

void session_complain(const struct cli_args *args, const struct blki *h)
{
	fprintf(stderr, "%s: %s\n", args->program,
		h ? blki_message(h) : "out of memory; try again");
}

int session_begin(const struct cli_args *args, struct blki **h)
{
	int ret = blki_open(h);

	if (!ret)
		return CLI_EXIT_OK;
	session_complain(args, *h);
	blki_close(*h);
	*h = NULL;
	return session_exit_code(ret, false);
}

int session_end(const struct cli_args *args, struct blki *h, int ret)
{
	if (ret)
		session_complain(args, h);
	blki_close(h);
	return session_exit_code(ret, true);
}

int session_flush(const struct cli_args *args, const char *what)
{
	if (!fflush(stdout) && !ferror(stdout))
		return CLI_EXIT_OK;
	fprintf(stderr, "%s: %s: could not be written; is the output full or closed?\n",
		args->program, what);
	return CLI_EXIT_FAILED;
}

void session_pause(uint64_t pause_ns, char text[SESSION_TEXT_BYTES])
{
	char pause[STATUS_TEXT_BYTES];

	text[0] = '\0';
	if (!pause_ns)
		return;
	status_pause(pause_ns, pause);
	snprintf(text, SESSION_TEXT_BYTES, "; queue paused %s", pause);
}

const char *session_json(struct json_object *root)
{
	return json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY |
							    JSON_C_TO_STRING_SPACED |
							    JSON_C_TO_STRING_NOSLASHESCAPE);
}
