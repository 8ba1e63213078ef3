/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One sentence that says what went wrong: the object, the cause, the remedy.
 *
 * Functions that can fail for a reason the user must read fill a struct sim_error and
 * return -errno; the commands print it. It crosses the pipe from the daemon to the
 * process that started it, so it is a flat array and no pointer.
 */
#ifndef UBLK_SIM_ERROR_H
#define UBLK_SIM_ERROR_H

/* The longest sentence with a path in it that was written is below 300 characters. */
#define SIM_ERROR_CHARS	512

/**
 * struct sim_error - why something failed, for the user
 * @text: one sentence without the program's name and without a newline; "" for none
 */
struct sim_error {
	char text[SIM_ERROR_CHARS];
};

/**
 * sim_error_set - write the sentence
 * @err: filled; text that does not fit is cut
 * @code: -errno to hand back
 * @fmt: printf format of the sentence
 *
 * Context: any thread; touches only @err.
 * Return: @code, so that a caller can return it at once.
 */
int sim_error_set(struct sim_error *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
