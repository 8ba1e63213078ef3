/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verbs of bench, and the options that several of them share.
 *
 * main -> one of these -> scenario | gate | report. Each takes its own argument vector,
 * argv[0] being the verb, and returns the exit code of the program.
 */
#ifndef BENCH_COMMANDS_H
#define BENCH_COMMANDS_H

#include <argp.h>

#include "scenario.h"

/** enum bench_exit - exit codes; those of the gate are enum bench_outcome */
enum bench_exit {
	BENCH_EXIT_OK = 0,
	BENCH_EXIT_FAILED = 1,
	BENCH_EXIT_USAGE = 2,
};

/**
 * bench_run_argp - options that choose what is measured; a child parser whose input is a
 * struct bench_run
 */
extern const struct argp bench_run_argp;

/** bench_run_defaults - a run of everything with the reference figures */
void bench_run_defaults(struct bench_run *run);

/**
 * bench_run_make_out - make the directory for results, if it is not there
 * @path: directory
 *
 * Return: 0 or -errno, a sentence was printed.
 */
int bench_run_make_out(const char *path);

/**
 * bench_run_start - catch signals, let the machine settle, find the clock, make the results ready
 * @run: options filled in
 *
 * Return: 0 or -errno, a sentence was printed.
 */
int bench_run_start(struct bench_run *run);

/**
 * bench_run_exit - exit code for a failed run; ends the process by the signal if one was
 * the cause
 */
int bench_run_exit(int err);

/** bench_cmd_run - `bench run SCENARIO` */
int bench_cmd_run(int argc, char **argv);

/**
 * bench_check_run - read the arguments of `bench run` and do nothing else
 *
 * Return: 0; wrong ones end the process with BENCH_EXIT_USAGE and a sentence, as in the run itself.
 */
int bench_check_run(int argc, char **argv);

/** bench_cmd_list - `bench list` */
int bench_cmd_list(int argc, char **argv);

/** bench_cmd_gate - `bench gate` */
int bench_cmd_gate(int argc, char **argv);

/** bench_check_gate - as bench_check_run(), for `bench gate` */
int bench_check_gate(int argc, char **argv);

#endif /* BENCH_COMMANDS_H */
