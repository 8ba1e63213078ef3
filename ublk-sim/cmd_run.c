// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ublk-sim run: a device for the time of one command.
 *
 * The options of `add`, then the command. It finds the node in $UBLK_DEV; when it ends, however it
 * ends, the device goes, and its exit status is ours. Signals that would end us are handed to it.
 */
#include "cmd.h"

#include "add_options.h"
#include "serve.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* As env(1) and the shells do. */
#define EXIT_CANNOT_RUN	126
#define EXIT_NOT_FOUND	127
#define EXIT_SIGNAL	128

/**
 * struct run_options - what to run on what
 * @device: as `add` takes it
 * @command: the words, NULL behind the last; points into argv
 */
struct run_options {
	struct sim_options device;
	char **command;
};

static error_t option_parse(int key, char *arg, struct argp_state *state)
{
	struct run_options *opts = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &opts->device;
		return 0;
	case ARGP_KEY_ARGS:
		opts->command = state->argv + state->next;
		return 0;
	case ARGP_KEY_END:
		if (!opts->command)
			argp_failure(state, SIM_EXIT_USAGE, 0,
				     "no command; give one behind the options, for example -- sh -c 'mkfs.ext4 $UBLK_DEV'");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &add_options_argp, 0, NULL, 0 },
	{ 0 },
};

static const struct argp argp = {
	.parser = option_parse,
	.children = children,
	.args_doc = "-- COMMAND [ARGUMENT...]",
	.doc = "Make a device, run COMMAND with its node in $UBLK_DEV, and delete the device. "
	       "The exit status is COMMAND's.\v"
	       "Examples:\n"
	       "  ublk-sim run -t ram -s 1G -- sh -c 'mkfs.ext4 -q $UBLK_DEV'\n"
	       "  ublk-sim run -t ram --profile hdd-7200 -- sh -c 'dd if=$UBLK_DEV of=/dev/null bs=4k count=100 iflag=direct'\n"
	       "  ublk-sim run --config disk.json -- ./test.sh",
};

/* The signals that end a program from outside: blocked here, taken in order. */
static void signals_of(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGQUIT);
	sigaddset(set, SIGCHLD);
}

/* The child: never returns. */
static void command_exec(char **command, const sigset_t *mask)
{
	sigprocmask(SIG_SETMASK, mask, NULL);
	execvp(command[0], command);
	fprintf(stderr, "ublk-sim: '%s' cannot be run: %s; give a program in PATH or its path\n",
		command[0], strerror(errno));
	_exit(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN);
}

/* Wait for the command and hand it what would end us; its exit status. */
static int command_wait(pid_t pid, const sigset_t *set)
{
	int status;
	int signal_nr;

	for (;;) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) :
						   EXIT_SIGNAL + WTERMSIG(status);
		signal_nr = sigwaitinfo(set, NULL);
		if (signal_nr > 0 && signal_nr != SIGCHLD)
			kill(pid, signal_nr);
	}
}

static int command_run(char **command, uint32_t id)
{
	sigset_t set;
	sigset_t old;
	char node[32];
	pid_t pid;

	snprintf(node, sizeof(node), "/dev/ublkb%u", id);
	setenv("UBLK_DEV", node, 1);
	signals_of(&set);
	sigprocmask(SIG_BLOCK, &set, &old);
	pid = fork();
	if (!pid)
		command_exec(command, &old);
	if (pid < 0) {
		fprintf(stderr, "ublk-sim: no process for '%s': %s; end some processes\n",
			command[0], strerror(errno));
		return SIM_EXIT_USAGE;
	}
	return command_wait(pid, &set);
}

int cmd_run(int argc, char **argv)
{
	struct run_options opts = { 0 };
	struct sim_ready ready = { 0 };
	struct sim_error err;
	int result;

	sim_options_init(&opts.device);
	argv[0] = "ublk-sim run";
	if (argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &opts))
		return SIM_EXIT_USAGE;
	if (add_options_complete(&opts.device, &err))
		return cmd_fail(&err);
	opts.device.tied = true;
	if (sim_serve_daemon(&opts.device, &ready))
		return cmd_fail(&ready.err);
	result = command_run(opts.command, ready.id);
	kill(ready.pid, SIGTERM);
	waitpid(ready.pid, NULL, 0);
	return result;
}
